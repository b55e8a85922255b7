"""Queries of recorded clicks, newest first."""

from collections.abc import Iterator, Sequence

from chalicelib.http.transactions import get_or_404
from chalicelib.reporting.lists.click_ids import FoundIds
from chalicelib.reporting.lists.click_search import ClickSearch, cut_cursor_of
from chalicelib.reporting.parallel import KEYS_PER_READ, READERS, in_batches
from chalicelib.tables.clicks import ClickRow

MAX_CLICKS = 2_000
"""Maximum number of clicks read for one page, of which a filter may drop most."""

_MIN_BATCH = 25
"""Minimum number of clicks read at once: a filter may drop most of them."""


def get_click_or_404(click_id: str) -> ClickRow:
    """Return the recorded click; raise `NotFound` if it does not exist."""
    return get_or_404(ClickRow, "click", click_id)


def find_clicks(search: ClickSearch, limit: int) -> tuple[list[ClickRow], str | None]:
    """Return the newest matching clicks, at most `limit`, and the next page's cursor: its clicks have smaller IDs.

    A page that has read too much ends early: it may be empty and still have a next page.
    """
    page: list[ClickRow] = []
    found = FoundIds(search)
    clicks_read = 0
    while batch := found.take(min(max(limit + 1 - len(page), _MIN_BATCH), KEYS_PER_READ * READERS)):
        page += [row for row in _rows(batch) if search.matches(row.attribute_values)]
        if len(page) > limit:
            return page[:limit], page[limit - 1].click_id
        clicks_read += len(batch)
        if clicks_read >= MAX_CLICKS:
            return page, cut_cursor_of(batch[-1])
    return page, found.rest


def _rows(click_ids: Sequence[str]) -> Iterator[ClickRow]:
    """Yield the clicks in the order of the IDs, without expired ones."""
    rows = {row.click_id: row for row in in_batches(_read, click_ids)}
    yield from (rows[click_id] for click_id in click_ids if click_id in rows)


def _read(click_ids: Sequence[str]) -> list[ClickRow]:
    return list(ClickRow.batch_get(click_ids, consistent_read=True))
