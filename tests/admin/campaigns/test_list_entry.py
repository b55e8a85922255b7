from chalicelib.admin.campaigns.list_entry import INDEXED, list_entry
from chalicelib.lists import summary_codec
from chalicelib.tables.campaigns import CampaignRow
from tests.builders import NOW
from tests.conftest import Api
from tests.documents import new_campaign


def test_rows_are_read_in_order_with_an_entry_each(admin: Api) -> None:
    made = [new_campaign(admin, name)["id"] for name in ("one", "two")]
    rows = list(INDEXED.rows("2026", None, 5))
    assert [row.id for row in rows] == made
    assert [row.id for row in INDEXED.rows("2026", made[0], 5)] == made[1:]
    assert [[entry.id for entry in entries] for entries in INDEXED.entries(rows, NOW)] == [[each] for each in made]


def test_entry_has_the_fields_of_the_list_and_the_caps(admin: Api) -> None:
    goals, caps = [{"name": "sale"}], [{"metric": "clicks", "window": "day", "limit": "9"}]
    campaign = new_campaign(admin, goals=goals, caps=caps, tags=["app"], targeting={"countries": ["US"]})
    summary = summary_codec.decode(list_entry(CampaignRow.get(campaign["id"])).summary)
    assert (summary["goal_count"], summary["countries"], summary["tags"]) == (1, ["US"], ["app"])
    assert summary["caps"] == campaign["caps"]
