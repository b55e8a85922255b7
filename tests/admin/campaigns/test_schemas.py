from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.campaigns.schemas import CampaignDocument, CampaignSettings, ScheduleSettings
from chalicelib.domain.stored_targeting import STORED_DEFAULTS
from chalicelib.domain.timestamps import timestamp
from chalicelib.http.models import Patch, validate
from chalicelib.http.problems import ValidationFailed
from tests import strategies as some
from tests.builders import campaign_settings
from tests.documents import CAMPAIGN_EXAMPLE

REQUIRED = {"name": "Game A", "destination_url": "https://acme.example/?cid={click_id}"}
CAP = {"metric": "clicks", "window": "day", "limit": "1000"}
SAME_CAP_TWICE = "must not contain two caps of the same metric, window, scope and time zone"


def _errors(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as caught:
        validate(CampaignSettings, {**REQUIRED, **changes})
    return list(caught.value.errors)


def test_campaign_needs_a_name_and_a_destination() -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(CampaignSettings, {})

    assert caught.value.errors == (("/name", "is required"), ("/destination_url", "is required"))


def test_campaign_must_be_an_object() -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(CampaignSettings, [])  # type: ignore[arg-type]

    assert caught.value.errors == (("", "must be an object"),)


def test_missing_field_of_a_campaign_has_its_default() -> None:
    assert validate(CampaignSettings, REQUIRED).model_dump(mode="json") == {
        **REQUIRED,
        "advertiser": "",
        "tags": [],
        "status": "active",
        "payout": "0",
        "revenue": "0",
        "payout_percent": "0",
        "revenue_percent": "0",
        "counts": "every",
        "goals": [],
        "tracking": "postback",
        "approval": "auto",
        "approve_after_days": None,
        "max_payout": None,
        "postback_ips": [],
        "currency": "USD",
        "targeting": {**STORED_DEFAULTS, "exclude_bots": True},
        "schedule": {"starts_at": None, "ends_at": None, "timezone": "UTC", "hours": [], "weekdays": []},
        "caps": [],
        "duplicate_filter": None,
        "fail_url": None,
        "attribution_window_days": 30,
    }


def test_documented_example_is_a_campaign() -> None:
    assert validate(CampaignSettings, CAMPAIGN_EXAMPLE).model_dump(mode="json") == CAMPAIGN_EXAMPLE


def test_document_has_the_settings_and_the_fields_of_the_system() -> None:
    added = {"id", "version", "created_at", "updated_at", "postback_token", "postback_url", "previous_token_expires_at"}
    added |= {"pixel_urls", "cap_usage"}

    assert CampaignDocument.model_fields.keys() - CampaignSettings.model_fields.keys() == added


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"payout": 1.5}, ("/payout", "must be a string"), id="money as a number"),
        pytest.param(
            {"revenue": "-1"},
            ("/revenue", 'must be a decimal string of 0 or more, such as "1.50"'),
            id="negative money",
        ),
        pytest.param(
            {"currency": "usd"},
            ("/currency", "must be an ISO 4217 currency code such as USD; use USD"),
            id="currency",
        ),
        pytest.param(
            {"approve_after_days": 7},
            ("/approve_after_days", "must be null unless approval is manual"),
            id="days with auto",
        ),
        pytest.param(
            {"goals": [{"name": "sale"}, {"name": "sale"}]},
            ("/goals", "must not contain two goals of the same name"),
            id="a goal twice",
        ),
        pytest.param(
            {"goals": [{"name": "default"}]},
            ("/goals/0/name", "must not be default: its amounts are those of the campaign"),
            id="a goal called default",
        ),
        pytest.param({"payout_percent": "1000.01"}, ("/payout_percent", "must be 1000 or less"), id="percentage"),
        pytest.param(
            {"postback_ips": ["198.51.100.7/24"]},
            (
                "/postback_ips/0",
                "must be an address or network without host bits, such as 198.51.100.7 or 198.51.100.0/24",
            ),
            id="a network with host bits",
        ),
        pytest.param({"tracking": "cookie"}, ("/tracking", "must be 'postback' or 'pixel'"), id="tracking"),
        pytest.param({"tracking": 7}, ("/tracking", "must be 'postback' or 'pixel'"), id="tracking as a number"),
        pytest.param({"status": "gone"}, ("/status", "must be 'active', 'paused' or 'archived'"), id="status"),
        pytest.param({"attribution_window_days": 0}, ("/attribution_window_days", "must be 1 or more"), id="no day"),
        pytest.param(
            {"attribution_window_days": 366}, ("/attribution_window_days", "must be 365 or less"), id="a year"
        ),
        pytest.param(
            {"destination_url": "javascript:alert(1)"},
            (
                "/destination_url",
                "must not use the scheme javascript; use https, http or the scheme of an app, such as market",
            ),
            id="a JavaScript URL",
        ),
        pytest.param(
            {"fail_url": "https://{sub1}.example/"},
            ("/fail_url", "must not contain a macro in the host"),
            id="a macro in the fail URL's host",
        ),
        pytest.param({"caps": [CAP] * 21}, ("/caps", "must have at most 20 entries"), id="too many caps"),
        pytest.param({"duplicate_filter": {}}, ("/duplicate_filter/window_seconds", "is required"), id="no window"),
        pytest.param(
            {"duplicate_filter": {"window_seconds": 0}},
            ("/duplicate_filter/window_seconds", "must be 1 or more"),
            id="a window of 0 seconds",
        ),
        pytest.param(
            {"duplicate_filter": {"window_seconds": 2_678_401}},
            ("/duplicate_filter/window_seconds", "must be 2678400 or less"),
            id="a window of more than 31 days",
        ),
        pytest.param(
            {"duplicate_filter": {"window_seconds": 60, "identity": "name"}},
            ("/duplicate_filter/identity", "must be 'ip_ua', 'ip', 'sub1' or 'external_click_id'"),
            id="an unknown identity",
        ),
        pytest.param(
            {"targeting": {"devices": ["fridge"]}},
            ("/targeting/devices/0", "must be 'mobile', 'tablet', 'desktop', 'tv' or 'console'"),
            id="an unknown device",
        ),
        pytest.param({"weight": 3}, ("/weight", "is not a known field"), id="an unknown field"),
    ],
)
def test_each_rule_of_a_campaign_has_its_error(changes: dict[str, Any], error: tuple[str, str]) -> None:
    assert _errors(**changes) == [error]


