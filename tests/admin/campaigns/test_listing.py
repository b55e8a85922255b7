from datetime import UTC, datetime
from functools import partial

import pytest

from chalicelib.admin.campaigns import listing
from chalicelib.caps import windows
from chalicelib.domain.campaign import cap_from_document
from chalicelib.lists import search
from chalicelib.lists.reads import Reads
from chalicelib.tables.counters import CapCounterRow
from tests.conftest import Api
from tests.documents import good, listed, new_campaign, pages

CAMPAIGNS = "/admin/campaigns"
CAP = {"metric": "clicks", "window": "total", "limit": "10"}


def use(campaign_id: str, used: int) -> None:
    cap = cap_from_document({**CAP, "scope": "campaign", "timezone": "UTC"})
    key = windows.cap_counter(cap, campaign_id, "", datetime.now(UTC)).key
    CapCounterRow(key, used=used).save()


def test_row_shows_the_usage_of_each_cap(admin: Api) -> None:
    campaign = new_campaign(admin, caps=[CAP])
    use(campaign["id"], 7)
    (row,) = good(admin.get(CAMPAIGNS))["items"]
    assert row["cap_usage"] == good(admin.get(f"{CAMPAIGNS}/{campaign['id']}"))["cap_usage"]
    assert row["cap_usage"][0]["used"] == "7"


@pytest.mark.parametrize("limit", [1, 50])
def test_campaigns_near_a_cap_are_found(admin: Api, limit: int) -> None:
    made = {used: new_campaign(admin, f"cap-{used}", caps=[CAP])["id"] for used in (0, 7, 8, 10)}
    made[-1] = new_campaign(admin, "none")["id"]
    for used in (7, 8, 10):
        use(made[used], used)
    assert listed(admin, f"{CAMPAIGNS}?cap_near_limit=true", limit) == [made[10], made[8]]
    assert listed(admin, f"{CAMPAIGNS}?cap_near_limit=false", limit) == [made[-1], made[7], made[0]]
    assert listed(admin, f"{CAMPAIGNS}?cap_near_limit=true&q=cap-8", limit) == [made[8]]


def test_search_by_caps_counts_the_caps_that_it_reads(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [new_campaign(admin, f"cap-{n}", caps=[CAP, {**CAP, "window": "day"}])["id"] for n in range(3)]
    use(made[0], 9)
    monkeypatch.setattr(listing, "_CAPPED_BATCH", 1)
    monkeypatch.setattr(search, "Reads", partial(Reads, items=3))
    found = [[each["id"] for each in page] for page in pages(admin, f"{CAMPAIGNS}?cap_near_limit=true", 50)]
    assert found == [[], [], [made[0]]]


def test_campaigns_are_found_by_their_fields(admin: Api) -> None:
    acme = new_campaign(admin, "acme", advertiser="Acme", tags=["app"])["id"]
    bold = new_campaign(admin, "bold", advertiser="Bold", tags=["web"], status="paused")["id"]
    assert listed(admin, f"{CAMPAIGNS}?advertiser=Acme") == [acme]
    assert listed(admin, f"{CAMPAIGNS}?advertiser=Acme&advertiser=Bold&sort=name") == [acme, bold]
    assert listed(admin, f"{CAMPAIGNS}?tag=web") == [bold]
    assert listed(admin, f"{CAMPAIGNS}?status=paused&status=archived") == [bold]
    assert listed(admin, f"{CAMPAIGNS}?q=OLD") == [bold]


def test_list_shows_a_change_at_once(admin: Api) -> None:
    campaign = new_campaign(admin)
    path = f"{CAMPAIGNS}/{campaign['id']}"
    admin.patch(path, {"name": "Renamed"})
    (row,) = good(admin.get(CAMPAIGNS))["items"]
    assert (row["name"], row["version"]) == ("Renamed", 2)
    admin.post(f"{path}/rotate-token")
    assert good(admin.get(CAMPAIGNS))["items"][0]["version"] == 3
    admin.delete(path)
    assert good(admin.get(CAMPAIGNS))["items"][0]["status"] == "archived"
