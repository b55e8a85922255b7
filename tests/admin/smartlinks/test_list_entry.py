from typing import Any

from chalicelib.admin.smartlinks.list_entry import INDEXED, list_entry
from chalicelib.admin.smartlinks.surroundings import surroundings
from chalicelib.lists import summary_codec
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.builders import NOW
from tests.conftest import Api
from tests.documents import new_campaign, new_smartlink


def summary_of(smartlink: dict[str, Any]) -> dict[str, Any]:
    entry = list_entry(SmartlinkRow.get(smartlink["id"]), list(CampaignRow.scan()), surroundings(NOW))
    return {**summary_codec.decode(entry.summary)}


def test_rows_are_read_in_order_with_an_entry_each(admin: Api) -> None:
    made = [new_smartlink(admin, new_campaign(admin), name=name)["id"] for name in ("one", "two")]
    rows = list(INDEXED.rows("2026", None, 5))
    assert [row.id for row in rows] == made
    assert [row.id for row in INDEXED.rows("2026", made[0], 5)] == made[1:]
    assert [[entry.id for entry in entries] for entries in INDEXED.entries(rows, NOW)] == [[each] for each in made]


def test_entry_has_every_campaign_once(admin: Api) -> None:
    shown, free = new_campaign(admin, "shown", payout="1.50"), new_campaign(admin, "free", payout_percent="5")
    off, last = new_campaign(admin, "off"), new_campaign(admin, "last")
    smartlink = new_smartlink(
        admin, shown, free, {"campaign_id": off["id"], "enabled": False}, catch_all_campaign_id=last["id"]
    )
    summary = summary_of(smartlink)
    assert summary["offers"] == {shown["id"]: ["1.50", "1.50", "USD"], free["id"]: None}
    assert summary["campaign_ids"] == sorted([off["id"], last["id"]])
    assert summary["offer_count"] == 3


def test_entry_counts_the_warnings(admin: Api) -> None:
    smartlink = new_smartlink(admin, fallback_url=None)
    assert summary_of(smartlink)["warning_count"] == len(smartlink["warnings"]) == 2


def test_entry_has_the_campaigns_that_open_a_private_smartlink(admin: Api) -> None:
    campaign = new_campaign(admin)
    private = new_smartlink(admin, campaign, visibility="private", offer_access="respect")
    assert summary_of(private)["required_campaign_ids"] == [campaign["id"]]
    assert "required_campaign_ids" not in summary_of(new_smartlink(admin, campaign, visibility="private"))
