"""Queries of recorded clicks: the click lists of several routes, merged by time."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import chain, islice, takewhile

from chalicelib.admin.clicks.schemas import ClickQuery
from chalicelib.clicks import id_lists
from chalicelib.clicks.id_lists import first_id, newest_first
from chalicelib.http.pagination import year_partitions
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.transactions import get_or_404
from chalicelib.settings import CLICK_RETENTION_DAYS
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.clicks import ClickListRow, ClickRow
from chalicelib.tables.publishers import CampaignApprovalRow, MembershipRow
from chalicelib.tables.smartlinks import SmartlinkRow

MAX_CLICKS = 2_000
"""Maximum number of clicks read for one page, of which a filter may drop most."""

MAX_LISTS = 3_000
"""Maximum number of click lists (one for each route and day) read for one page; most may be empty."""

_CLICK_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")
_DEFAULT_RANGE = timedelta(days=7)
_RETENTION = timedelta(days=CLICK_RETENTION_DAYS)
_DAY = timedelta(days=1)
_CLOCK_SKEW = timedelta(seconds=1)
"""Clocks differ: a click stored now may have a time later than the clock of this process."""
_READERS = 8
_LIST_PAGE_SIZE = 50


def get_click_or_404(click_id: str) -> ClickRow:
    """Return the recorded click; raise `NotFound` if it does not exist."""
    return get_or_404(ClickRow, "click", click_id)


@dataclass(frozen=True, slots=True)
class Search:
    """A search for clicks of these routes on these days, with IDs from `since` up to, not including, `before`."""

    routes: list[str]
    days: list[date]
    since: str
    before: str
    publisher_id: str | None
    campaign_id: str | None

    def matches(self, row: ClickRow) -> bool:
        """Return whether the click passes the filters by publisher and campaign."""
        return self.publisher_id in (None, row.publisher_id) and self.campaign_id in (None, row.campaign_id)


def create_search(request: Request, query: ClickQuery) -> Search:
    """Return the search for a query: by default the last seven days, at most as far back as clicks are stored."""
    since, until = query.clamp(request.now - _RETENTION, request.now + _CLOCK_SKEW, _DEFAULT_RANGE)
    before = min(first_id(until), _validated_cursor(query.cursor) or first_id(until))
    days = [until.date() - n * _DAY for n in range((until.date() - since.date()).days + 1)]
    remaining = [day for day in days if _first_id_of_day(day) < before]
    return Search(_routes(request, query), remaining, first_id(since), before, query.publisher_id, query.campaign_id)


def _validated_cursor(cursor: str | None) -> str | None:
    if cursor is not None and not _CLICK_ID.fullmatch(cursor):
        raise ValidationFailed(("/cursor", "is not a cursor of this list"))
    return cursor


def _first_id_of_day(day: date) -> str:
    return first_id(datetime.combine(day, time(), UTC))


def _routes(request: Request, query: ClickQuery) -> list[str]:
    """Return the routes that may have these clicks: of the smartlink, of the publisher, or all that are not deleted."""
    if query.smartlink_id:
        return [query.smartlink_id]
    if query.publisher_id:
        members = MembershipRow.query(query.publisher_id, consistent_read=True)
        approvals = CampaignApprovalRow.query(query.publisher_id, consistent_read=True)
        return [*(row.pool_id for row in members if row.code), *(row.campaign_id for row in approvals)]
    return [
        row.id
        for model in (SmartlinkRow, CampaignRow)
        for year in year_partitions(request)
        for row in model.by_year.query(year, attributes_to_get=["id"])
    ]


def find_clicks(search: Search, limit: int) -> tuple[list[ClickRow], str | None]:
    """Return the newest matching clicks, at most `limit`, and the next page's cursor: its clicks have smaller IDs.

    A page that has read too much ends early: it may be empty and still have a next page.
    """
    page: list[ClickRow] = []
    clicks_read = lists_read = 0
    for day in search.days:
        if lists_read and lists_read + len(search.routes) > MAX_LISTS:
            return page, _first_id_of_day(day + _DAY)
        lists_read += len(search.routes)
        for click_ids in _batches(_click_ids_of_day(search, day), limit + 1):
            page += filter(search.matches, _rows(click_ids))
            if len(page) > limit:
                return page[:limit], page[limit - 1].click_id
            clicks_read += len(click_ids)
            if clicks_read >= MAX_CLICKS:
                return page, click_ids[-1]
    return page, None


def _batches(click_ids: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(islice(click_ids, size)):
        yield batch


def _rows(click_ids: list[str]) -> list[ClickRow]:
    """Return the clicks in the order of the IDs, without expired ones."""
    rows = {row.click_id: row for row in ClickRow.batch_get(click_ids, consistent_read=True)}
    return [rows[click_id] for click_id in click_ids if click_id in rows]


def _click_ids_of_day(search: Search, day: date) -> Iterator[str]:
    """Return the day's click IDs of all routes, greatest first."""

    def start_reading(route_id: str) -> Iterator[str]:
        click_ids = newest_first(_lists(route_id, day, search.since), search.before)
        return chain(list(islice(click_ids, 1)), click_ids)

    with ThreadPoolExecutor(_READERS) as readers:
        by_route = list(readers.map(start_reading, search.routes))
    return takewhile(lambda click_id: click_id >= search.since, merge(*by_route, reverse=True))


def _lists(route_id: str, day: date, since: str) -> Iterator[tuple[str, list[str]]]:
    rows = ClickListRow.query(
        f"{route_id}#{day.isoformat()}",
        ClickListRow.greatest >= since,
        scan_index_forward=False,
        consistent_read=True,
        page_size=_LIST_PAGE_SIZE,
    )
    for row in rows:
        yield row.greatest, id_lists.decode(row.click_ids)
