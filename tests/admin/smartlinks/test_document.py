from tests.admin.edited_smartlinks import archive_within_pool, path_of
from tests.conftest import Api
from tests.documents import good, new_campaign, new_smartlink

SETTINGS = (
    *("name", "description", "tags", "visibility", "tracking_domain", "fallback_url", "catch_all_campaign_id"),
    *("rotation", "goal", "untouched_clicks", "holdout_percent", "offer_access", "on_pool_change"),
    *("publisher_epc_floor", "offers"),
)
ADDED = {
    *("id", "status", "version", "offer_count", "live_count", "pending_count", "epoch", "warnings"),
    *("created_at", "updated_at"),
}


def test_document_has_exactly_the_documented_fields(admin: Api) -> None:
    assert set(new_smartlink(admin)) == {*SETTINGS, *ADDED}


def test_warnings_are_those_of_the_campaigns_now(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    assert smartlink["warnings"] == []
    archive_within_pool(campaign)
    assert [each["pointer"] for each in good(admin.get(path_of(smartlink)))["warnings"]] == ["/offers/0/enabled"]
