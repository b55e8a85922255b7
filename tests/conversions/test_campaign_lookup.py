from datetime import UTC, datetime, timedelta

from chalicelib.conversions.campaign_lookup import campaign_id_of, campaign_id_of_token, tokens_of
from tests.advertiser import new_deal
from tests.conftest import Api
from tests.documents import good, new_campaign

NOW = datetime.now(UTC)


def test_campaign_of_the_click_comes_before_that_of_the_token(admin: Api) -> None:
    deal, other = new_deal(admin), new_campaign(admin)
    assert campaign_id_of(deal.click(), other["postback_token"], NOW) == deal.campaign["id"]
    assert campaign_id_of("unknown", other["postback_token"], NOW) == other["id"]


def test_unknown_click_and_token_have_no_campaign(admin: Api) -> None:
    new_campaign(admin)
    assert [campaign_id_of(text, text, NOW) for text in ("", "x", "x" * 3000)] == [None] * 3


def test_replaced_token_has_its_campaign_until_it_expires(admin: Api) -> None:
    campaign = new_campaign(admin)
    rotated = good(admin.post(f"/admin/campaigns/{campaign['id']}/rotate-token"))
    assert campaign_id_of_token(rotated["postback_token"], NOW) == campaign["id"]
    assert campaign_id_of_token(campaign["postback_token"], NOW) == campaign["id"]
    assert campaign_id_of_token(campaign["postback_token"], NOW + timedelta(days=8)) is None


def test_campaign_has_its_current_and_previous_token(admin: Api) -> None:
    campaign = new_campaign(admin)
    assert tokens_of(campaign["id"]) == [campaign["postback_token"]]
    rotated = good(admin.post(f"/admin/campaigns/{campaign['id']}/rotate-token"))
    assert tokens_of(campaign["id"]) == [rotated["postback_token"], campaign["postback_token"]]
    assert tokens_of("cmp_unknown") == []
