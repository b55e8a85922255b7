"""Convert the free data of networks, ranges of addresses with AS number and operator, to a MaxMind database."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from mmdb_writer import MMDBWriter, SearchTreeLeaf, SearchTreeNode

from deploy.progress import Progress

_KIND = "RouteViews-DBIP-NRO-ASN (compat=GeoLite2-ASN)"
_BITS = 128
_RANGES = 515_158

Leaves = dict[str, SearchTreeLeaf]
"""The leaf of each AS number. The writer stores a leaf once, however many networks have it."""


def convert(files: list[Path], target: Path, built_at: int) -> None:
    """Write a database with GeoLite2-ASN's records from files of `first,last,number,operator`, in order of addresses.

    The addresses are integers, those of IPv4 first. `built_at` is the date of the data, in seconds since 1970.
    """
    writer = _DatedWriter(built_at)
    tree, leaves = SortedTree(writer.tree), Leaves()
    with Progress("Building the database of networks", _RANGES) as bar:
        for file in files:
            for first, last, leaf in _ranges(file, leaves):
                tree.insert_range(first, last, leaf)
                bar.advance()
        partial = target.with_suffix(".partial")
        writer.to_db_file(str(partial))
        partial.replace(target)


class SortedTree:
    """The search tree of a database, filled in order of addresses.

    The writer's own insert uses netaddr and starts at the root for each network, which takes ten times as long.
    """

    def __init__(self, root: SearchTreeNode) -> None:
        self._path, self._last = [root], 0

    def insert_range(self, first: int, last: int, leaf: SearchTreeLeaf) -> None:
        """Insert a range of addresses that is behind all ranges before."""
        while first <= last:
            host_bits = min(_trailing_zeros(first), (last - first + 1).bit_length() - 1)
            self._insert(first, _BITS - host_bits, leaf)
            first += 1 << host_bits

    def _insert(self, network: int, length: int, leaf: SearchTreeLeaf) -> None:
        shared = min(_BITS - (network ^ self._last).bit_length(), len(self._path) - 1)
        del self._path[shared + 1 :]
        node = self._path[shared]
        for shift in range(_BITS - 1 - shared, _BITS - length, -1):
            node = cast("SearchTreeNode", node.get_or_create(network >> shift & 1))
            self._path.append(node)
        node[network >> (_BITS - length) & 1] = leaf
        self._last = network


class _DatedWriter(MMDBWriter):
    """A writer of databases that are dated as their data, so that the same data gives the same file."""

    def __init__(self, built_at: int) -> None:
        super().__init__(6, _KIND, languages=["en"], description="Networks, CC BY 4.0", ipv4_compatible=True)
        self._built_at = built_at

    def _build_meta(self) -> dict[str, Any]:
        return {**super()._build_meta(), "build_epoch": self._built_at}


def _ranges(file: Path, leaves: Leaves) -> Iterator[tuple[int, int, SearchTreeLeaf]]:
    with file.open(newline="", encoding="utf-8") as lines:
        for first, last, number, operator in csv.reader(lines):
            yield int(first), int(last), leaves.get(number) or leaves.setdefault(number, _leaf(number, operator))


def _leaf(number: str, operator: str) -> SearchTreeLeaf:
    return SearchTreeLeaf({"autonomous_system_number": int(number), "autonomous_system_organization": operator.strip()})


def _trailing_zeros(address: int) -> int:
    return (address & -address).bit_length() - 1 if address else _BITS
