from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.clicks.id_lists import first_id
from chalicelib.domain import ids
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.reporting.lists.click_search import (
    ClickSearch,
    create_search,
    cut_cursor_of,
    first_id_of_quarter,
)
from chalicelib.reporting.lists.schemas import ClickListQuery
from tests.builders import NOW

SEARCH = ClickSearch(NOW - timedelta(days=1), NOW, first_id(NOW), {"smartlink_id": ("sml_1", "sml_2"), "os": ("ios",)})
EARLIER = NOW - timedelta(hours=1)


def test_default_range_is_seven_days_until_a_second_from_now() -> None:
    search = create_search(validate(ClickListQuery, {}), {}, NOW)
    assert (search.until - NOW, search.until - search.since) == (timedelta(seconds=1), timedelta(days=7))
    assert search.before == first_id(search.until)


def test_click_matches_any_value_of_each_filter() -> None:
    assert SEARCH.matches({"route_id": "sml_2", "os": "ios"})
    assert not SEARCH.matches({"route_id": "sml_3", "os": "ios"})
    assert not SEARCH.matches({"route_id": "sml_1"})


@pytest.mark.parametrize(
    ("cursor", "end"),
    [
        pytest.param(first_id(EARLIER), EARLIER, id="at the start of a millisecond"),
        pytest.param(ids.time_ordered_id(EARLIER, b"a" * 10), EARLIER + timedelta(milliseconds=1), id="inside of one"),
        pytest.param("z" * 26, NOW, id="after the range"),
        pytest.param(None, NOW, id="none"),
    ],
)
def test_rest_of_a_search_ends_at_its_cursor(cursor: str | None, end: datetime) -> None:
    assert SEARCH.after(cursor).end == end


def test_text_that_is_no_click_id_is_no_cursor() -> None:
    with pytest.raises(ValidationFailed, match="cursor"):
        SEARCH.after("u" * 26)


def test_cut_cursor_keeps_18_letters() -> None:
    assert cut_cursor_of("01m7y0t1vmy3cyr3ct0v4mvta8") == "01m7y0t1vmy3cyr3ct00000000"


def test_first_id_of_a_quarter_is_that_of_its_first_millisecond() -> None:
    assert first_id_of_quarter(2) == first_id(datetime(1970, 1, 1, 0, 30, tzinfo=UTC))
