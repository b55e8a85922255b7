from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.reporting.lists import conversion_index
from chalicelib.reporting.lists.conversion_index import steps_of_index
from chalicelib.reporting.lists.conversion_search import ConversionSearch, position_of
from chalicelib.reporting.lists.schemas import Filters
from chalicelib.reporting.lists.steps import READ_COST
from chalicelib.tables.conversions import ConversionListRow
from tests.listed_conversions import conversion_at, write_entries_of

UNTIL = datetime(2026, 11, 2, tzinfo=UTC)


def search(**filters: tuple[str, ...]) -> ConversionSearch:
    return ConversionSearch(UNTIL - timedelta(days=3), UNTIL, position_of(UNTIL), filters)


def found(filters: Filters) -> list[str]:
    return [step.found.conversion_id for step in steps_of_index(search(**filters), 51) if step.found]


def read_keys(monkeypatch: pytest.MonkeyPatch, filters: Filters) -> list[str]:
    """Return the lists that are read for the search, in order."""
    keys, query = list[str](), ConversionListRow.query

    def noted(key: str, *conditions: Any, **options: Any) -> Any:
        keys.append(key)
        return query(key, *conditions, **options)

    with monkeypatch.context() as patch:
        patch.setattr(ConversionListRow, "query", noted)
        list(steps_of_index(search(**filters), 51))
    return keys


def test_lists_of_several_months_are_read_newest_first(tables: None) -> None:
    rows = [conversion_at(UNTIL - timedelta(hours=n), n, publisher_id=f"pub_{n}") for n in range(1, 72, 10)]
    for row in rows:
        write_entries_of(row)
    assert found({}) == found({"status": ("approved",)}) == [row.id for row in rows]
    assert found({"publisher_id": ("pub_11", "pub_1")}) == [rows[0].id, rows[1].id]


def test_list_that_ends_at_once_is_the_only_one_read(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    write_entries_of(conversion_at(UNTIL - timedelta(hours=1)))
    assert read_keys(monkeypatch, {"publisher_id": ("pub_2",), "campaign_id": ("cmp_1",), "status": ("approved",)}) == [
        "publisher_id#pub_2#2026-11",
        "publisher_id#pub_2#2026-10",
    ]


def test_search_reads_the_list_that_reaches_back_the_farthest(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_PROBE_ITEMS", "_READ_ITEMS", "_MIN_PAGE_SIZE"):
        monkeypatch.setattr(conversion_index, name, 2)
    for n in range(1, 9):
        campaign_id = "cmp_1" if n % 3 == 0 else "cmp_2"
        write_entries_of(conversion_at(UNTIL - timedelta(hours=n), n, campaign_id=campaign_id))
        write_entries_of(conversion_at(UNTIL - timedelta(hours=n), n + 10, publisher_id="pub_2", campaign_id="cmp_1"))
    keys = read_keys(monkeypatch, {"publisher_id": ("pub_1",), "campaign_id": ("cmp_1",)})
    publisher, campaign = "publisher_id#pub_1#2026-11", "campaign_id#cmp_1#2026-11"
    assert keys[:3] == [publisher, campaign, publisher]


def test_cost_of_lists_that_are_not_used_is_counted_after_the_steps_of_the_best(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion_index, "_PROBE_ITEMS", 25)
    for n in range(1, 30):
        write_entries_of(conversion_at(UNTIL - timedelta(minutes=n), n))
    steps = list(steps_of_index(search(publisher_id=("pub_1",), campaign_id=("cmp_1",)), 51))
    wasted = next(n for n, step in enumerate(steps) if step.cost == 25 + READ_COST)
    assert steps[wasted - 1].position == steps[wasted].position < steps[0].position
