from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.admin.evaluation.period import period
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.time_range import TimeRangeQuery

NOW = datetime(2026, 11, 21, 10, 7, tzinfo=UTC)


def asked(**given: Any) -> tuple[str, str]:
    found = period(TimeRangeQuery(**given), NOW)
    return f"{found.start:%m-%dT%H:%M}", f"{found.end:%m-%dT%H:%M}"


def test_unasked_it_is_the_last_seven_days() -> None:
    assert asked() == ("11-14T10:00", "11-21T10:15")


def test_days_are_whole() -> None:
    assert asked(**{"from": "2026-11-01", "to": "2026-11-02"}) == ("11-01T00:00", "11-03T00:00")


def test_times_reach_to_the_quarters_of_an_hour_around_them() -> None:
    span = {"from": "2026-11-01T10:16:00Z", "to": "2026-11-01T11:31:00Z"}
    assert asked(**span) == ("11-01T10:15", "11-01T11:45")


def test_it_ends_with_now() -> None:
    assert asked(**{"from": "2026-11-21", "to": "2026-12-24"}) == ("11-21T00:00", "11-21T10:15")


@pytest.mark.parametrize(
    ("span", "complaint"),
    [
        pytest.param({"from": "2026-12-01", "to": "2026-12-02"}, "must be in the past", id="all of it is to come"),
        pytest.param({"from": "2026-11-02", "to": "2026-11-01T00:00:00Z"}, "must be before `to`", id="backwards"),
        pytest.param({"from": "2026-08-01"}, "must be at most 92 days before `to`", id="too long"),
    ],
)
def test_a_span_that_cannot_be_looked_at_is_refused(span: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValidationFailed, match=complaint):
        asked(**span)


def test_92_days_are_not_too_long() -> None:
    assert asked(**{"from": "2026-08-01", "to": "2026-10-31"}) == ("08-01T00:00", "11-01T00:00")
