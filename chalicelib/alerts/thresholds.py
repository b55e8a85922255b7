"""When counts are worth telling the admins: caps that fill up, smartlinks that lose clicks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from chalicelib.counters.cells import QUARTER_HOUR_MS
from chalicelib.counters.column_codec import Columns

NEARLY, FULL = 80, 100
FALLBACK_SHARE = Fraction(5, 100)
MIN_CLICKS = 20
"""Below so many clicks in the hour a single lost one would be more than the share."""

_AGGREGATION_LAG = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CapKey:
    """What a cap's counter counts, as its key says: `tracking.caps` writes it."""

    campaign_id: str
    metric: str
    window: str
    timezone: str
    since: str
    publisher_id: str | None


def cap_key(key: str) -> CapKey:
    """The parts of a counter's key. Raises ValueError for what is none."""
    campaign_id, metric, window, timezone, since, whose = key.split("|")
    return CapKey(campaign_id, metric, window, timezone, since, None if whose == "*" else whose)


def reached_level(used: int, limit: int) -> int | None:
    """How full the cap is, in per cent, of the levels that are told: 80, 100, or None below."""
    if used >= limit:
        return FULL
    return NEARLY if used * 100 >= limit * NEARLY else None


@dataclass(frozen=True, slots=True)
class LostClickShare:
    """The human clicks of a smartlink, and those of them that reached no paying offer."""

    clicks: int
    lost: int

    @property
    def is_high(self) -> bool:
        """Whether more than 5 % were lost, of enough clicks to say so."""
        return self.clicks >= MIN_CLICKS and Fraction(self.lost, self.clicks) > FALLBACK_SHARE


def last_hour(now: datetime) -> datetime:
    """The beginning of the last whole hour (UTC) that ended at least five minutes before `now`."""
    settled = (now.astimezone(UTC) - _AGGREGATION_LAG).replace(minute=0, second=0, microsecond=0)
    return settled - timedelta(hours=1)


def shares(pieces: Iterable[Columns], hour: datetime) -> dict[str, LostClickShare]:
    """By smartlink, the clicks of the hour that begins at `hour`; direct links are no smartlinks."""
    first = int(hour.timestamp() * 1000) // QUARTER_HOUR_MS
    found: dict[str, LostClickShare] = {}
    for piece in pieces:
        for smartlink, clicks, lost in _clicks(piece, range(first, first + 4)):
            before = found.get(smartlink, LostClickShare(0, 0))
            found[smartlink] = LostClickShare(before.clicks + clicks, before.lost + lost)
    return found


def _clicks(piece: Columns, quarters: range) -> Iterable[tuple[str, int, int]]:
    """Smartlink, clicks and lost clicks of each cell of the quarters."""
    none = bytes(piece.size)
    counts = (piece.counts.get(name, none) for name in ("unique_clicks", "duplicate_clicks"))
    codes = (piece.codes[name] for name in ("quarter", "smartlink", "reason"))
    for quarter, smartlink, reason, unique, duplicate in zip(*codes, *counts, strict=True):
        name: str = piece.values["smartlink"][smartlink]
        if piece.values["quarter"][quarter] in quarters and name.startswith("sml_"):
            clicks = unique + duplicate
            yield name, clicks, clicks if piece.values["reason"][reason] else 0
