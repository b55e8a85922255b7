"""The README's commands do what it says."""

import re
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


def test_the_first_smartlink_of_the_readme_redirects_and_explains_itself(deployed: dict[str, Any]) -> None:
    script = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[0]
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    went, document = done.stdout.splitlines()
    assert re.fullmatch(r"302 https://acme\.example/\?cid=[0-9a-z]{26}&s=newsletter-jan", went)
    assert '"outcome":"offer"' in document
