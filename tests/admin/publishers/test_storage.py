from typing import Any

import pytest

from chalicelib.access import publisher_links
from chalicelib.admin.publishers import storage
from chalicelib.http.request import Request
from chalicelib.tables.publishers import MembershipRow, PublisherRow
from chalicelib.tables.routes import LinkRow
from tests.conftest import Api
from tests.documents import (
    FALLBACK,
    add_publisher,
    apply,
    click_and_explain,
    clicked,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    pages,
    refusals,
)


def path_of(publisher_id: str) -> str:
    return f"/admin/publishers/{publisher_id}"


def approve(admin: Api, publisher_id: str, campaign: dict[str, Any]) -> dict[str, Any]:
    path = f"{path_of(publisher_id)}/campaigns"
    approval: dict[str, Any] = good(admin.post(path, {"campaign_id": campaign["id"]}))
    return approval


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_publishers_are_listed_newest_first(admin: Api, limit: int) -> None:
    created = [good(admin.get(path_of(new_publisher(admin, name).id))) for name in ("Ann", "Bob", "Cid")]
    listed = [each for page in pages(admin, "/admin/publishers", limit) for each in page]
    details = {"keys", "email_notifications"}
    assert listed == [{name: each[name] for name in each.keys() - details} for each in created[::-1]]


@pytest.mark.usefixtures("unhurried")
def test_edit_after_a_concurrent_edit_is_applied_on_top(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    path, saved = path_of(new_publisher(admin).id), storage.save

    def interrupted(request: Request, row: PublisherRow, before: dict[str, Any]) -> None:
        monkeypatch.setattr(storage, "save", saved)
        admin.patch(path, {"status": "suspended"})
        saved(request, row, before)

    monkeypatch.setattr(storage, "save", interrupted)
    edited = good(admin.patch(path, {"name": "Anna"}))
    assert (edited["name"], edited["status"], edited["version"]) == ("Anna", "suspended", 3)


def test_links_of_a_suspended_publisher_use_the_fallback(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    last = new_campaign(admin, "last", fail_url="https://last.example/fail")
    smartlink = new_smartlink(admin, campaign, catch_all_campaign_id=last["id"])
    code = add_publisher(admin, smartlink, publisher)
    apply(publisher, new_smartlink(admin))
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    click = click_and_explain(admin, code)
    assert (click["outcome"], click["destination_url"], click["campaign_id"]) == ("fallback", FALLBACK, None)
    assert refusals(click) == ["not_approved"]


def test_direct_links_of_a_suspended_publisher_show_the_no_offer_page(admin: Api) -> None:
    campaign, publisher = new_campaign(admin, fail_url="https://acme.example/fail"), new_publisher(admin)
    key = approve(admin, publisher.id, campaign)["tracking_key"]
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    click = click_and_explain(admin, key)
    assert (click["outcome"], click["destination_url"], refusals(click)) == ("no_offer", None, ["not_approved"])


def test_links_of_a_reinstated_publisher_work_again(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    code = add_publisher(admin, new_smartlink(admin, campaign), publisher)
    key = good(admin.get(f"{path_of(publisher.id)}/campaigns"))["items"][0]["tracking_key"]
    for status in ("suspended", "active"):
        admin.patch(path_of(publisher.id), {"status": status})
    assert [click_and_explain(admin, each)["outcome"] for each in (code, key)] == ["offer", "offer"]


def test_links_of_other_publishers_are_not_suspended(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin))
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    add_publisher(admin, smartlink, ann)
    code = add_publisher(admin, smartlink, bob)
    admin.patch(path_of(ann.id), {"status": "suspended"})
    assert click_and_explain(admin, code)["outcome"] == "offer"


def test_suspension_covers_links_beyond_the_first_transaction(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher_links, "LINKS_PER_TRANSACTION", 1)
    publisher = new_publisher(admin)
    codes = [add_publisher(admin, new_smartlink(admin, new_campaign(admin)), publisher) for _ in range(3)]
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    assert [click_and_explain(admin, code)["outcome"] for code in codes] == ["fallback"] * 3


def test_suspension_reaches_95_links(admin: Api) -> None:
    publisher = new_publisher(admin)
    for n in range(95):
        code = f"code{n:06}"
        MembershipRow(publisher.id, f"sml_{n}", status="approved", code=code).save()
        LinkRow(code, publisher_id=publisher.id, route_id=f"sml_{n}", active=True, publisher_active=True).save()
    good(admin.patch(path_of(publisher.id), {"status": "suspended"}))
    assert {row.publisher_active for row in LinkRow.scan()} == {False}


def test_link_created_during_suspension_works_after_reinstatement(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin, new_campaign(admin)), new_publisher(admin)
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    code = add_publisher(admin, smartlink, publisher)
    assert click_and_explain(admin, code)["outcome"] == "fallback"
    admin.patch(path_of(publisher.id), {"status": "active"})
    assert click_and_explain(admin, code)["outcome"] == "offer"


def test_link_removed_during_suspension_works_once_the_publisher_is_added_again(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin, new_campaign(admin)), new_publisher(admin)
    code = add_publisher(admin, smartlink, publisher)
    admin.patch(path_of(publisher.id), {"status": "suspended"})
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}")
    admin.patch(path_of(publisher.id), {"status": "active"})
    assert clicked(code).status == 404
    assert add_publisher(admin, smartlink, publisher) == code
    assert click_and_explain(admin, code)["outcome"] == "offer"


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_campaigns_are_listed_without_withdrawn_ones(admin: Api, limit: int) -> None:
    publisher = new_publisher(admin)
    approved = [approve(admin, publisher.id, new_campaign(admin, name)) for name in ("a", "b", "c", "d")]
    path = f"{path_of(publisher.id)}/campaigns"
    assert admin.delete(f"{path}/{approved.pop(1)['campaign_id']}").status == 204
    assert [each for page in pages(admin, path, limit) for each in page] == approved
