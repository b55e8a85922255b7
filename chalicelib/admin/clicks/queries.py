"""Recorded clicks, singly and in lists, and the routes of their time."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import chain, islice, takewhile

from chalicelib.admin.clicks.schemas import ClickQuery
from chalicelib.clicks.id_lists import first_id, newest_first, unpacked
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
"""Clicks read for one page, however few of them a filter lets through."""

MAX_LISTS = 3_000
"""Days of routes looked into for one page, however many of them are empty."""

_CLICK_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")
_ORDINARY = timedelta(days=7)
_KEPT = timedelta(days=CLICK_RETENTION_DAYS)
_DAY = timedelta(days=1)
_SOON = timedelta(seconds=1)
"""Clocks differ: a click of this moment may bear a later time than its list is asked for at."""
_READERS = 8
_ROWS_AT_ONCE = 50


def click(click_id: str) -> ClickRow:
    """The recorded click; `NotFound` where there is none."""
    return get_or_404(ClickRow, "click", click_id)


@dataclass(frozen=True, slots=True)
class Search:
    """Which clicks are wanted: of these routes, with IDs from `since` up to, not including, `before`."""

    routes: list[str]
    days: list[date]
    since: str
    before: str
    publisher_id: str | None
    campaign_id: str | None

    def wants(self, row: ClickRow) -> bool:
        """Whether the click is one of the publisher and campaign asked for."""
        return self.publisher_id in (None, row.publisher_id) and self.campaign_id in (None, row.campaign_id)


def search(request: Request, query: ClickQuery) -> Search:
    """What the query asks for: by default the last seven days; nothing from before clicks are kept."""
    since, until = query.clamp(request.now - _KEPT, request.now + _SOON, _ORDINARY)
    before = min(first_id(until), _checked(query.cursor) or first_id(until))
    days = [until.date() - n * _DAY for n in range((until.date() - since.date()).days + 1)]
    reached = [day for day in days if _first_of(day) < before]
    return Search(_routes(request, query), reached, first_id(since), before, query.publisher_id, query.campaign_id)


def _checked(cursor: str | None) -> str | None:
    if cursor is not None and not _CLICK_ID.fullmatch(cursor):
        raise ValidationFailed(("/cursor", "is not a cursor of this list"))
    return cursor


def _first_of(day: date) -> str:
    return first_id(datetime.combine(day, time(), UTC))


def _routes(request: Request, query: ClickQuery) -> list[str]:
    """The routes that may have the clicks: the smartlink's, the publisher's, or all that are not deleted."""
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


def clicks(wanted: Search, limit: int) -> tuple[list[ClickRow], str | None]:
    """The newest clicks wanted, at most `limit`, and below which ID the next page goes on, None after the last.

    A page ends early where it took too much reading; it may be empty then and still have a next one.
    """
    shown: list[ClickRow] = []
    read = lists = 0
    for day in wanted.days:
        if lists and lists + len(wanted.routes) > MAX_LISTS:
            return shown, _first_of(day + _DAY)
        lists += len(wanted.routes)
        for click_ids in _batches(_listed(wanted, day), limit + 1):
            shown += filter(wanted.wants, _rows(click_ids))
            if len(shown) > limit:
                return shown[:limit], shown[limit - 1].click_id
            read += len(click_ids)
            if read >= MAX_CLICKS:
                return shown, click_ids[-1]
    return shown, None


def _batches(click_ids: Iterator[str], size: int) -> Iterator[list[str]]:
    while some := list(islice(click_ids, size)):
        yield some


def _rows(click_ids: list[str]) -> list[ClickRow]:
    """The clicks in the order of their IDs, without those that have expired."""
    rows = {row.click_id: row for row in ClickRow.batch_get(click_ids, consistent_read=True)}
    return [rows[click_id] for click_id in click_ids if click_id in rows]


def _listed(wanted: Search, day: date) -> Iterator[str]:
    """The day's click IDs of all routes, falling."""

    def begun(route_id: str) -> Iterator[str]:
        click_ids = newest_first(_lists(route_id, day, wanted.since), wanted.before)
        return chain(list(islice(click_ids, 1)), click_ids)

    with ThreadPoolExecutor(_READERS) as readers:
        by_route = list(readers.map(begun, wanted.routes))
    return takewhile(lambda click_id: click_id >= wanted.since, merge(*by_route, reverse=True))


def _lists(route_id: str, day: date, since: str) -> Iterator[tuple[str, list[str]]]:
    rows = ClickListRow.query(
        f"{route_id}#{day.isoformat()}",
        ClickListRow.greatest >= since,
        scan_index_forward=False,
        consistent_read=True,
        page_size=_ROWS_AT_ONCE,
    )
    for row in rows:
        yield row.greatest, unpacked(row.click_ids)
