from typing import Any

import pytest

from tests.conftest import Api
from tests.documents import add_publisher, apply, good, listed, new_campaign, new_publisher, new_smartlink, pages

SMARTLINKS = "/admin/smartlinks"


def first(admin: Api, query: str = "") -> dict[str, Any]:
    return {**good(admin.get(f"{SMARTLINKS}?{query}"))["items"][0]}


def test_row_has_the_counts_of_links_and_applications(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin), tags=["app"])
    add_publisher(admin, smartlink, new_publisher(admin, "Ann"))
    apply(new_publisher(admin, "Bob"), smartlink)
    row = first(admin)
    assert (row["live_count"], row["pending_count"], row["offer_count"], row["warning_count"]) == (1, 1, 1, 0)
    shared = row.keys() & smartlink.keys() - {"live_count", "pending_count"}
    assert {name: row[name] for name in shared} == {name: smartlink[name] for name in shared}
    assert (row["clicks"], row["series"]) == (None, None)


def test_smartlinks_are_found_by_their_fields(admin: Api) -> None:
    campaign, last = new_campaign(admin, "game"), new_campaign(admin, "last")
    one = new_smartlink(admin, campaign, name="One", visibility="private", tags=["app"])["id"]
    two = new_smartlink(admin, name="Two", rotation="optimized", catch_all_campaign_id=last["id"])["id"]
    admin.post(f"{SMARTLINKS}/{two}/pause")
    found = {
        "status=paused": [two],
        "visibility=private&visibility=public": [one],
        "rotation=optimized": [two],
        "tag=app": [one],
        f"campaign_id={campaign['id']}": [one],
        f"campaign_id={last['id']}&campaign_id={campaign['id']}": [two, one],
        "campaign_id=cmp_none": [],
        "has_warnings=true": [two],
        "has_warnings=false": [one],
        "q=ONE": [one],
        "sort=name": [one, two],
        "sort=-updated_at": [two, one],
    }
    assert {query: listed(admin, f"{SMARTLINKS}?{query}") for query in found} == found


def test_figures_are_zero_before_the_first_click(admin: Api) -> None:
    new_smartlink(admin)
    row = first(admin, "figures=7d&sort=-clicks&timezone=Asia/Kolkata")
    assert (row["clicks"], row["payout"], row["epc"], row["series"]) == (0, "0.00", None, [0] * 7)
    assert len(listed(admin, f"{SMARTLINKS}?figures=today&sort=name")) == 1


@pytest.mark.parametrize("limit", [1, 50])
def test_deleted_smartlink_is_in_no_list(admin: Api, limit: int) -> None:
    made = [new_smartlink(admin, name=name) for name in ("One", "Two")]
    admin.delete(f"{SMARTLINKS}/{made[0]['id']}")
    for sort in ("name", "created_at", "updated_at"):
        assert listed(admin, f"{SMARTLINKS}?sort={sort}", limit) == [made[1]["id"]]


def test_no_page_exceeds_one_megabyte(admin: Api) -> None:
    for _ in range(60):
        new_smartlink(admin, description="\N{GRINNING FACE}" * 5_000)
    bodies = [admin.get(f"{SMARTLINKS}?limit=200").text]
    assert len(bodies[0].encode()) < 1_000_000
    found = pages(admin, SMARTLINKS, 200)
    assert [len(page) for page in found] == [48, 12]
