from typing import Any

import pytest

from chalicelib.lists.entries import ListKind
from chalicelib.lists.entry_search import EntryList, any_of, any_tag, entry_search, is_true, matching
from chalicelib.lists.query_schemas import SearchQuery, Sort
from chalicelib.lists.reads import Reads
from tests.builders import NOW

ENTRY: dict[str, Any] = {"id": "cmp_1", "name": "Game Ä", "status": "active", "tags": ["app", "new"]}


def is_found(query: SearchQuery, *conditions: Any) -> bool:
    return matching(query, conditions)([ENTRY], Reads()) == [ENTRY]


def test_entry_matches_by_part_of_name_or_id() -> None:
    assert is_found(SearchQuery())
    assert is_found(SearchQuery(q="e ä"))
    assert is_found(SearchQuery(q="P_1"))
    assert not is_found(SearchQuery(q="active"))


def test_filter_means_any_of_its_values() -> None:
    assert any_of("status", None) == any_tag(None) == []
    assert is_found(SearchQuery(), *any_of("status", ["paused", "active"]), *any_tag(["new", "old"]))
    assert not is_found(SearchQuery(), *any_of("status", ["paused"]))
    assert not is_found(SearchQuery(), *any_tag(["old"]))


@pytest.mark.parametrize(("value", "found"), [(None, True), ("true", True), ("false", False)])
def test_condition_may_be_asked_for_or_ruled_out(value: str | None, *, found: bool) -> None:
    assert is_found(SearchQuery(), *is_true(value, lambda entry: entry["id"] == "cmp_1")) is found


def test_years_run_in_the_direction_of_the_order() -> None:
    in_2028 = NOW.replace(year=2028)
    names = [f"campaigns#{year}" for year in (2026, 2027, 2028)]
    assert EntryList(ListKind.CAMPAIGNS, Sort.CREATED, in_2028).partitions == names
    assert EntryList(ListKind.CAMPAIGNS, Sort.NEWEST, in_2028).partitions == names[::-1]


@pytest.mark.usefixtures("tables")
def test_search_of_an_empty_list_has_no_rows() -> None:
    query = SearchQuery()
    search = entry_search(EntryList(ListKind.CAMPAIGNS, Sort.NAME, NOW), query, matching(query, []))
    assert list(search.rows(None, Reads())) == []
