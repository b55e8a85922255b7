"""The cost of visitor detection, and of the steps next to the decision: sub-IDs, click record, destination URL.

Figures are microseconds of CPU per click; user agents repeat, addresses do not. Floors: a dictionary lookup for cached
values, and maxminddb's C reader, which only finds the record of an address.
"""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address
from random import Random
from typing import TypeVar

import maxminddb

from bench import figures
from bench.agents import AGENTS
from bench.decision import OFFERS_URL, Pool, arrivals, route
from bench.figures import Figure, FigureTarget, Floor, Part
from chalicelib.domain import ids
from chalicelib.routing.click_record import draws_of, fill_destination, record
from chalicelib.routing.client_hints import apply_client_hints
from chalicelib.routing.decision import decide
from chalicelib.routing.geoip import locate
from chalicelib.routing.tracking_parameters import parse_tracking_parameters
from chalicelib.routing.user_agent import parse_user_agent
from chalicelib.routing.visitor_detection import visitor
from chalicelib.settings import AddressDatabase, address_database

Input = TypeVar("Input")
HeaderDict = dict[str, str]

ADDRESSES = 1_000
LANGUAGES = ("en-US,en;q=0.9", "de-DE,de;q=0.9,en;q=0.8", "pt-BR,pt;q=0.9", "fr", "en-GB,en-US;q=0.9,en;q=0.8")
QUERY = {"sub1": ["newsletter-jan"], "sub2": ["a17"], "source": ["news"], "click_id": ["x-4711"]}
RIDING = {**QUERY, "utm_source": ["mail"], "gclid": ["EAIaIQobChMI"]}
LIMIT_OF_AGENT, LIMIT_OF_PLACE = 5.0, 10.0
COPIES = 2
"""Passes over the inputs per call, so that the shortest works are long enough for the clock."""


def requests(rng: Random) -> list[HeaderDict]:
    """Return the headers of a click for each user agent, with client hints if the browser sends them."""
    return [_headers(agent, rng) for agent in AGENTS]


def _headers(agent: str, rng: Random) -> HeaderDict:
    headers = {
        "host": "go.network.example",
        "user-agent": agent,
        "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "accept-language": rng.choice(LANGUAGES),
        "accept-encoding": "gzip, deflate, br",
    }
    if "Chrome/" not in agent:
        return headers
    platform = "Android" if "Android" in agent else "Windows"
    return {**headers, "sec-ch-ua-mobile": "?1" if "Mobile" in agent else "?0", "sec-ch-ua-platform": f'"{platform}"'}


def addresses_4(rng: Random) -> list[str]:
    """Draw addresses of the whole IPv4 range, including unassigned ones."""
    return [str(IPv4Address(rng.getrandbits(32))) for _ in range(ADDRESSES)]


def addresses_6(rng: Random) -> list[str]:
    """Draw addresses of the assigned IPv6 range (2000::/3)."""
    prefixes = (0x2001, 0x2400, 0x2600, 0x2804, 0x2A00, 0x2A02)
    return [str(IPv6Address((rng.choice(prefixes) << 112) | rng.getrandbits(112))) for _ in range(ADDRESSES)]


def over(inputs: Iterable[Input], call: Callable[[Input], object]) -> tuple[Callable[[], object], int]:
    """Return a work that calls `call` for each input, and the number of its calls."""
    repeated = list(inputs) * COPIES

    def work() -> None:
        for value in repeated:
            call(value)

    return work, len(repeated)


Works = dict[str, tuple[Callable[[], object], int]]


def visitor_works(rng: Random) -> Works:
    """Return the works of visitor detection and their floors."""
    headers, fours, sixes = requests(rng), addresses_4(rng), addresses_6(rng)
    clicks = list(zip(fours, headers * (ADDRESSES // len(headers) + 1), strict=False))
    parsed = {agent: parse_user_agent(agent) for agent in AGENTS}
    bare = maxminddb.open_database(str(address_database(AddressDatabase.COUNTRY)))
    return {
        "dict": over(headers, lambda sent: parsed[sent["user-agent"]]),
        "agent": over(headers, lambda sent: apply_client_hints(parse_user_agent(sent["user-agent"]), sent)),
        "agent anew": over(AGENTS, parse_user_agent.__wrapped__),
        "bare 4": over(fours, bare.get),
        "bare 6": over(sixes, bare.get),
        "place 4": over(fours, locate),
        "place 6": over(sixes, locate),
        "visitor": over(clicks, lambda click: visitor(click[1], click[0], "", locate)),
    }


def decision_works(rng: Random) -> Works:
    """Return the works around the decision, for decided clicks of a smartlink with 20 targeted offers."""
    pool = route(Pool(20, targeted=True, segments=60, tiers=1), rng)
    decided = [(arrival, decide(pool, arrival, bool, lambda _: None)) for arrival in arrivals(rng)]
    stored = [record(_click_id(rng), arrival, pool, decision) for arrival, decision in decided]
    names: list[str] = [click["click_id"] for click in stored]
    return {
        "labels": over([QUERY] * 10, parse_tracking_parameters),
        "labels riding": over([RIDING] * 10, parse_tracking_parameters),
        "id": over(decided, lambda click: ids.time_ordered_id(click[0].now, b"0123456789")),
        "chances": over(names, draws_of),
        "record": over(decided, lambda click: record("01m6k8k8a0000g40r40m30e209", click[0], pool, click[1])),
        "destination": over(stored, lambda click: fill_destination(OFFERS_URL, click)),
    }


def _click_id(rng: Random) -> str:
    return ids.time_ordered_id(arrivals(rng)[0].now, rng.randbytes(10))


def measure() -> Part:
    """Measure all works in alternating rounds."""
    rng = Random(5)
    works = visitor_works(rng) | decision_works(rng)
    taken = figures.cpu_rounds({name: work for name, (work, _) in works.items()}, calls=CALLS)
    return Part("visitor", _figures({name: us / works[name][1] for name, us in taken.items()}))


CALLS = 20


def _figures(taken: dict[str, float]) -> Sequence[Figure]:
    lookup, four, six = (Floor(name, taken[key]) for name, key in _FLOORS)
    return [
        Figure(
            "user agent and client hints, agent seen before", taken["agent"], "µs", lookup, FigureTarget(LIMIT_OF_AGENT)
        ),
        Figure(f"user agent never seen before ({len(AGENTS)} different)", taken["agent anew"], "µs"),
        Figure(
            "country of an IPv4 address, never seen before", taken["place 4"], "µs", four, FigureTarget(LIMIT_OF_PLACE)
        ),
        Figure(
            "country of an IPv6 address, never seen before", taken["place 6"], "µs", six, FigureTarget(LIMIT_OF_PLACE)
        ),
        Figure("the whole visitor: agent seen before, address new", taken["visitor"], "µs", four),
        *(Figure(name, taken[key], "µs") for name, key in _OTHERS),
    ]


_FLOORS = (
    ("dictionary lookup", "dict"),
    ("maxminddb's C reader", "bare 4"),
    ("maxminddb's C reader", "bare 6"),
)
_OTHERS = (
    ("labels of a link with four of them", "labels"),
    ("labels, and two parameters that ride along", "labels riding"),
    ("a click's ID", "id"),
    ("draw and lot of a click", "chances"),
    ("record of a click among 20 offers", "record"),
    ("destination with two macros filled in", "destination"),
)


if __name__ == "__main__":
    figures.main(measure)
