"""CloudFormation would accept the template of `make up`. The emulator is too lenient to prove that."""

import subprocess
import sys
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).parent.parent.parent / ".local" / "package" / "local" / "sam.json"
# The rule lacks RetainExceptOnCreate, which CloudFormation has supported since 2023.
KNOWN_BETTER = "W1030"


def test_packaged_template_passes_cfn_lint(deployed: dict[str, Any]) -> None:
    command = [str(Path(sys.executable).parent / "cfn-lint"), "--ignore-checks", KNOWN_BETTER, "--", str(TEMPLATE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0
