"""Networks with human visitors, and addresses drawn from them, to compare country databases on.

No free list says which networks have people, so a network counts as one of people if it is none of hosting, has at
least 65,536 IPv4 addresses, is called like a provider of access (telecom, mobile, cable, …), is not called like a host,
an office or a school, and is no carrier of carriers.
"""

import csv
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Generic, TypeVar

MIN_IPV4_ADDRESSES = 65_536
_ACCESS = re.compile(
    r"tele|mobil|wireless|broadband|cable|fib(er|re)|communicat|internet|cellular|vodafone|orange|t-mobile|comcast|"
    r"charter|cox|airtel|jio|claro|movistar|telia|proximus|kpn|ziggo|free sas|sfr|bouygues|virgin media|rogers|bell|"
    r"telus|optus|telstra|softbank|kddi|ntt|isp|net",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"host|cloud|server|data ?cent|vps|colo|cdn|universit|college|school|bank|ministry|department|govern|army|navy|"
    r"defen[cs]e|insurance|google|amazon|microsoft|akamai|fastly|oracle|alibaba|tencent|ibm|apple",
    re.IGNORECASE,
)
_TRANSIT = frozenset(
    {
        *(174, 701, 1239, 1273, 1299, 2914, 3257, 3356, 3491, 3549, 3561, 4637, 4809, 5511, 6453, 6461, 6762, 6939),
        *(7473, 9002, 9304, 12956, 20485, 58453),
    }
)
"""Carriers of carriers: the addresses that they announce belong to their customers, anywhere."""

Address = IPv4Address | IPv6Address
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class AnnouncedRange:
    """A range of addresses that a network announces."""

    first: int
    last: int
    network: int
    operator: str

    @property
    def size(self) -> int:
        """The number of addresses."""
        return self.last - self.first + 1


def read_ranges(file: Path) -> Iterator[AnnouncedRange]:
    """Read `first,last,number,operator` with addresses as integers."""
    with file.open(newline="", encoding="utf-8") as lines:
        for first, last, number, operator in csv.reader(lines):
            yield AnnouncedRange(int(first), int(last), int(number), operator)


def networks_of_people(ipv4: Iterable[AnnouncedRange], hosting: AbstractSet[int]) -> dict[int, int]:
    """Return the networks of people with the number of their IPv4 addresses."""
    sizes: Counter[int] = Counter()
    for each in ipv4:
        if each.network not in hosting and _is_provider_of_access(each):
            sizes[each.network] += each.size
    return {network: size for network, size in sizes.items() if size >= MIN_IPV4_ADDRESSES}


def _is_provider_of_access(announced: AnnouncedRange) -> bool:
    name = announced.operator
    return bool(_ACCESS.search(name)) and not _OTHERS.search(name) and announced.network not in _TRANSIT


def draw_ipv4(ranges: Sequence[AnnouncedRange], count: int, rng: Random) -> list[Address]:
    """Draw addresses of the ranges, each address with the same chance."""
    urn = Urn(ranges, lambda each: each.size)
    return [IPv4Address(_draw_address(urn.draw(rng), rng)) for _ in range(count)]


def draw_ipv6(ranges: Iterable[AnnouncedRange], people: Mapping[int, int], count: int, rng: Random) -> list[Address]:
    """Draw addresses: a network by its number of IPv4 addresses, then one of its ranges with equal chances.

    The size of an IPv6 range does not show how many people use it; the number of a network's IPv4 addresses does.
    """
    by_network: dict[int, list[AnnouncedRange]] = defaultdict(list)
    for each in ranges:
        if each.network in people:
            by_network[each.network].append(each)
    urn = Urn(list(by_network), lambda network: people[network])
    return [IPv6Address(_draw_address(rng.choice(by_network[urn.draw(rng)]), rng)) for _ in range(count)]


class Urn(Generic[Item]):
    """Items to draw from with chances in proportion to their weights, which are integers."""

    def __init__(self, items: Sequence[Item], weight: Callable[[Item], int]) -> None:
        """`weight` returns the weight of an item."""
        self._items, self._ends = items, list(accumulate(weight(item) for item in items))

    def draw(self, rng: Random) -> Item:
        """Draw an item, and leave it there."""
        return self._items[bisect_right(self._ends, rng.randrange(self._ends[-1]))]


def _draw_address(announced: AnnouncedRange, rng: Random) -> int:
    return rng.randint(announced.first, announced.last)
