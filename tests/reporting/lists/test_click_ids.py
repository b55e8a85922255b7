from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.clicks.id_lists import first_id
from chalicelib.counters import cells
from chalicelib.domain.timestamps import milliseconds
from chalicelib.reporting.lists import click_ids
from chalicelib.reporting.lists.click_ids import FoundIds
from chalicelib.reporting.lists.click_lists import ClickIds
from chalicelib.reporting.lists.click_quarters import Quarter
from chalicelib.reporting.lists.click_search import ClickSearch

NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)
SEARCH = ClickSearch(NOON - timedelta(days=2), NOON, first_id(NOON), {})
FIRST = cells.quarter_of(milliseconds(NOON)) - 1


class World:
    """Click lists in memory: one ID in each quarter of a route, counted back from noon."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, routes: dict[str, list[int]], rest: str | None = None) -> None:
        self.routes = routes
        self.rest = rest
        self.opened: list[str] = []
        monkeypatch.setattr(click_ids, "quarters_of", self.quarters_of)
        monkeypatch.setattr(click_ids, "open_list", self.open_list)

    def quarters_of(self, _: ClickSearch) -> Iterator[Quarter]:
        for age in sorted({age for ages in self.routes.values() for age in ages}):
            yield Quarter(FIRST - age, [route for route, ages in self.routes.items() if age in ages])
        if self.rest:
            yield Quarter(rest=self.rest)

    def open_list(self, _: ClickSearch, route_id: str, day: object) -> ClickIds:
        self.opened.append(f"{route_id} {day}")
        ids = [name_of(route_id, age) for age in sorted(self.routes[route_id])]
        return ClickIds(
            each for each in ids if day in (NOON.date(), None) or each < first_id(NOON - timedelta(hours=12))
        )


def name_of(route_id: str, age: int) -> str:
    """Return the ID of the route's click in a quarter."""
    return first_id(NOON - timedelta(minutes=15 * age + 15))[:20] + route_id.ljust(6, "0")


def test_ids_of_all_routes_are_merged_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    World(monkeypatch, {"aa": [0, 2], "bb": [0, 1]})
    found = FoundIds(SEARCH)
    assert found.take(9) == [name_of("bb", 0), name_of("aa", 0), name_of("bb", 1), name_of("aa", 2)]
    assert found.rest is None


def test_list_is_opened_once_for_each_route_and_day(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, {"aa": [0, 2, 60]})
    assert FoundIds(SEARCH).take(9) == [name_of("aa", age) for age in (0, 2, 60)]
    assert world.opened == ["aa 2026-11-03", "aa 2026-11-04"]


def test_lists_are_opened_for_some_quarters_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click_ids, "_LISTS_AT_ONCE", 2)
    world = World(monkeypatch, {"aa": [0], "bb": [1], "cc": [2]})
    found = FoundIds(SEARCH)
    assert found.take(2) == [name_of("aa", 0), name_of("bb", 1)]
    assert sorted(world.opened) == ["aa 2026-11-04", "bb 2026-11-04"]
    assert found.take(9) == [name_of("cc", 2)]


def test_search_ends_before_a_quarter_once_it_has_read_the_maximum_number_of_lists(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(click_ids, "MAX_LISTS", 2)
    World(monkeypatch, {"aa": [0], "bb": [0], "cc": [1]})
    found = FoundIds(SEARCH)
    assert found.take(9) == [name_of("bb", 0), name_of("aa", 0)]
    assert found.rest == first_id(NOON - timedelta(minutes=15))


def test_search_goes_on_where_the_counters_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    World(monkeypatch, {"aa": [0]}, rest="cursor")
    found = FoundIds(SEARCH)
    assert (found.take(9), found.rest) == ([name_of("aa", 0)], "cursor")
