"""Rules on the archives of a function: its code and its layer."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

_UNZIPPED_BYTES = 262_144_000


def findings(archives: Mapping[str, Path]) -> list[str]:
    """Report archives that are too large for a function together.

    Quota: 250 MB unzipped, for the code of a function with its layers.
    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    size = sum(_unzipped(archive) for archive in archives.values())
    names = " and ".join(archives)
    return [f"{names} have {size:,} bytes unzipped; 262,144,000 are allowed"] if size > _UNZIPPED_BYTES else []


def _unzipped(archive: Path) -> int:
    with zipfile.ZipFile(archive) as opened:
        return sum(entry.file_size for entry in opened.infolist())
