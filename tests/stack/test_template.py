"""The template that `make up` deployed would be taken by CloudFormation: the emulator takes too much to prove that."""

import subprocess
import sys
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).parent.parent.parent / ".local" / "package" / "local" / "sam.json"
# The rule does not know RetainExceptOnCreate, which CloudFormation has since 2023.
KNOWN_BETTER = "W1030"


def test_the_packaged_template_has_no_complaint_of_cfn_lint(deployed: dict[str, Any]) -> None:
    command = [str(Path(sys.executable).parent / "cfn-lint"), "--ignore-checks", KNOWN_BETTER, "--", str(TEMPLATE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0
