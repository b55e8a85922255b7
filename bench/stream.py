"""Records of the click stream, as Lambda passes them to the aggregator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from chalicelib.domain.ids import time_ordered_id
from chalicelib.tables.clicks import ClickRow

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CAMPAIGNS = 5
"""Offers of each smartlink."""

_DEVICES = ("mobile", "desktop", "tablet")
_BROWSERS = {"chrome": 48, "safari": 28, "samsung": 8, "facebook": 6, "firefox": 4, "edge": 4, "opera": 2}
_LANGUAGES = {"en": 70, "es": 14, "fr": 4, "de": 4, "zh": 3, "pt": 3, "vi": 2}
_STATES = ("CA", "TX", "FL", "NY", "PA", "IL", "OH", "GA", "NC", "MI", "NJ", "VA", "WA")
_REGIONS = {f"US-{letters}": 100 // n + 1 for n, letters in enumerate(_STATES, 1)}
_NETWORKS = {f"AS{7018 + 613 * n}": 100 // n + 1 for n in range(1, 61)}
_SOURCES = {f"site-{n:02d}.example": 100 // n + 1 for n in range(1, 31)}
_CREATIVES = {f"banner_{n * 7919 % 1000:03d}": 100 // n + 1 for n in range(1, 31)}
_PLACEMENTS = {f"{n * 104_729 % 1_000_000:06d}": 100 // n + 1 for n in range(1, 201)}
"""Values of detail dimensions with their frequencies."""

_YEAR_SECONDS = 400 * 86_400
_SEQUENCE = 4_421_584_500_000_000_017_450_000_000


@dataclass(frozen=True, slots=True)
class Traffic:
    """Clicks in `cells` different cells of one quarter of an hour, of `pools` smartlinks."""

    cells: int
    pools: int

    @property
    def name(self) -> str:
        """Name of the traffic in figures."""
        return f"{_counted(self.cells, 'cell')}, {_counted(self.pools, 'pool')}"

    def click(self, cell: int, click_id: str, at: int, details: Mapping[str, Any] | None = None) -> ClickRow:
        """Return a click in the n-th cell. Cells of a smartlink differ in publisher, country, device and campaign."""
        pool = cell % self.pools
        return ClickRow(
            click_id,
            at=at,
            expires_at=at // 1000 + _YEAR_SECONDS,
            code=f"aBcDe{pool:05d}",
            route_id=f"sml_01m7y0t0bjzdjrh2pcx7v6{pool:04d}",
            route_version=17,
            epoch=1,
            publisher_id=f"pub_01m7y0t0bjzdjrh2pcx7v6{cell:04d}",
            outcome="offer",
            campaign_id=f"cmp_01m7y0t0bjzdjrh2pcx7v6{pool:02d}{cell // self.pools % CAMPAIGNS:02d}",
            refusals="-c-o-",
            arm="optimized",
            propensity="0.31640625",
            weights_version=211,
            country=f"{chr(65 + cell % 26)}{chr(65 + cell // 26 % 26)}",
            city="Los Angeles",
            device=_DEVICES[cell % 3],
            os="ios",
            **(details or {"sub_ids": {"sub1": "newsletter"}}),
        )


def details_of(rng: Random) -> dict[str, Any]:
    """Draw what a click has besides the dimensions of reports that are counted together.

    Region, network, browser and language are known of every click. Seven in ten have a source, eight in ten a
    creative in `sub2`, three in ten a placement in `sub3`.
    """
    sub_ids = {"sub1": "newsletter"}
    if rng.random() < 0.8:  # noqa: PLR2004 - eight in ten
        sub_ids["sub2"] = _drawn(rng, _CREATIVES)
    if rng.random() < 0.3:  # noqa: PLR2004 - three in ten
        sub_ids["sub3"] = _drawn(rng, _PLACEMENTS)
    return {
        "region": _drawn(rng, _REGIONS),
        "network": _drawn(rng, _NETWORKS),
        "browser": _drawn(rng, _BROWSERS),
        "language": _drawn(rng, _LANGUAGES),
        "source": _drawn(rng, _SOURCES) if rng.random() < 0.7 else None,  # noqa: PLR2004 - seven in ten
        "sub_ids": sub_ids,
    }


def _drawn(rng: Random, weights: Mapping[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def batch(traffic: Traffic, clicks: int, seed: int = 0) -> list[dict[str, Any]]:
    """Return `clicks` records, one per millisecond, all cells equally often, in an order drawn from `seed`."""
    rng = Random(seed)
    cells = [n % traffic.cells for n in range(clicks)]
    rng.shuffle(cells)
    sequences = _sequences(clicks, seed, rng)
    return [
        _record(traffic, (cell, details_of(rng)), n, (sequences[n], rng.randbytes(10))) for n, cell in enumerate(cells)
    ]


def _sequences(count: int, seed: int, rng: Random) -> Sequence[int]:
    """Return increasing sequence numbers with gaps, distinct from those of other seeds."""
    first, numbers = _SEQUENCE + seed * 10**9, []
    for _ in range(count):
        first += rng.randrange(1, 2_000)
        numbers.append(first)
    return numbers


def _record(
    traffic: Traffic, chosen: tuple[int, Mapping[str, Any]], n: int, chance: tuple[int, bytes]
) -> dict[str, Any]:
    cell, details = chosen
    moment = NOON + timedelta(milliseconds=n)
    at = int(moment.timestamp() * 1000)
    row = traffic.click(cell, time_ordered_id(moment, chance[1]), at, details)
    seen = {
        "ApproximateCreationDateTime": at // 1000,
        "Keys": {"click_id": {"S": row.click_id}},
        "NewImage": row.serialize(),
        "SequenceNumber": f"{chance[0]:028d}",
        "SizeBytes": 512,
        "StreamViewType": "NEW_IMAGE",
    }
    return {
        "eventID": f"{chance[0]:032x}",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": seen,
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/smartlink-clicks/stream/2026-11-21",
    }
