from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.conversions.refused_hour import MAX_QUERY, refused_hour, shown_query, unsaved_count
from tests.builders import NOW

HOUR = refused_hour("cmp_1", NOW, needs_token=True)


def test_hour_begins_at_the_full_hour_in_utc() -> None:
    late = datetime(2026, 11, 5, 1, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=1, minutes=30)))
    hour = refused_hour("cmp_1", late, needs_token=True)
    assert hour.start == datetime(2026, 11, 5, 0, tzinfo=UTC)
    assert refused_hour("cmp_1", NOW.replace(minute=59), needs_token=True) == HOUR


def test_hour_has_its_place_in_both_lists() -> None:
    assert (HOUR.campaign_day, HOUR.day_shard[:11]) == ("cmp_1#2026-11-04", "2026-11-04#")
    assert HOUR.moment == "1793793600000#token"
    assert refused_hour("cmp_1", NOW, needs_token=False).moment == "1793793600000#anyone"


def test_one_hundred_refusals_are_listed_of_a_campaign_and_hour() -> None:
    limits = [refused_hour("cmp_1", NOW, needs_token=needs_token).limit for needs_token in (True, False)]
    assert limits == [60, 40]


def test_each_hour_has_its_own_id() -> None:
    cases = product("ab", (NOW, NOW + timedelta(hours=1)), (True, False))
    hours = [refused_hour(name, now, needs_token=needs_token) for name, now, needs_token in cases]
    assert len({hour.id for hour in hours}) == 8
    assert HOUR.id.startswith("rfp_")


def test_sentence_names_the_hour() -> None:
    assert HOUR.sentence == "More postbacks were refused from 12:00 to 13:00 UTC than are listed."


def test_refusals_are_saved_at_powers_of_two() -> None:
    assert [unsaved_count(n) for n in range(1, 10)] == [1, 1, 0, 2, 0, 0, 0, 4, 0]


@given(st.integers(1, 5000))
def test_at_least_half_of_the_refusals_are_saved_and_never_more(omitted: int) -> None:
    saved = sum(unsaved_count(n) for n in range(1, omitted + 1))
    assert omitted / 2 <= saved <= omitted


@pytest.mark.parametrize(
    ("parameters", "query"),
    [
        pytest.param({}, "", id="nothing"),
        pytest.param({"click_id": "c", "token": "secret", "txid": "{x}"}, "click_id=c&txid=%7Bx%7D", id="no token"),
        pytest.param({"Token": "s", "postback_token": "s", "a": "b"}, "a=b", id="other names of a token"),
        pytest.param({"a": "\ud800"}, "a=%3F", id="invalid Unicode"),
    ],
)
def test_query_is_shown_without_its_token(parameters: dict[str, str], query: str) -> None:
    assert shown_query(parameters) == query


def test_tokens_are_hidden_in_the_values_of_other_parameters() -> None:
    sent = {"url": "https://api.example/postback?token=s3", "key": "S3", "a": "t4", "b": "c"}
    assert shown_query(sent, ["s3", "t4"]) == (
        "url=https%3A%2F%2Fapi.example%2Fpostback%3Ftoken%3D[token]&key=[token]&a=[token]&b=c"
    )


def test_long_query_is_cut() -> None:
    assert len(shown_query({"a": "x" * 5_000})) == MAX_QUERY