def test_all_errors_of_a_campaign_are_returned_at_once() -> None:
    schedule = {"starts_at": "tomorrow", "timezone": "Mars/Olympus", "hours": [24]}

    assert _errors(payout=1, schedule=schedule, caps=[{**CAP, "limit": "0"}, {**CAP, "window": "year"}], x=1) == [
        ("/payout", "must be a string"),
        ("/schedule/starts_at", "must be an ISO 8601 time such as 2026-11-01T00:00:00Z"),
        ("/schedule/timezone", "is not a known time zone: Mars/Olympus"),
        ("/schedule/hours/0", "must be 23 or less"),
        ("/caps/0/limit", "must be a whole number above 0"),
        ("/caps/1/window", "must be 'hour', 'day', 'week', 'month' or 'total'"),
        ("/x", "is not a known field"),
    ]


@pytest.mark.parametrize(
    ("schedule", "error"),
    [
        pytest.param(
            {"starts_at": "2026-11-02T00:00:00Z", "ends_at": "2026-11-01T00:00:00Z"},
            ("/schedule/ends_at", "must be after starts_at"),
            id="the end before the start",
        ),
        pytest.param(
            {"starts_at": "2026-11-01T00:00:00Z", "ends_at": "2026-11-01T00:00:00Z"},
            ("/schedule/ends_at", "must be after starts_at"),
            id="the end at the start",
        ),
        pytest.param(
            {"starts_at": "2026-11-01T00:00:00+00:00", "ends_at": "2026-11-01T01:00:00+02:00"},
            ("/schedule/ends_at", "must be after starts_at"),
            id="the end before the start in UTC",
        ),
        pytest.param(
            {"starts_at": "2026-11-01T00:00:00"},
            ("/schedule/starts_at", "must include a UTC offset, for example 2026-11-01T00:00:00Z"),
            id="a time without offset",
        ),
        pytest.param(
            {"ends_at": "2026-11-31T00:00:00Z"},
            ("/schedule/ends_at", "must be an ISO 8601 time such as 2026-11-01T00:00:00Z"),
            id="no such day",
        ),
        pytest.param({"ends_at": 1793795400}, ("/schedule/ends_at", "must be a string"), id="a number"),
        pytest.param({"hours": [-1]}, ("/schedule/hours/0", "must be 0 or more"), id="an hour before 0"),
        pytest.param({"hours": [0] * 25}, ("/schedule/hours", "must have at most 24 entries"), id="too many hours"),
        pytest.param({"weekdays": [1] * 8}, ("/schedule/weekdays", "must have at most 7 entries"), id="too many days"),
        pytest.param({"weekdays": [0]}, ("/schedule/weekdays/0", "must be 1 or more"), id="a day before Monday"),
        pytest.param({"weekdays": [8]}, ("/schedule/weekdays/0", "must be 7 or less"), id="a day after Sunday"),
    ],
)
def test_each_rule_of_a_schedule_has_its_error(schedule: dict[str, Any], error: tuple[str, str]) -> None:
    assert _errors(schedule=schedule) == [error]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_time_outside_the_range_of_utc_is_rejected(moment: str) -> None:
    error = ("/schedule/starts_at", "is outside the years 1 to 9999 in UTC")

    assert _errors(schedule={"starts_at": moment}) == [error]


