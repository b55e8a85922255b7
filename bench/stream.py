"""Records of the click stream, as Lambda passes them to the aggregator."""

from collections.abc import Sequence
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

    def click(self, cell: int, click_id: str, at: int) -> ClickRow:
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
            region="CA",
            city="Los Angeles",
            device=_DEVICES[cell % 3],
            os="ios",
            browser="safari",
            language="en",
            sub_ids={"sub1": "newsletter", "sub2": f"{cell}"},
        )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def batch(traffic: Traffic, clicks: int, seed: int = 0) -> list[dict[str, Any]]:
    """Return `clicks` records, one per millisecond, all cells equally often, in an order drawn from `seed`."""
    rng = Random(seed)
    cells = [n % traffic.cells for n in range(clicks)]
    rng.shuffle(cells)
    sequences = _sequences(clicks, seed, rng)
    return [_record(traffic, cell, n, (sequences[n], rng.randbytes(10))) for n, cell in enumerate(cells)]


def _sequences(count: int, seed: int, rng: Random) -> Sequence[int]:
    """Return increasing sequence numbers with gaps, distinct from those of other seeds."""
    first, numbers = _SEQUENCE + seed * 10**9, []
    for _ in range(count):
        first += rng.randrange(1, 2_000)
        numbers.append(first)
    return numbers


def _record(traffic: Traffic, cell: int, n: int, chance: tuple[int, bytes]) -> dict[str, Any]:
    moment = NOON + timedelta(milliseconds=n)
    at = int(moment.timestamp() * 1000)
    row = traffic.click(cell, time_ordered_id(moment, chance[1]), at)
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
