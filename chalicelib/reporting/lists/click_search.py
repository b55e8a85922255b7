"""A search for clicks: range, position and filters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.clicks.id_lists import first_id
from chalicelib.counters.cells import QUARTER_HOUR_MS
from chalicelib.domain.ids import time_of_id
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.lists.schemas import ClickListQuery, Filters
from chalicelib.settings import ROUTE_VERSION_DAYS, click_days

_CLICK_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")
_DEFAULT_RANGE = timedelta(days=7)
_RETENTION = timedelta(days=ROUTE_VERSION_DAYS)
"""No click is older: neither one with the longest attribution window, nor one of an earlier release."""
_CLOCK_SKEW = timedelta(seconds=1)
"""Clocks differ: a click stored now may have a time later than the clock of this process."""
_CUT = 18
"""Letters of an ID that a cursor keeps if the page ends at a click that it does not list.

The click may be another publisher's, whose ID must not be shown. The rest of an ID is random: two clicks of one
millisecond have the same 18 letters once in 10 ** 12.
"""
_FIELDS = {"smartlink_id": "route_id"}
"""The fields of clicks that filters compare, where their names differ."""


@dataclass(frozen=True, slots=True)
class ClickSearch:
    """A search for clicks with times from `since` up to `until`, and IDs below `before`.

    `filters` are the accepted values by name.
    """

    since: datetime
    until: datetime
    before: str
    filters: Filters

    @property
    def end(self) -> datetime:
        """The end (exclusive) of the range that is left: no ID below `before` is of this time or later."""
        moment = time_of_id(self.before)
        return moment if self.before == first_id(moment) else moment + timedelta(milliseconds=1)

    def after(self, cursor: str | None) -> "ClickSearch":
        """Return the rest of the search after the cursor. Raise `ValidationFailed` if the cursor is not valid."""
        if cursor is None:
            return self
        if not _CLICK_ID.fullmatch(cursor):
            raise ValidationFailed(("/cursor", "is not a cursor of this list"))
        return replace(self, before=min(self.before, cursor))

    def matches(self, stored: Mapping[str, Any]) -> bool:
        """Return whether a stored click passes the filters."""
        return all(stored.get(_FIELDS.get(name, name)) in values for name, values in self.filters.items())


def create_search(query: ClickListQuery, filters: Filters, now: datetime) -> ClickSearch:
    """Return the search for a query: by default the last seven days, at most as far back as any click is stored."""
    since, until = query.clamp(now - _RETENTION, now + _CLOCK_SKEW, _DEFAULT_RANGE)
    return ClickSearch(since, until, first_id(until), filters)


def kept_from(now: datetime) -> datetime:
    """Return the time since which all clicks are stored. Of earlier ones, those with a long attribution window are."""
    return now - timedelta(days=click_days())


def cut_cursor_of(click_id: str) -> str:
    """Return the cursor of the list after a click that is not listed."""
    return click_id[:_CUT].ljust(len(click_id), "0")


def first_id_of_quarter(quarter: int) -> str:
    """Return the smallest ID of the quarter of an hour."""
    return first_id(datetime.fromtimestamp(quarter * QUARTER_HOUR_MS // 1000, UTC))
