"""The IDs of the clicks that a search may find. The counters have the quarters of an hour, the click lists the IDs."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from chalicelib.counters.cells import day_of
from chalicelib.reporting.lists.click_lists import ClickIds, open_list
from chalicelib.reporting.lists.click_quarters import Quarter, quarters_of
from chalicelib.reporting.lists.click_search import ClickSearch, first_id_of_quarter
from chalicelib.reporting.parallel import parallel

MAX_LISTS = 500
"""Number of click lists (one for each route and day) after which a search ends with its quarter of an hour."""

_LISTS_AT_ONCE = 16
"""Quarters of an hour are read until they need this many new click lists, which are then opened together."""

_RouteDay = tuple[str, date]


class FoundIds:
    """The IDs, greatest first. `rest` is the cursor at which the search goes on if it has read too much."""

    def __init__(self, search: ClickSearch) -> None:
        self.rest: str | None = None
        self._search = search
        self._lists: dict[_RouteDay, ClickIds] = {}
        self._ids = self._read()

    def take(self, count: int) -> list[str]:
        """Return the next IDs, at most `count`; none at the end."""
        return list(islice(self._ids, count))

    def _read(self) -> Iterator[str]:
        waiting: list[Quarter] = []
        missing: set[_RouteDay] = set()
        for quarter in quarters_of(self._search):
            if quarter.rest or len(self._lists) + len(missing) >= MAX_LISTS:
                self.rest = quarter.rest or first_id_of_quarter(quarter.number + 1)
                break
            waiting.append(quarter)
            missing.update(key for key in _keys(quarter) if key not in self._lists)
            if len(missing) >= _LISTS_AT_ONCE:
                yield from self._ids_of(waiting, missing)
                waiting, missing = [], set()
        yield from self._ids_of(waiting, missing)

    def _ids_of(self, quarters: Iterable[Quarter], missing: Iterable[_RouteDay]) -> Iterator[str]:
        """Yield the IDs of the quarters. The missing lists are opened first."""
        keys = sorted(missing)
        self._lists.update(zip(keys, parallel(lambda key: open_list(self._search, *key), keys), strict=True))
        for quarter in quarters:
            first, end = first_id_of_quarter(quarter.number), first_id_of_quarter(quarter.number + 1)
            yield from sorted(
                (each for key in _keys(quarter) for each in self._lists[key].pull(first, end)), reverse=True
            )


def _keys(quarter: Quarter) -> list[_RouteDay]:
    day = day_of(quarter.number)
    return [(route_id, day) for route_id in quarter.route_ids]
