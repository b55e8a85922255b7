import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.added_fields import CLAIMS, EVERY_CHANGE, Change

ROOT = Path(__file__).parent.parent
COPIED = ("app.py", "pyproject.toml", ".chalice", "chalicelib", "tests")


def _apply(root: Path, changes: Iterable[Change]) -> None:
    for name, old, new in changes:
        file = root / "chalicelib" / name
        text = file.read_text()
        assert text.count(old) == 1, f"{name} must contain {old!r} once: correct tests/added_fields.py"
        file.write_text(text.replace(old, new))


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A copy of the project in which the documents of `tests/added_fields.py` have a field more."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "stack", "deployments")
            )
        else:
            shutil.copy(source, tmp_path / name)
    (tmp_path / "vendor").symlink_to(ROOT / "vendor")
    _apply(tmp_path, EVERY_CHANGE)
    (tmp_path / "tests" / "test_claims.py").write_text(CLAIMS)
    return tmp_path


@pytest.mark.long
def test_rows_of_earlier_releases_work_when_each_document_has_a_field_more(scratch: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-n0"]
    done = subprocess.run(
        [*command, "tests/test_stored_documents.py", "tests/test_claims.py"],
        cwd=scratch,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
