from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.timestamps import milliseconds
from chalicelib.reporting.lists import conversion_days
from chalicelib.reporting.lists.conversion_days import clicks_of, narrowed, steps_of_clicks, steps_of_days
from chalicelib.reporting.lists.conversion_search import ConversionSearch, position_of
from chalicelib.reporting.lists.steps import READ_COST
from chalicelib.tables.conversions import ConversionRow
from tests.listed_conversions import conversion_at
from tests.postbacks.rows import a_click

UNTIL = datetime(2026, 11, 2, tzinfo=UTC)


def search(**filters: tuple[str, ...]) -> ConversionSearch:
    return ConversionSearch(UNTIL - timedelta(days=2), UNTIL, position_of(UNTIL), filters)


def test_steps_are_the_conversions_of_all_shards_newest_first(tables: None) -> None:
    rows = [conversion_at(UNTIL - timedelta(hours=n), n, publisher_id=f"pub_{n}") for n in range(1, 56, 9)]
    for row in rows:
        row.save()
    steps = list(steps_of_days(search(), 3))
    assert [step.found.conversion_id for step in steps if step.found] == [row.id for row in rows[:-1]]
    # Two days of four shards; the last row is older than the range.
    assert sum(step.cost for step in steps) == 8 * READ_COST + len(rows) - 1


def test_shards_of_the_publishers_are_read(tables: None) -> None:
    conversion_at(UNTIL - timedelta(hours=1)).save()
    steps = list(steps_of_days(search(publisher_id=("pub_1",)), 3))
    assert sum(step.cost for step in steps) == 2 * READ_COST + 1


def test_end_of_a_read_is_a_step_behind_its_conversions(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion_days, "_FILTERED_READ_SIZE", 1)
    rows = [conversion_at(UNTIL - timedelta(hours=n), n) for n in (1, 2)]
    for row in rows:
        row.save()
    steps = list(steps_of_days(search(publisher_id=("pub_1",)), 3))
    assert [step.position for step in steps[:3]] == [rows[0].moment, rows[0].moment, rows[1].moment]
    assert steps[1].cost == READ_COST + 1


def write_conversions_of_a_click() -> list[ConversionRow]:
    """Write a click with three conversions; return them, newest first. The last is older than the range."""
    click = a_click()
    click.save()
    ages = (timedelta(hours=1), timedelta(hours=2), timedelta(days=9))
    route_day = f"{click.route_id}#{datetime.fromtimestamp(click.at / 1000, UTC).date()}"
    rows = [conversion_at(UNTIL - age, n, route_day=route_day) for n, age in enumerate(ages)]
    for row in rows:
        row.save()
    return rows


def test_conversions_of_clicks_are_found_in_the_range(tables: None) -> None:
    rows = write_conversions_of_a_click()
    wanted = search(click_id=("click-1", "unknown"))
    steps = steps_of_clicks(wanted, clicks_of(wanted))
    assert steps is not None
    assert [step.found.row.id for step in steps if step.found and step.found.row] == [rows[0].id, rows[1].id]


def test_clicks_of_very_many_conversions_are_not_read_at_once(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    write_conversions_of_a_click()
    wanted = search(click_id=("click-1",))
    monkeypatch.setattr(conversion_days, "MAX_OF_CLICKS", 3)
    assert steps_of_clicks(wanted, clicks_of(wanted)) is not None
    monkeypatch.setattr(conversion_days, "MAX_OF_CLICKS", 2)
    assert steps_of_clicks(wanted, clicks_of(wanted)) is None


def test_search_is_narrowed_to_the_smartlink_and_the_time_of_the_click() -> None:
    at = milliseconds(UNTIL - timedelta(hours=3))
    clicks = [a_click(at=at), a_click(at=at + 1, publisher_id="pub_2")]
    found = narrowed(search(click_id=("click-1",), publisher_id=("pub_1",)), clicks)
    assert found.since == UNTIL - timedelta(hours=3, minutes=1)
    assert found.filters == {"click_id": ("click-1",), "publisher_id": ("pub_1",), "smartlink_id": ("sml_1",)}
    assert narrowed(search(click_id=("click-1",)), [a_click(at=0)]).since == UNTIL - timedelta(days=2)
