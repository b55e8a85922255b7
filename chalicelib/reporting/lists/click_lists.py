"""Reads the IDs of the clicks on a route of one UTC day, greatest first."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from operator import itemgetter

from chalicelib.clicks import id_lists
from chalicelib.clicks.id_lists import first_id, newest_first
from chalicelib.reporting.lists.click_search import ClickSearch
from chalicelib.tables.clicks import ClickListRow

_PAGE_SIZE = 50
"""Lists read at a time from the end of a day. A search that goes on within the day reads as many as fit."""


class ClickIds:
    """IDs that are pulled from the greatest to the smallest."""

    def __init__(self, click_ids: Iterator[str]) -> None:
        self._rest = click_ids
        self._next = next(click_ids, "")

    def pull(self, first: str, end: str) -> Iterator[str]:
        """Yield the IDs from `first` to `end` (exclusive), and drop greater ones."""
        while self._next >= first:
            if self._next < end:
                yield self._next
            self._next = next(self._rest, "")


def open_list(search: ClickSearch, route_id: str, day: date) -> ClickIds:
    """Return the IDs of the route and day that are in the range of the search."""
    since = first_id(search.since)
    lists = (_lists(search, partition, day, since) for partition in id_lists.partitions(route_id, day))
    below = newest_first(merge(*lists, key=itemgetter(0), reverse=True), search.before)
    return ClickIds(click_id for click_id in below if click_id >= since)


def _lists(search: ClickSearch, partition: str, day: date, since: str) -> Iterator[tuple[str, list[str]]]:
    tomorrow = datetime.combine(day, time(), UTC) + timedelta(days=1)
    rows = ClickListRow.query(
        partition,
        ClickListRow.greatest >= since,
        scan_index_forward=False,
        consistent_read=True,
        page_size=_PAGE_SIZE if search.before >= first_id(tomorrow) else None,
    )
    for row in rows:
        yield row.greatest, id_lists.decode(row.click_ids)
