from collections import Counter
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from random import Random

import pytest

from bench import eyeball_networks
from bench.eyeball_networks import AnnouncedRange, Urn

LARGE = 65_536
TELEKOM = AnnouncedRange(1 << 24, (1 << 24) + LARGE - 1, 3320, "Deutsche Telekom AG")


def seeded() -> Random:
    return Random(13)  # noqa: S311 - a sample


def test_ranges_are_read_with_commas_in_names(tmp_path: Path) -> None:
    file = tmp_path / "4.csv"
    file.write_text('16777216,16777471,13335,"Cloudflare, Inc."\n16778240,16779263,38803,Gtelecom\n')
    assert list(eyeball_networks.read_ranges(file)) == [
        AnnouncedRange(16777216, 16777471, 13335, "Cloudflare, Inc."),
        AnnouncedRange(16778240, 16779263, 38803, "Gtelecom"),
    ]


@pytest.mark.parametrize(
    ("network", "operator", "size", "is_of_people"),
    [
        pytest.param(3320, "Deutsche Telekom AG", LARGE, True, id="a provider"),
        pytest.param(3320, "Deutsche Telekom AG", LARGE - 1, False, id="too small"),
        pytest.param(16509, "Amazon Telecom", LARGE, False, id="hosting"),
        pytest.param(64496, "Telecom Cloud Servers", LARGE, False, id="called like a host"),
        pytest.param(64496, "Internet Bank", LARGE, False, id="called like an office"),
        pytest.param(64496, "Acme", LARGE, False, id="not called like a provider"),
        pytest.param(3356, "Level 3 Communications", LARGE, False, id="a carrier of carriers"),
    ],
)
def test_networks_of_people_are_large_providers_of_access(
    network: int, operator: str, size: int, is_of_people: bool
) -> None:
    halves = [
        AnnouncedRange(0, size // 2 - 1, network, operator),
        AnnouncedRange(size, size + (size - 1) // 2, network, operator),
    ]
    found = eyeball_networks.networks_of_people(halves, {16509})
    assert found == ({network: size} if is_of_people else {})


def test_ipv4_addresses_are_drawn_by_size_from_the_ranges() -> None:
    ranges = [AnnouncedRange(0, 2, 1, "a"), AnnouncedRange(100, 100, 2, "b")]
    drawn = Counter(eyeball_networks.draw_ipv4(ranges, 4_000, seeded()))
    assert set(drawn) == {IPv4Address(value) for value in (0, 1, 2, 100)}
    assert all(900 < count < 1_100 for count in drawn.values())


def test_ipv6_addresses_are_drawn_by_network_then_range() -> None:
    ranges = [
        AnnouncedRange(0, 0, 1, "a"),
        AnnouncedRange(1 << 64, 1 << 65, 1, "a"),
        AnnouncedRange(5, 5, 2, "b"),
        AnnouncedRange(9, 9, 3, "a host"),
    ]
    drawn = eyeball_networks.draw_ipv6(ranges, {1: 3, 2: 1}, 4_000, seeded())
    counts = Counter(min(int(address), 1 << 64) for address in drawn)
    assert {type(address) for address in drawn} == {IPv6Address}
    assert set(counts) == {0, 5, 1 << 64}
    assert 900 < counts[5] < 1_100
    assert 1_400 < counts[0] < 1_600


def test_urn_draws_each_item_by_its_weight() -> None:
    urn = Urn(["a", "never", "b"], lambda item: {"a": 1, "never": 0, "b": 3}[item])

    class Draws(Random):
        def __init__(self) -> None:
            super().__init__()
            self.next = 0

        def randrange(self, stop: int) -> int:  # type: ignore[override]
            assert stop == 4
            self.next += 1
            return self.next - 1

    draws = Draws()
    assert [urn.draw(draws) for _ in range(4)] == ["a", "b", "b", "b"]
