from typing import Any

import pytest

from chalicelib.domain.stored_targeting import STORED_DEFAULTS
from chalicelib.tables.campaigns import CampaignRow
from tests.conftest import Api
from tests.documents import (
    CAMPAIGN_EXAMPLE,
    click_and_explain,
    errors_by_pointer,
    good,
    new_campaign,
    new_link,
    refusals,
)

ADDED = {"id", "version", "created_at", "updated_at", "postback_token", "postback_url", "previous_token_expires_at"}
ADDED |= {"pixel_urls", "cap_usage"}
GOOD = {"name": "A", "destination_url": "https://a.example/"}


def test_documented_example_is_returned_unchanged(admin: Api) -> None:
    campaign = good(admin.post("/admin/campaigns", CAMPAIGN_EXAMPLE))
    assert {name: campaign[name] for name in CAMPAIGN_EXAMPLE} == CAMPAIGN_EXAMPLE
    assert set(campaign) == {*CAMPAIGN_EXAMPLE, *ADDED}


def test_campaign_needs_name_and_destination_and_has_defaults(admin: Api) -> None:
    campaign = good(admin.post("/admin/campaigns", GOOD))
    assert {name: campaign[name] for name in CAMPAIGN_EXAMPLE} == {
        **GOOD,
        "advertiser": "",
        "tags": [],
        "status": "active",
        "payout": "0",
        "revenue": "0",
        "payout_percent": "0",
        "revenue_percent": "0",
        "counts": "every",
        "currency": "USD",
        "tracking": "postback",
        "approval": "auto",
        "approve_after_days": None,
        "goals": [],
        "max_payout": None,
        "postback_ips": [],
        "targeting": {**STORED_DEFAULTS, "exclude_bots": True},
        "schedule": {"starts_at": None, "ends_at": None, "timezone": "UTC", "hours": [], "weekdays": []},
        "caps": [],
        "duplicate_filter": None,
        "fail_url": None,
        "attribution_window_days": 30,
    }


def test_new_campaign_has_a_postback_url(admin: Api) -> None:
    made = admin.post("/admin/campaigns", GOOD)
    campaign = made.json
    assert (made.status, campaign["version"], campaign["id"][:4]) == (201, 1, "cmp_")
    assert admin.get(f"/admin/campaigns/{campaign['id']}").json == campaign
    base, _, query = campaign["postback_url"].partition("?")
    assert base == "http://api1.execute-api.localhost:4566/postback"
    assert query == f"click_id={{click_id}}&token={campaign['postback_token']}"


def test_postback_token_is_unique_and_never_changes(admin: Api) -> None:
    one, two = new_campaign(admin), new_campaign(admin)
    edited = good(admin.patch(f"/admin/campaigns/{one['id']}", {"name": "B"}))
    assert one["postback_token"] == edited["postback_token"] != two["postback_token"]
    assert edited["created_at"] == one["created_at"] <= edited["updated_at"]


