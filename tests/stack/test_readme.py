"""The commands of the README work as described."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


def test_readme_commands_create_a_smartlink_that_redirects_and_converts(deployed: dict[str, Any]) -> None:
    script = "".join(re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    went, document, *paid = done.stdout.replace("}{", "}\n{").splitlines()
    assert re.fullmatch(r"302 https://acme\.example/\?cid=[0-9a-z]{26}&s=newsletter-jan", went)
    assert '"outcome":"offer"' in document
    assert json.loads(paid[0])["status"] == "recorded"
    assert json.loads(paid[1])["totals"]["conversions"] == 1
