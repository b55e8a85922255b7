"""The networks of hosting: `hosting_networks.csv` lists their AS numbers, and says which are left out and why."""

from functools import cache
from pathlib import Path

HOSTING_FILE = Path(__file__).with_name("hosting_networks.csv")


@cache
def hosting_networks() -> frozenset[int]:
    """Return the AS numbers of `hosting_networks.csv`."""
    lines = HOSTING_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(int(line.partition(",")[0]) for line in lines if line[:1].isdigit())
