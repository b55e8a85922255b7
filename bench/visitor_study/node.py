"""`isbot` of npm, run by Node. Without Node it is left out."""

import json
import shutil
import subprocess
from collections.abc import Sequence

from bench.visitor_study.packages import Package, fetch

PACKAGE = Package("isbot@5.2.3", ("index.js",))
_PROGRAM = """
const { isbot } = require(process.argv[1]);
const agents = JSON.parse(require("fs").readFileSync(0, "utf8"));
agents.map((agent) => isbot(agent));
const start = process.hrtime.bigint();
const flags = agents.map((agent) => isbot(agent));
const microseconds = Number(process.hrtime.bigint() - start) / 1000 / Math.max(1, agents.length);
console.log(JSON.stringify({ flags, microseconds }));
"""


def has_node() -> bool:
    """Return whether Node is installed."""
    return shutil.which("node") is not None


def isbot(user_agents: Sequence[str]) -> tuple[list[bool], float]:
    """Return what isbot says of each agent, and its microseconds per call after warming up."""
    fetch(PACKAGE)
    command = ["node", "-e", _PROGRAM, str(PACKAGE.path("index.js"))]
    done = subprocess.run(command, input=json.dumps(list(user_agents)), capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    return answer["flags"], answer["microseconds"]
