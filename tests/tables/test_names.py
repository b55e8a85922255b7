import pytest

from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.names import campaign_names, publisher_names, smartlink_names
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.conftest import Api
from tests.documents import new_campaign, new_publisher, new_smartlink


def test_names_are_found_by_id(admin: Api) -> None:
    campaign, smartlink, publisher = new_campaign(admin), new_smartlink(admin), new_publisher(admin)
    assert campaign_names([campaign["id"], "cmp_none"]) == {campaign["id"]: "game"}
    assert smartlink_names([smartlink["id"]] * 2) == {smartlink["id"]: "Summer App Deals"}
    assert publisher_names([publisher.id]) == {publisher.id: "Ann"}


def test_row_of_an_earlier_release_has_its_name_in_the_settings(admin: Api) -> None:
    campaign, smartlink = new_campaign(admin), new_smartlink(admin)
    CampaignRow(campaign["id"]).update([CampaignRow.name.remove()])
    SmartlinkRow(smartlink["id"]).update([SmartlinkRow.name.remove()])
    assert campaign_names([campaign["id"]]) == {campaign["id"]: "game"}
    assert smartlink_names([smartlink["id"]]) == {smartlink["id"]: "Summer App Deals"}


@pytest.mark.usefixtures("tables")
def test_no_ids_have_no_names() -> None:
    assert campaign_names([]) == smartlink_names([]) == publisher_names([]) == {}
