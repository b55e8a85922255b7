import pytest

from chalicelib.reporting import names, parallel
from chalicelib.reporting.names import CampaignLabel
from chalicelib.tables import names as table_names
from tests.conftest import Api
from tests.documents import new_campaign, new_publisher, new_smartlink


def test_names_are_by_id(admin: Api) -> None:
    campaign, ann = new_campaign(admin, "game", advertiser="Acme"), new_publisher(admin, "Ann")
    smartlink = new_smartlink(admin)
    assert names.smartlink_names([smartlink["id"], ""]) == {smartlink["id"]: smartlink["name"]}
    assert names.campaign_names([campaign["id"]]) == {campaign["id"]: "game"}
    assert names.campaign_labels([campaign["id"]]) == {campaign["id"]: CampaignLabel("game", "Acme")}
    assert names.publisher_names({ann.id, "pub_gone"}) == {ann.id: "Ann"}


def test_archived_campaigns_and_deleted_smartlinks_keep_their_names(admin: Api) -> None:
    campaign, smartlink = new_campaign(admin, "game"), new_smartlink(admin)
    answers = [
        admin.delete(f"/admin/{path}") for path in (f"campaigns/{campaign['id']}", f"smartlinks/{smartlink['id']}")
    ]
    assert all(answer.status < 300 for answer in answers)
    assert names.campaign_names([campaign["id"]]) == {campaign["id"]: "game"}
    assert names.smartlink_names([smartlink["id"]]) == {smartlink["id"]: smartlink["name"]}


def test_nothing_is_read_without_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_names, "publisher_names", None)
    assert names.publisher_names([""]) == {}


def test_more_ids_than_fit_into_one_read_are_read_in_several(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "KEYS_PER_READ", 2)
    publishers = {new_publisher(admin, name).id: name for name in ("Ann", "Bob", "Cleo")}
    assert names.publisher_names([*publishers, "pub_gone"]) == publishers
