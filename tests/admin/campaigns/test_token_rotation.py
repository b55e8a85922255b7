from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.tables.campaigns import CampaignRow, ReplacedTokenRow
from tests.advertiser import Deal, new_deal
from tests.conftest import Api
from tests.documents import good, new_campaign


def rotate(admin: Api, campaign: dict[str, Any], **headers: str) -> dict[str, Any]:
    rotated: dict[str, Any] = good(admin.post(f"/admin/campaigns/{campaign['id']}/rotate-token", **headers))
    return rotated


def status_with(deal: Deal, token: str) -> int:
    return deal.post(deal.click(), token=token).status


def expire(campaign: dict[str, Any]) -> None:
    """Let the previous token expire now."""
    until = int(datetime.now(UTC).timestamp())
    CampaignRow(campaign["id"]).update([CampaignRow.previous_token_until.set(until)])


def test_rotation_changes_the_token_and_nothing_else(admin: Api) -> None:
    campaign = new_campaign(admin)
    rotated = rotate(admin, campaign)
    changed = {name for name in campaign if campaign[name] != rotated[name]}
    expected = {"version", "updated_at", "postback_token", "postback_url", "previous_token_expires_at"}
    assert changed - {"updated_at"} == expected - {"updated_at"}
    assert (rotated["version"], rotated["postback_url"][-40:]) == (2, rotated["postback_token"])
    assert good(admin.get(f"/admin/campaigns/{campaign['id']}")) == rotated


def test_replaced_token_expires_after_seven_days(admin: Api) -> None:
    rotated = rotate(admin, new_campaign(admin))
    remaining = datetime.fromisoformat(rotated["previous_token_expires_at"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < remaining <= timedelta(days=7)


def test_both_tokens_work_until_the_old_one_expires(admin: Api) -> None:
    deal = new_deal(admin)
    old, new = deal.campaign["postback_token"], rotate(admin, deal.campaign)["postback_token"]
    assert [status_with(deal, token) for token in (old, new)] == [200, 200]
    expire(deal.campaign)
    assert [status_with(deal, token) for token in (old, new)] == [403, 200]
    assert good(admin.get(f"/admin/campaigns/{deal.campaign['id']}"))["previous_token_expires_at"] is None


def test_second_rotation_stops_the_token_before_the_last(admin: Api) -> None:
    deal = new_deal(admin)
    first = deal.campaign["postback_token"]
    second, third = (rotate(admin, deal.campaign)["postback_token"] for _ in range(2))
    assert [status_with(deal, token) for token in (first, second, third)] == [403, 200, 200]
    assert [(row.token, row.campaign_id) for row in ReplacedTokenRow.scan()] == [(second, deal.campaign["id"])]


def test_edit_keeps_both_tokens(admin: Api) -> None:
    deal = new_deal(admin)
    rotated = rotate(admin, deal.campaign)
    edited = good(admin.patch(f"/admin/campaigns/{deal.campaign['id']}", {"name": "B"}))
    assert edited["previous_token_expires_at"] == rotated["previous_token_expires_at"]
    assert status_with(deal, deal.campaign["postback_token"]) == 200


def test_rotation_expects_the_version_of_if_match(admin: Api) -> None:
    campaign = new_campaign(admin)
    path = f"/admin/campaigns/{campaign['id']}/rotate-token"
    assert admin.post(path, If_Match='"7"').status == 412
    assert admin.post(path, If_Match='"1"').headers["ETag"] == '"2"'


def test_rotation_of_an_unknown_campaign_is_not_found(admin: Api) -> None:
    assert admin.post("/admin/campaigns/cmp_none/rotate-token").status == 404


def test_token_of_an_archived_campaign_can_be_rotated(admin: Api) -> None:
    campaign = new_campaign(admin)
    admin.delete(f"/admin/campaigns/{campaign['id']}")
    assert rotate(admin, campaign)["postback_token"] != campaign["postback_token"]


def test_repeated_request_rotates_once(admin: Api) -> None:
    campaign = new_campaign(admin)
    assert rotate(admin, campaign, Idempotency_Key="1") == rotate(admin, campaign, Idempotency_Key="1")
    assert rotate(admin, campaign)["version"] == 3


@pytest.mark.parametrize("times", [1, 2])
def test_rotation_is_audited_without_tokens(admin: Api, times: int) -> None:
    campaign = new_campaign(admin)
    expiries = [None, *(rotate(admin, campaign)["previous_token_expires_at"] for _ in range(times))]
    answered = admin.get(f"/admin/audit?subject={campaign['id']}")
    entry = answered.json["items"][0]
    assert entry["action"] == "POST /admin/campaigns/{campaign_id}/rotate-token"
    assert (entry["before"], entry["after"]) == (
        {"previous_token_expires_at": expiries[-2]},
        {"previous_token_expires_at": expiries[-1]},
    )
    row = CampaignRow.get(campaign["id"])
    tokens = (campaign["postback_token"], row.previous_token, row.postback_token)
    assert not [token for token in tokens if token in answered.text]
