from typing import Any

import pytest

from chalicelib.tables.smartlinks import SmartlinkRow
from tests.admin.edited_smartlinks import archive_within_pool, location, path_of
from tests.conftest import Api
from tests.documents import (
    FALLBACK,
    add_publisher,
    click_and_explain,
    errors_by_pointer,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    refusals,
)


def test_paused_smartlink_sends_every_click_to_its_fallback_url(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    code = add_publisher(admin, smartlink, new_publisher(admin))
    paused = good(admin.post(f"{path_of(smartlink)}/pause"))
    assert (paused["status"], paused["version"]) == ("paused", 2)
    click = click_and_explain(admin, code)
    assert (click["outcome"], click["destination_url"], refusals(click)) == ("paused", FALLBACK, [])


def test_resumed_smartlink_routes_as_before(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    code = add_publisher(admin, smartlink, new_publisher(admin))
    admin.post(f"{path_of(smartlink)}/pause")
    resumed = good(admin.post(f"{path_of(smartlink)}/resume"))
    assert (resumed["status"], resumed["version"], resumed["offers"]) == ("active", 3, smartlink["offers"])
    assert click_and_explain(admin, code)["outcome"] == "offer"


def test_edit_leaves_a_paused_smartlink_paused(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    admin.post(f"{path_of(smartlink)}/pause")
    assert admin.patch(path_of(smartlink), {"name": "B"}).json["status"] == "paused"


def test_smartlink_with_an_archived_campaign_is_paused_and_resumed(admin: Api) -> None:
    campaign, other = new_campaign(admin, "old"), new_campaign(admin, "other")
    smartlink = new_smartlink(admin, campaign, other, catch_all_campaign_id=campaign["id"])
    code, path = add_publisher(admin, smartlink, new_publisher(admin)), path_of(smartlink)
    archive_within_pool(campaign)
    assert set(errors_by_pointer(admin.patch(path, {"name": "B"}))) == {
        "/offers/0/campaign_id",
        "/catch_all_campaign_id",
    }
    assert good(admin.post(f"{path}/pause"))["status"] == "paused"
    assert location(code) == FALLBACK
    assert good(admin.post(f"{path}/resume"))["offers"] == smartlink["offers"]
    assert location(code) == "https://other.example/"


STORED: dict[str, dict[str, Any]] = {
    "a number that is not allowed any more": {"holdout_percent": 101, "untouched_clicks": -1},
    "a text that is not allowed any more": {"name": "x" * 201, "tracking_domain": "https://go.example/"},
    "an offer that is not allowed any more": {"offers": [{"weight": -1, "targeting": {"countries": ["UK"]}}]},
}


@pytest.mark.parametrize("values", STORED.values(), ids=STORED)
def test_pausing_and_resuming_keep_the_stored_settings(admin: Api, values: dict[str, Any]) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    row = SmartlinkRow.get(smartlink["id"])
    stored = row.settings["offers"][0]
    of_offers = [
        {**stored, **each, "targeting": {**stored["targeting"], **each["targeting"]}}
        for each in values.get("offers", [])
    ]
    row.settings = {**row.settings, **values, "offers": of_offers or [stored]}
    row.save()
    path = path_of(smartlink)
    assert [good(admin.post(f"{path}/{call}"))["status"] for call in ("pause", "resume")] == ["paused", "active"]
    assert SmartlinkRow.get(smartlink["id"]).settings == row.settings
    shown = good(admin.get(path))
    assert {name: shown[name] for name in row.settings} == row.settings


def test_pausing_changes_nothing_but_the_status(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin), rotation="optimized")
    assert SmartlinkRow.get(smartlink["id"]).optimized_year
    paused = good(admin.post(f"{path_of(smartlink)}/pause"))
    assert SmartlinkRow.get(smartlink["id"]).optimized_year is None
    assert paused == {**smartlink, "status": "paused", "version": 2, "updated_at": paused["updated_at"]}


def test_pausing_with_an_idempotency_key_makes_one_version(admin: Api) -> None:
    path = path_of(new_smartlink(admin))
    answers = [admin.post(f"{path}/pause", Idempotency_Key="once").json["version"] for _ in range(2)]
    assert answers == [2, 2]
