"""Searches a list: reads until a page is full. The next page continues there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from chalicelib.http.pagination import Cursors, page_length
from chalicelib.lists.query_schemas import SearchPage, SearchQuery
from chalicelib.lists.reads import Reads

Row = TypeVar("Row")
Item = TypeVar("Item")

MAX_BATCH = 500


@dataclass(frozen=True, slots=True)
class Search(Generic[Row, Item]):
    """A list: `rows` after a position in order, the position of a row, and the items of matching rows.

    `match` returns one item for each row, None if the row is not in the list; it counts its own reads. If these are
    used up, it may leave out the last rows, but not the first. `name` is the name of the list, with the owner if the
    list belongs to one. `batch` is the number of rows that are matched at once.
    """

    name: str
    rows: Callable[[str | None, Reads], Iterator[Row]]
    position: Callable[[Row], str]
    match: Callable[[Sequence[Row], Reads], Sequence[Item | None]]
    batch: int = MAX_BATCH


@dataclass(frozen=True, slots=True)
class Found(Generic[Item]):
    """The items of a page with their positions, the position from which to go on, and the total if it is known."""

    cursors: Cursors
    placed: Sequence[tuple[str, Item]]
    next_position: str | None
    total: int | None

    @property
    def items(self) -> list[Item]:
        """Return the items of the page."""
        return [item for _, item in self.placed]

    def page(self, documents: Sequence[Any]) -> SearchPage[Any]:
        """Return the page with the documents of its items, or with as many as fit into an answer."""
        length = page_length(len(each.model_dump_json().encode()) for each in documents)
        position = self.placed[length - 1][0] if length < len(documents) else self.next_position
        cursor = None if position is None else self.cursors.encode(position, self.total)
        return SearchPage(items=list(documents[:length]), next_cursor=cursor, total=self.total)


def find(search: Search[Row, Item], query: SearchQuery, reads: Reads | None = None) -> Found[Item]:
    """Return the matching items after the cursor: a full page, or fewer if the reads are used up or the list ends.

    With `count=true` the first page reads on to count the items of all pages.
    """
    budget = reads or Reads()
    cursors = Cursors(search.name, query.conditions)
    after, total = cursors.decode(query.cursor)
    is_counting = query.count == "true" and query.cursor is None
    gathered: _Gathered[Item] = _Gathered(limit=query.limit, last=after, placed=[])
    rows = search.rows(after, budget)
    while batch := list(islice(rows, min(search.batch, MAX_BATCH if query.is_narrowed else query.limit + 1))):
        for row, item in zip(batch, search.match(batch, budget), strict=False):
            gathered.add(search.position(row), item)
        if gathered.has_more and not is_counting:
            break
        if budget.items < 0:  # Matching used up the reads; the next rows may be in memory already.
            budget.is_cut = True
            break
    if is_counting:
        total = None if budget.is_cut else gathered.count
    goes_on = gathered.has_more or budget.is_cut
    is_asked = query.count == "true"
    return Found(cursors, gathered.placed, gathered.last if goes_on else None, total if is_asked else None)


@dataclass(slots=True)
class _Gathered(Generic[Item]):
    """The page so far, the last position that it covers, and the number of items found."""

    limit: int
    last: str | None
    placed: list[tuple[str, Item]]
    count: int = 0
    has_more: bool = False

    def add(self, position: str, item: Item | None) -> None:
        """Add the item of the next row, None if it does not match."""
        if item is not None:
            self.count += 1
            self.has_more = len(self.placed) == self.limit
            if not self.has_more:
                self.placed.append((position, item))
        if not self.has_more:
            self.last = position