def test_unknown_campaign_is_not_found(admin: Api) -> None:
    path = "/admin/campaigns/cmp_none"
    assert [admin.get(path).status, admin.patch(path, {}).status, admin.delete(path).status] == [404, 404, 404]


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "an empty name": ({"name": ""}, "/name", "must not be empty"),
    "a long name": ({"name": "x" * 201}, "/name", "must have at most 200 characters"),
    "another scheme": (
        {"destination_url": "ftp://a.example/"},
        "/destination_url",
        "must not use the scheme ftp; use https, http or the scheme of an app, such as market",
    ),
    "an unknown macro": (
        {"destination_url": "https://a.example/?{clickid}"},
        "/destination_url",
        "{clickid} is not a macro; did you mean {click_id}?",
    ),
    "an unbalanced brace": (
        {"destination_url": "https://a.example/?{click_id"},
        "/destination_url",
        "has an unbalanced brace",
    ),
    "a double-encoded brace": (
        {"destination_url": "https://a.example/?%257Bclick_id%257D"},
        "/destination_url",
        "has a percent-encoded brace; write macros as {click_id}",
    ),
    "a script for a URL": (
        {"fail_url": "javascript:alert(1)"},
        "/fail_url",
        "must not use the scheme javascript; use https, http or the scheme of an app, such as market",
    ),
    "an unknown status": ({"status": "gone"}, "/status", "must be 'active', 'paused' or 'archived'"),
    "money as a number": ({"payout": 1.5}, "/payout", "must be a string"),
    "negative money": ({"payout": "-1"}, "/payout", 'must be a decimal string of 0 or more, such as "1.50"'),
    "money with an exponent": ({"revenue": "1e3"}, "/revenue", 'must be a decimal string of 0 or more, such as "1.50"'),
    "an unknown device": (
        {"targeting": {"devices": ["phone"]}},
        "/targeting/devices/0",
        "must be 'mobile', 'tablet', 'desktop', 'tv' or 'console'",
    ),
    "a flag as a word": ({"targeting": {"exclude_bots": "yes"}}, "/targeting/exclude_bots", "must be true or false"),
    "a list for an object": ({"targeting": []}, "/targeting", "must be an object"),
    "an hour too late": ({"schedule": {"hours": [24]}}, "/schedule/hours/0", "must be 23 or less"),
    "a weekday too early": ({"schedule": {"weekdays": [1, 0]}}, "/schedule/weekdays/1", "must be 1 or more"),
    "an unknown time zone": (
        {"schedule": {"timezone": "Mars/Base"}},
        "/schedule/timezone",
        "is not a known time zone: Mars/Base",
    ),
    "a path for a time zone": (
        {"schedule": {"timezone": "../etc/passwd"}},
        "/schedule/timezone",
        "is not a known time zone: ../etc/passwd",
    ),
    "not a time": (
        {"schedule": {"starts_at": "soon"}},
        "/schedule/starts_at",
        "must be an ISO 8601 time such as 2026-11-01T00:00:00Z",
    ),
    "a time without an offset": (
        {"schedule": {"starts_at": "2026-11-01T00:00:00"}},
        "/schedule/starts_at",
        "must include a UTC offset, for example 2026-11-01T00:00:00Z",
    ),
    "a time before year 1": (
        {"schedule": {"starts_at": "0001-01-01T00:00:00+01:00"}},
        "/schedule/starts_at",
        "is outside the years 1 to 9999 in UTC",
    ),
    "an end before the start": (
        {"schedule": {"starts_at": "2026-11-01T00:00:00Z", "ends_at": "2026-11-01T01:00:00+01:00"}},
        "/schedule/ends_at",
        "must be after starts_at",
    ),
    "a limit as a number": (
        {"caps": [{"metric": "clicks", "window": "day", "limit": 5}]},
        "/caps/0/limit",
        "must be a string",
    ),
    "half a click": (
        {"caps": [{"metric": "clicks", "window": "day", "limit": "1.5"}]},
        "/caps/0/limit",
        "must be a whole number above 0",
    ),
    "a limit of 0": (
        {"caps": [{"metric": "payout", "window": "day", "limit": "0.00"}]},
        "/caps/0/limit",
        "must be above 0",
    ),
    "an unknown window": (
        {"caps": [{"metric": "clicks", "window": "year", "limit": "1"}]},
        "/caps/0/window",
        "must be 'hour', 'day', 'week', 'month' or 'total'",
    ),
    "the same cap twice": (
        {"caps": [{"metric": "clicks", "window": "day", "limit": limit} for limit in ("1", "2")]},
        "/caps",
        "must not contain two caps of the same metric, window, scope and time zone",
    ),
    "an unknown identity": (
        {"duplicate_filter": {"identity": "cookie", "window_seconds": 1}},
        "/duplicate_filter/identity",
        "must be 'ip_ua', 'ip', 'sub1' or 'external_click_id'",
    ),
    "no window": ({"duplicate_filter": {}}, "/duplicate_filter/window_seconds", "is required"),
    "an empty window": (
        {"duplicate_filter": {"window_seconds": 0}},
        "/duplicate_filter/window_seconds",
        "must be 1 or more",
    ),
    "a long attribution": ({"attribution_window_days": 366}, "/attribution_window_days", "must be 365 or less"),
    "a number as text": ({"attribution_window_days": "30"}, "/attribution_window_days", "must be a whole number"),
    "a read-only ID": ({"id": "cmp_mine"}, "/id", "is not a known field"),
    "a read-only token": ({"postback_token": "mine"}, "/postback_token", "is not a known field"),
}


