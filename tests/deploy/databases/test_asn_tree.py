import csv
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from itertools import pairwise
from pathlib import Path
from typing import Any

import geoip2.database
import maxminddb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmdb_writer import SearchTreeLeaf, SearchTreeNode

from deploy.databases import asn_tree

BUILT_AT = 1_781_719_200
IPV4 = [
    ("1.0.0.0", "1.0.0.255", 13335, "Cloudflare, Inc."),
    ("1.0.4.0", "1.0.7.254", 38803, "Gtelecom"),
    ("1.0.7.255", "1.0.7.255", 13335, "Cloudflare, Inc."),
    ("223.255.255.0", "223.255.255.255", 4608, ' "Quoted" Net '),
]
IPV6 = [
    ("2001:200::", "2001:200:1b9:ffff:ffff:ffff:ffff:ffff", 2500, "WIDE Project"),
    ("2c0f:fe38::", "2c0f:fe38:ffff:ffff:ffff:ffff:ffff:ffff", 33771, "Safaricom"),
]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    ipv4 = write_csv(tmp_path / "4.csv", [(int(IPv4Address(a)), int(IPv4Address(b)), n, o) for a, b, n, o in IPV4])
    ipv6 = write_csv(tmp_path / "6.csv", [(int(IPv6Address(a)), int(IPv6Address(b)), n, o) for a, b, n, o in IPV6])
    asn_tree.convert([ipv4, ipv6], tmp_path / "asn.mmdb", BUILT_AT)
    return tmp_path / "asn.mmdb"


def write_csv(path: Path, rows: list[tuple[int, int, int, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.parametrize(
    ("address", "number", "operator"),
    [
        pytest.param("1.0.0.0", 13335, "Cloudflare, Inc.", id="the first address"),
        pytest.param("1.0.0.255", 13335, "Cloudflare, Inc.", id="the last of a range"),
        pytest.param("1.0.7.254", 38803, "Gtelecom", id="the last of a range that is no network"),
        pytest.param("1.0.7.255", 13335, "Cloudflare, Inc.", id="the only one of a range"),
        pytest.param("223.255.255.9", 4608, '"Quoted" Net', id="quotes and spaces"),
        pytest.param("2001:200:1b9::1", 2500, "WIDE Project", id="IPv6"),
        pytest.param("2c0f:fe38:ffff:ffff:ffff:ffff:ffff:ffff", 33771, "Safaricom", id="the last address"),
    ],
)
def test_converted_database_reads_like_geolite2(database: Path, address: str, number: int, operator: str) -> None:
    with geoip2.database.Reader(database) as reader:
        record = reader.asn(address)
    assert (record.autonomous_system_number, record.autonomous_system_organization) == (number, operator)


@pytest.mark.parametrize("address", ["0.255.255.255", "1.0.1.0", "1.0.8.0", "224.0.0.0", "2001:200:1ba::", "::1:0:0:0"])
def test_addresses_between_the_ranges_have_no_network(database: Path, address: str) -> None:
    with maxminddb.open_database(database) as reader:
        assert reader.get(address) is None


def test_database_is_dated_as_its_data_and_the_same_data_gives_the_same_file(database: Path, tmp_path: Path) -> None:
    with maxminddb.open_database(database) as reader:
        assert reader.metadata().build_epoch == BUILT_AT
    before = database.read_bytes()
    asn_tree.convert([tmp_path / "4.csv", tmp_path / "6.csv"], database, BUILT_AT)
    assert database.read_bytes() == before


def _leaves(node: SearchTreeNode, first: int = 0, depth: int = 0) -> Iterator[tuple[int, int, Any]]:
    """First and last address and value of each leaf of a tree."""
    for side, child in enumerate((node.left, node.right)):
        start, size = first + (side << (127 - depth)), 1 << (127 - depth)
        if isinstance(child, SearchTreeLeaf):
            yield start, start + size - 1, child.value
        elif child is not None:
            yield from _leaves(child, start, depth + 1)


@given(st.lists(st.integers(0, 2**128 - 1) | st.integers(0, 300), min_size=2, unique=True).map(sorted))
def test_tree_has_exactly_the_inserted_ranges(borders: list[int]) -> None:
    ranges = [(first, last - 1) for first, last in pairwise(borders)][::2]
    root = SearchTreeNode()
    tree = asn_tree.SortedTree(root)
    for number, (first, last) in enumerate(ranges):
        tree.insert_range(first, last, SearchTreeLeaf(number))
    joined: dict[Any, tuple[int, int]] = {}
    for first, last, number in _leaves(root):
        start, end = joined.setdefault(number, (first, first - 1))
        assert first == end + 1
        joined[number] = (start, last)
    assert list(joined.values()) == ranges