@given(some.times, some.times)
def test_schedule_accepts_a_start_before_its_end(first: datetime, second: datetime) -> None:
    starts_at, ends_at = sorted({timestamp(first), timestamp(second), "2040-01-01T00:00:00.000Z"})[:2]
    schedule = validate(ScheduleSettings, {"starts_at": starts_at, "ends_at": ends_at})

    assert (schedule.starts_at, schedule.ends_at) == (starts_at, ends_at)


def test_time_with_an_offset_is_converted_to_utc() -> None:
    schedule = validate(ScheduleSettings, {"starts_at": "2026-11-01T00:00:00+05:45"})

    assert schedule.starts_at == "2026-10-31T18:15:00.000Z"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"limit": "0"}, ("/caps/0/limit", "must be a whole number above 0"), id="none"),
        pytest.param({"limit": "1.5"}, ("/caps/0/limit", "must be a whole number above 0"), id="half a click"),
        pytest.param(
            {"metric": "conversions", "limit": "2.0"},
            ("/caps/0/limit", "must be a whole number above 0"),
            id="conversions with decimals",
        ),
        pytest.param({"metric": "payout", "limit": "0.00"}, ("/caps/0/limit", "must be above 0"), id="no money"),
        pytest.param(
            {"limit": "-5"},
            ("/caps/0/limit", 'must be a decimal string of 0 or more, such as "1.50"'),
            id="less than none",
        ),
        pytest.param({"limit": 1000}, ("/caps/0/limit", "must be a string"), id="a number"),
        pytest.param(
            {"metric": "views"},
            ("/caps/0/metric", "must be 'clicks', 'conversions', 'payout' or 'revenue'"),
            id="metric",
        ),
        pytest.param({"scope": "country"}, ("/caps/0/scope", "must be 'campaign' or 'publisher'"), id="scope"),
        pytest.param(
            {"timezone": "Mars/Olympus"}, ("/caps/0/timezone", "is not a known time zone: Mars/Olympus"), id="zone"
        ),
    ],
)
def test_each_rule_of_a_cap_has_its_error(changes: dict[str, Any], error: tuple[str, str]) -> None:
    assert _errors(caps=[{**CAP, **changes}]) == [error]


@pytest.mark.parametrize("metric", ["payout", "revenue"])
def test_cap_on_amounts_may_have_decimals(metric: str) -> None:
    settings = campaign_settings(caps=[{**CAP, "metric": metric, "limit": "99.50"}])

    assert settings["caps"][0]["limit"] == "99.50"


def test_same_cap_with_another_limit_is_rejected() -> None:
    assert _errors(caps=[CAP, {**CAP, "limit": "5"}]) == [("/caps", SAME_CAP_TWICE)]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"metric": "conversions"}, id="metric"),
        pytest.param({"window": "hour"}, id="window"),
        pytest.param({"scope": "publisher"}, id="scope"),
        pytest.param({"timezone": "Europe/Berlin"}, id="zone"),
    ],
)
def test_caps_that_differ_in_one_field_are_accepted(changes: dict[str, str]) -> None:
    assert len(campaign_settings(caps=[CAP, {**CAP, **changes}])["caps"]) == 2


def test_patch_changes_one_rule_and_keeps_the_others() -> None:
    before = campaign_settings(targeting={"countries": ["US"], "devices": ["mobile"]}, fail_url="https://acme.example/")
    after = Patch(CampaignSettings, {"targeting": {"countries": ["GB"]}, "fail_url": None}).apply_to(before)

    assert (after.targeting.countries, after.targeting.devices, after.fail_url) == (["GB"], ["mobile"], None)


@given(st.sampled_from(["active", "paused"]), st.integers(1, 365))
def test_document_of_a_campaign_is_valid_settings(status: str, days: int) -> None:
    document = campaign_settings(status=status, attribution_window_days=days, caps=[CAP])

    assert validate(CampaignSettings, document).model_dump(mode="json") == document


@pytest.mark.parametrize(
    ("changes", "approval"),
    [
        pytest.param({}, "auto", id="postback"),
        pytest.param({"tracking": "pixel"}, "manual", id="pixel"),
        pytest.param({"tracking": "pixel", "approval": None}, "manual", id="null"),
        pytest.param({"tracking": "pixel", "approval": "auto"}, "auto", id="named"),
    ],
)
def test_approval_defaults_to_that_of_the_tracking_method(changes: dict[str, Any], approval: str) -> None:
    assert validate(CampaignSettings, {**REQUIRED, **changes}).approval == approval
