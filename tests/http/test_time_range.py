from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.time_range import RangeQuery, TimeRangeModel
from tests.http.support import errors_of

OLDEST, NEWEST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 4, 12, 30, tzinfo=UTC)


def clamped(**query: str) -> tuple[datetime, datetime]:
    return validate(RangeQuery, query).clamp(OLDEST, NEWEST, timedelta(days=30))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        pytest.param({}, "2026-10-05T12:30Z", "2026-11-04T12:30Z", id="the default range"),
        pytest.param({"from": "", "to": ""}, "2026-10-05T12:30Z", "2026-11-04T12:30Z", id="empty values"),
        pytest.param({"from": "2026-11-01", "to": "2026-11-01"}, "2026-11-01T00:00Z", "2026-11-02T00:00Z", id="a day"),
        pytest.param(
            {"from": "2026-11-01T02:00:00+02:00", "to": "2026-11-02T00:00:00Z"},
            "2026-11-01T00:00Z",
            "2026-11-02T00:00Z",
            id="times",
        ),
        pytest.param({"to": "2026-11-02T00:00:00Z"}, "2026-10-03T00:00Z", "2026-11-02T00:00Z", id="only an end"),
        pytest.param({"from": "2020-01-01"}, "2026-01-01T00:00Z", "2026-11-04T12:30Z", id="start before the oldest"),
        pytest.param({"from": "2090-01-01", "to": "2090-01-02"}, "2026-11-04T12:30Z", "2026-11-04T12:30Z", id="future"),
        pytest.param({"to": "2020-01-01"}, "2026-01-01T00:00Z", "2026-01-01T00:00Z", id="end before the oldest"),
    ],
)
def test_range_is_limited_to_oldest_and_newest(query: dict[str, str], start: str, end: str) -> None:
    assert clamped(**query) == (utc(start), utc(end))


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-02", "to": "2026-11-01"},
        {"from": "2026-11-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"},
        {"from": "2090-01-01"},
    ],
)
def test_empty_range_is_rejected(query: dict[str, str]) -> None:
    with pytest.raises(ValidationFailed) as raised:
        clamped(**query)
    assert raised.value.errors == (("/from", "must be before `to`"),)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "2026-11-01T00:00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]
)
@pytest.mark.parametrize("name", ["from", "to"])
def test_invalid_day_or_time_is_rejected(name: str, text: str) -> None:
    with pytest.raises(ValidationFailed) as raised:
        clamped(**{name: text})
    assert [pointer for pointer, _ in raised.value.errors] == [f"/{name}"]


def test_range_must_end_before_the_last_possible_day() -> None:
    with pytest.raises(ValidationFailed) as raised:
        clamped(to="9999-12-31")
    assert raised.value.errors == (("/to", "must be a day such as 2026-11-01, or a time such as 2026-11-01T13:15:00Z"),)


def test_document_names_its_range_from_and_to() -> None:
    document = TimeRangeModel(from_="2026-11-01T00:00:00.000Z", to="2026-11-02T00:00:00.000Z")
    assert document.model_dump_json() == '{"from":"2026-11-01T00:00:00.000Z","to":"2026-11-02T00:00:00.000Z"}'


@pytest.mark.parametrize(
    ("sent", "is_refused"),
    [
        pytest.param({"from": "2026-11-02", "to": "2026-11-01"}, True, id="days"),
        pytest.param({"from": "2026-11-01", "to": "2026-11-01"}, False, id="one day"),
        pytest.param({"from": "2026-11-01T12:00:00Z", "to": "2026-11-01T12:00:00Z"}, True, id="no time at all"),
        pytest.param({"from": "2026-11-02T00:00:00+02:00", "to": "2026-11-01"}, False, id="an offset"),
        pytest.param({"from": "2026-11-02"}, False, id="no end"),
        pytest.param({"from": 3, "to": "2026-11-01"}, False, id="a number"),
        pytest.param({"from": "soon", "to": "2026-11-01"}, False, id="a word"),
        pytest.param({"from": "2026-11-02T00:00:00", "to": "2026-11-01"}, False, id="no offset"),
    ],
)
def test_order_of_the_bounds_is_checked_with_the_other_errors(sent: dict[str, Any], is_refused: bool) -> None:
    found = errors_of(RangeQuery, {**sent, "more": "1"})

    assert ("/more", "is not a known field") in found
    assert (("/from", "must be before `to`") in found) is is_refused
