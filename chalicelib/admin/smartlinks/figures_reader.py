"""Reads the figures of all smartlinks for their list."""

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from chalicelib.admin.smartlinks.figures import SERIES_DAYS, NetworkFigures, network_figures
from chalicelib.admin.smartlinks.list_schemas import FiguresPeriod
from chalicelib.exchange.rate_reader import read_rates
from chalicelib.reporting.campaign_currencies import with_currencies
from chalicelib.reporting.cell_reader import CellQuery, read, read_campaign_currencies
from chalicelib.reporting.date_range import Period, resolve_range

_DIMENSIONS = frozenset({"smartlink", "currency", "reason"})


def read_figures(period: FiguresPeriod, timezone: str, now: datetime) -> NetworkFigures:
    """Return the figures of the last days until `now`, with the clicks of each of the last 7 days."""
    shown, week = _last_days(period.days, timezone, now), _last_days(SERIES_DAYS, timezone, now)
    longer = max(shown, week, key=lambda each: each.end - each.start)
    cells = read(CellQuery(longer, dimensions=_DIMENSIONS))
    pieces = list(with_currencies(cells, read_campaign_currencies))
    days = longer.days
    return network_figures(pieces, shown, week, cache(lambda: read_rates(days[0], days[-1])))


def _last_days(count: int, timezone: str, now: datetime) -> Period:
    """Return the last days in the time zone; the day of `now` is the last one."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    return resolve_range(((today - timedelta(days=count - 1)).isoformat(), today.isoformat()), timezone, now)
