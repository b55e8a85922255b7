from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.timestamps import milliseconds
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.lists.conversion_search import (
    ConversionSearch,
    create_search,
    cursor_of,
    cut_cursor_of,
    position_of,
)
from chalicelib.reporting.lists.schemas import ConversionListQuery
from tests.builders import NOW

SINCE, UNTIL = datetime(2026, 10, 30, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
SEARCH = ConversionSearch(SINCE, UNTIL, position_of(UNTIL), {"status": ("approved", "pending"), "click_id": ("c1",)})
MOMENT = f"{position_of(UNTIL)}#cnv_4n09ehfqmgnwmaktkd1qqxv8fk"


def test_days_and_months_are_those_of_the_range_newest_first() -> None:
    assert SEARCH.days == [date(2026, 11, 1), date(2026, 10, 31), date(2026, 10, 30)]
    assert SEARCH.months == ["2026-11", "2026-10"]


def test_search_after_a_conversion_includes_others_of_its_millisecond() -> None:
    assert replace(SEARCH, before=MOMENT).days[0] == date(2026, 11, 2)


def test_conversion_matches_any_value_of_each_filter() -> None:
    assert SEARCH.matches({"status": "pending", "click_id": "c1"})
    assert not SEARCH.matches({"status": "pending", "click_id": "c2"})
    assert not SEARCH.matches({"status": None, "click_id": "c1"})
    assert replace(SEARCH, filters={"external_click_id": ("x",)}).matches({})


@pytest.mark.parametrize(
    ("since", "ranges"),
    [
        pytest.param(None, (0, 3), id="nothing has entries"),
        pytest.param(0, (3, 0), id="all have entries"),
        pytest.param(milliseconds(SINCE + timedelta(days=1)), (2, 1), id="some have entries"),
        pytest.param(milliseconds(UNTIL + timedelta(days=1)), (0, 3), id="only later ones have entries"),
    ],
)
def test_search_is_split_at_the_time_since_which_conversions_have_entries(
    since: int | None, ranges: tuple[int, int]
) -> None:
    newer, older = SEARCH.split(since)
    days = [max(0, int(each.before) - milliseconds(each.since)) // 86_400_000 for each in (newer, older)]
    assert tuple(days) == ranges


def test_cursor_goes_on_after_its_conversion() -> None:
    assert SEARCH.after(None) == SEARCH
    assert SEARCH.after("9" * 13) == SEARCH
    earlier = position_of(SINCE)
    assert SEARCH.after(cursor_of(f"{earlier}#cnv_1")).before == f"{earlier}#cnv_1"
    assert len(cut_cursor_of(MOMENT)) == 31
    with pytest.raises(ValidationFailed, match="cursor"):
        SEARCH.after("elsewhere")


def test_default_range_is_30_days_and_all_time_for_clicks() -> None:
    query = validate(ConversionListQuery, {})
    assert create_search(query, {}, NOW).until - create_search(query, {}, NOW).since == timedelta(days=30)
    assert create_search(query, {"click_id": ("c1",)}, NOW).since.year == 2000


def test_range_of_more_than_366_days_is_an_error() -> None:
    query = validate(ConversionListQuery, {"from": "2025-01-01"})
    with pytest.raises(ValidationFailed, match="from"):
        create_search(query, {}, NOW)
