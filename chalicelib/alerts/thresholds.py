"""Thresholds of alerts: usage of caps, share of lost clicks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from chalicelib.counters.cells import quarter_of
from chalicelib.counters.column_codec import Columns
from chalicelib.domain.ids import is_smartlink_id
from chalicelib.domain.timestamps import milliseconds

NEARLY, FULL = 80, 100
FALLBACK_SHARE = Fraction(5, 100)
MIN_CLICKS = 20
"""Minimum number of clicks in the hour: with fewer, a single lost click could exceed the share."""

_AGGREGATION_LAG = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CapKey:
    """The parts of a cap counter's key, which `caps.windows` builds."""

    campaign_id: str
    metric: str
    window: str
    timezone: str
    since: str
    publisher_id: str | None


def parse_cap_key(key: str) -> CapKey:
    """Parse the key of a cap counter. Raises ValueError for another key."""
    campaign_id, metric, window, timezone, since, owner = key.split("|")
    return CapKey(campaign_id, metric, window, timezone, since, None if owner == "*" else owner)


def reached_level(used: int, limit: int) -> int | None:
    """Return the highest alert level that the cap has reached, in percent: 80, 100, or None below."""
    if used >= limit:
        return FULL
    return NEARLY if used * 100 >= limit * NEARLY else None


@dataclass(frozen=True, slots=True)
class LostClickShare:
    """The human clicks of a smartlink, and those that reached no paying offer."""

    clicks: int
    lost: int

    @property
    def is_high(self) -> bool:
        """Whether more than 5 % were lost, of at least 20 clicks."""
        return self.clicks >= MIN_CLICKS and Fraction(self.lost, self.clicks) > FALLBACK_SHARE


def last_hour(now: datetime) -> datetime:
    """Return the start of the last full hour (UTC) that ended at least five minutes before `now`."""
    end = (now.astimezone(UTC) - _AGGREGATION_LAG).replace(minute=0, second=0, microsecond=0)
    return end - timedelta(hours=1)


def shares(blocks: Iterable[Columns], hour: datetime) -> dict[str, LostClickShare]:
    """Return by smartlink the clicks of the hour that starts at `hour`, without direct links."""
    first = quarter_of(milliseconds(hour))
    totals: dict[str, LostClickShare] = {}
    for block in blocks:
        for smartlink, clicks, lost in _clicks(block, range(first, first + 4)):
            total = totals.get(smartlink, LostClickShare(0, 0))
            totals[smartlink] = LostClickShare(total.clicks + clicks, total.lost + lost)
    return totals


def _clicks(block: Columns, quarters: range) -> Iterable[tuple[str, int, int]]:
    """Yield smartlink, clicks and lost clicks of each cell in the quarters."""
    zeros = bytes(block.size)
    counts = (block.counts.get(name, zeros) for name in ("unique_clicks", "duplicate_clicks"))
    codes = (block.codes[name] for name in ("quarter", "smartlink", "reason"))
    for quarter, smartlink, reason, unique, duplicate in zip(*codes, *counts, strict=True):
        name: str = block.values["smartlink"][smartlink]
        if block.values["quarter"][quarter] in quarters and is_smartlink_id(name):
            clicks = unique + duplicate
            yield name, clicks, clicks if block.values["reason"][reason] else 0
