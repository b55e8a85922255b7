"""A search for conversions: range, position and filters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.domain.conversion_lists import LIST_FIELDS
from chalicelib.domain.timestamps import milliseconds
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.lists.schemas import ConversionListQuery, Filters

MAX_DAYS = 366

_DEFAULT_RANGE = timedelta(days=30)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_CURSOR = re.compile(r"[0-9]{13}(\.[0-9a-z_]{1,64})?")
_CUT = 31
"""Length of a cursor that ends at a row of the index. It names no conversion, which may be another publisher's."""

_FIELDS = {**LIST_FIELDS, "click_id": "click_id"}


@dataclass(frozen=True, slots=True)
class ConversionSearch:
    """A search for conversions with arrival times from `since` up to, not including, `until`.

    `before` is the position at which the list goes on: a smaller `moment` comes next. `filters` are the
    accepted values by name.
    """

    since: datetime
    until: datetime
    before: str
    filters: Filters

    @property
    def lowest(self) -> str:
        """The smallest position of the range."""
        return position_of(self.since)

    @property
    def days(self) -> list[date]:
        """The UTC days that may have conversions, newest first."""
        newest = datetime.fromtimestamp(self._last_millisecond / 1000, UTC).date()
        return [newest - timedelta(days=n) for n in range((newest - self.since.date()).days + 1)]

    @property
    def months(self) -> list[str]:
        """The UTC months that may have conversions, newest first, as `2026-11`."""
        return list(dict.fromkeys(f"{day:%Y-%m}" for day in self.days))

    @property
    def _last_millisecond(self) -> int:
        is_time = len(self.before) == len(self.lowest)  # a time itself is excluded
        return int(self.before[:13]) - is_time

    @property
    def publisher_ids(self) -> tuple[str, ...] | None:
        """The publishers of the filters, None for all."""
        return self.filters.get("publisher_id")

    def after(self, cursor: str | None) -> "ConversionSearch":
        """Return the rest of the search after the cursor. Raise `ValidationFailed` if the cursor is not valid."""
        if cursor is None:
            return self
        if not _CURSOR.fullmatch(cursor):
            raise ValidationFailed(("/cursor", "is not a cursor of this list"))
        return replace(self, before=min(self.before, cursor.replace(".", "#")))

    def split(self, since: int | None) -> tuple["ConversionSearch", "ConversionSearch"]:
        """Return the part from a time on (milliseconds since 1970; empty for None), and the part before it."""
        if since is None:
            return replace(self, since=self.until), self
        border = datetime.fromtimestamp(since / 1000, UTC)
        older = replace(self, before=min(self.before, position_of(border)))
        return replace(self, since=max(self.since, border)), older

    def matches(self, fields: Mapping[str, Any]) -> bool:
        """Return whether a complete conversion, or the entry of one, passes the filters of its own fields."""
        return all(fields.get(_FIELDS[name]) in values for name, values in self.filters.items() if name in _FIELDS)


def position_of(moment: datetime) -> str:
    """Return the position below that of every conversion that arrives at this time."""
    return f"{milliseconds(moment):013d}"


def cursor_of(position: str) -> str:
    """Return the cursor after a listed conversion."""
    return position.replace("#", ".")


def cut_cursor_of(position: str) -> str:
    """Return the cursor after a position at which the list shows no conversion."""
    return cursor_of(position[:_CUT])


def create_search(query: ConversionListQuery, filters: Filters, now: datetime) -> ConversionSearch:
    """Return the search for a query; raise `ValidationFailed` if its range is too long."""
    of_click = "click_id" in filters
    since, until = query.clamp(_EARLIEST, now + _MILLISECOND, now - _EARLIEST if of_click else _DEFAULT_RANGE)
    if not of_click and until - since > timedelta(days=MAX_DAYS):
        raise ValidationFailed(("/from", f"must be at most {MAX_DAYS} days before the end"))
    return ConversionSearch(since, until, position_of(until), filters)