@pytest.mark.parametrize(("change", "pointer", "detail"), WRONG.values(), ids=WRONG)
def test_invalid_field_has_a_pointer(admin: Api, change: dict[str, Any], pointer: str, detail: str) -> None:
    assert errors_by_pointer(admin.post("/admin/campaigns", {**GOOD, **change})) == {pointer: detail}
    campaign = new_campaign(admin)
    assert errors_by_pointer(admin.patch(f"/admin/campaigns/{campaign['id']}", change)) == {pointer: detail}
    assert admin.get(f"/admin/campaigns/{campaign['id']}").json == campaign


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"currency": "usd"}, "/currency"),
        ({"targeting": {"countries": ["US", "usa"]}}, "/targeting/countries/1"),
        ({"targeting": {"exclude_countries": ["Germany"]}}, "/targeting/exclude_countries/0"),
        ({"targeting": {"regions": ["CA"]}}, "/targeting/regions/0"),
        ({"targeting": {"languages": ["en-GB"]}}, "/targeting/languages/0"),
    ],
)
def test_code_of_the_wrong_form_is_rejected(admin: Api, change: dict[str, Any], pointer: str) -> None:
    assert set(errors_by_pointer(admin.post("/admin/campaigns", {**GOOD, **change}))) == {pointer}


# Edit


def test_edit_changes_only_the_fields_it_has(admin: Api) -> None:
    before = good(admin.post("/admin/campaigns", CAMPAIGN_EXAMPLE))
    after = good(admin.patch(f"/admin/campaigns/{before['id']}", {"targeting": {"countries": ["DE", "AT"]}}))
    targeting = {**before["targeting"], "countries": ["DE", "AT"]}
    assert after == {**before, "targeting": targeting, "version": 2, "updated_at": after["updated_at"]}
    assert admin.get(f"/admin/campaigns/{before['id']}").json == after


def test_null_resets_a_field_to_its_default(admin: Api) -> None:
    campaign_id = good(admin.post("/admin/campaigns", CAMPAIGN_EXAMPLE))["id"]
    nulls = {"duplicate_filter": None, "payout": None, "targeting": {"devices": None}, "caps": None}
    after = good(admin.patch(f"/admin/campaigns/{campaign_id}", nulls))
    assert (after["duplicate_filter"], after["payout"], after["caps"]) == (None, "0", [])
    assert after["targeting"] == {**CAMPAIGN_EXAMPLE["targeting"], "devices": []}


def test_null_for_a_required_field_is_an_error(admin: Api) -> None:
    path = f"/admin/campaigns/{new_campaign(admin)['id']}"
    assert errors_by_pointer(admin.patch(path, {"name": None, "destination_url": None})) == {
        "/name": "is required",
        "/destination_url": "is required",
    }


def test_paused_campaign_takes_no_clicks_until_it_is_active_again(admin: Api) -> None:
    campaign = new_campaign(admin)
    path, code = f"/admin/campaigns/{campaign['id']}", new_link(admin, campaign)
    admin.patch(path, {"status": "paused"})
    click = click_and_explain(admin, code)
    assert (click["outcome"], refusals(click)) == ("fallback", ["campaign_paused"])
    admin.patch(path, {"status": "active"})
    assert click_and_explain(admin, code)["outcome"] == "offer"


# Archive


def test_deleting_a_campaign_archives_it(admin: Api) -> None:
    path = f"/admin/campaigns/{new_campaign(admin)['id']}"
    deleted = admin.delete(path)
    assert (deleted.status, deleted.text) == (204, "")
    assert (admin.get(path).json["status"], admin.get(path).json["version"]) == ("archived", 2)


def test_stale_delete_archives_nothing(admin: Api) -> None:
    path = f"/admin/campaigns/{new_campaign(admin)['id']}"
    assert admin.delete(path, If_Match='"2"').status == 412
    assert admin.get(path).json["status"] == "active"


def test_campaign_with_an_unknown_currency_of_an_earlier_release_can_be_read_and_archived(admin: Api) -> None:
    path = f"/admin/campaigns/{new_campaign(admin)['id']}"
    row = CampaignRow.get(path.rpartition("/")[2])
    row.settings = {**row.settings, "currency": "ABC"}
    row.save()
    assert good(admin.get(path))["currency"] == "ABC"
    iso = "must be an ISO 4217 currency code such as USD"
    assert errors_by_pointer(admin.patch(path, {"name": "B"})) == {"/currency": iso}
    assert good(admin.patch(path, {"name": "B", "currency": "EUR"}))["currency"] == "EUR"
    row.refresh()
    row.settings = {**row.settings, "currency": "ABC"}
    row.save()
    assert admin.delete(path).status == 204
    assert good(admin.get(path))["status"] == "archived"
