from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.admin.evaluation.period import evaluation_period, replay_period
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.time_range import TimeRangeQuery

NOW = datetime(2026, 11, 21, 10, 7, tzinfo=UTC)


def resolve(**fields: Any) -> tuple[str, str]:
    period = evaluation_period(TimeRangeQuery(**fields), NOW)
    return f"{period.start:%m-%dT%H:%M}", f"{period.end:%m-%dT%H:%M}"


def test_default_is_the_last_seven_days() -> None:
    assert resolve() == ("11-14T10:00", "11-21T10:15")


def test_dates_are_whole_days() -> None:
    assert resolve(**{"from": "2026-11-01", "to": "2026-11-02"}) == ("11-01T00:00", "11-03T00:00")


def test_times_are_extended_to_quarter_hours() -> None:
    span = {"from": "2026-11-01T10:16:00Z", "to": "2026-11-01T11:31:00Z"}
    assert resolve(**span) == ("11-01T10:15", "11-01T11:45")


def test_range_ends_now() -> None:
    assert resolve(**{"from": "2026-11-21", "to": "2026-12-24"}) == ("11-21T00:00", "11-21T10:15")


@pytest.mark.parametrize(
    ("span", "complaint"),
    [
        pytest.param({"from": "2026-12-01", "to": "2026-12-02"}, "must be in the past", id="future"),
        pytest.param({"from": "2026-11-02", "to": "2026-11-01T00:00:00Z"}, "must be before `to`", id="reversed"),
        pytest.param({"from": "2026-08-01"}, "must be at most 92 days before `to`", id="too long"),
    ],
)
def test_invalid_range_is_rejected(span: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValidationFailed, match=complaint):
        resolve(**span)


def test_92_days_are_allowed() -> None:
    assert resolve(**{"from": "2026-08-01", "to": "2026-10-31"}) == ("08-01T00:00", "11-01T00:00")


KEPT_FROM = datetime(2026, 11, 1, 10, 7, tzinfo=UTC)


def test_replay_begins_when_all_clicks_are_stored() -> None:
    period = replay_period(TimeRangeQuery(**{"from": "2026-10-20"}), KEPT_FROM, NOW)
    assert (f"{period.start:%m-%dT%H:%M}", f"{period.end:%m-%dT%H:%M}") == ("11-01T10:15", "11-21T10:15")
    later = replay_period(TimeRangeQuery(**{"from": "2026-11-20"}), KEPT_FROM, NOW)
    assert f"{later.start:%m-%dT%H:%M}" == "11-20T00:00"


def test_replay_of_expired_clicks_is_refused() -> None:
    span: Any = {"from": "2026-10-20", "to": "2026-10-31"}
    with pytest.raises(ValidationFailed) as refused:
        replay_period(TimeRangeQuery(**span), KEPT_FROM, NOW)
    complaint = "must be after 2026-11-01T10:15:00.000Z, since when all clicks are stored. Query the archive."
    assert refused.value.errors == (("/to", complaint),)
