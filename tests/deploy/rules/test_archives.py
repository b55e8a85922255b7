import zipfile
from pathlib import Path

import pytest

from deploy.rules import archives


@pytest.mark.parametrize(
    ("most", "found"),
    [(6, []), (5, ["code.zip and layer.zip have 6 bytes unzipped; 262,144,000 are allowed"])],
)
def test_code_and_layer_count_together(
    most: int, found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_UNZIPPED_BYTES", most)
    for name in ("code.zip", "layer.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as new:
            new.writestr("a", "abc")
    assert archives.findings({name: tmp_path / name for name in ("code.zip", "layer.zip")}) == found
