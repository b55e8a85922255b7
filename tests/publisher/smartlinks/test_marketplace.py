from functools import partial
from typing import Any

import pytest

from chalicelib.lists import search, summary_codec
from chalicelib.lists.reads import Reads
from chalicelib.publisher.smartlinks import held_campaigns, marketplace
from chalicelib.tables.lists import ListEntryRow
from tests.conftest import Api
from tests.documents import (
    Publisher,
    add_publisher,
    apply,
    errors_by_pointer,
    good,
    listed,
    new_campaign,
    new_publisher,
    new_smartlink,
    pages,
    pending,
)

MARKETPLACE = "/publisher/smartlinks"


def named(publisher: Publisher, query: str = "", limit: int = 50) -> list[str]:
    path = f"{MARKETPLACE}?{query}"
    return [each["name"] for page in pages(publisher.api, path, limit) for each in page]


def a_network(admin: Api) -> tuple[Publisher, list[dict[str, Any]]]:
    """A publisher with a pending, a declined and an approved application, and smartlinks without one."""
    publisher = new_publisher(admin)
    made = [new_smartlink(admin, name=name) for name in ("Zoo", "alpha", "Beta", "Game")]
    apply(publisher, made[2])
    admin.post(f"/admin/applications/{pending(admin)[0]}/decline", {"reason": "no"})
    apply(publisher, made[0])
    add_publisher(admin, made[1], publisher)
    return publisher, made


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_smartlinks_are_found_by_the_status_of_the_application(admin: Api, limit: int) -> None:
    publisher, _ = a_network(admin)
    assert named(publisher, "status=pending", limit) == ["Zoo"]
    assert named(publisher, "status=pending&status=approved&sort=name", limit) == ["alpha", "Zoo"]
    assert named(publisher, "status=pending&status=approved&status=declined", limit) == ["Beta", "alpha", "Zoo"]
    assert named(publisher, "status=approved&q=zo", limit) == []


def test_smartlinks_are_found_by_name_in_order(admin: Api) -> None:
    publisher, made = a_network(admin)
    assert named(publisher, "sort=-name") == ["Zoo", "Game", "Beta", "alpha"]
    assert named(publisher, "q=ALPH") == ["alpha"]
    assert named(publisher, f"q={made[3]['id']}") == ["Game"]


def test_total_counts_only_what_the_publisher_may_see(admin: Api) -> None:
    publisher, _ = a_network(admin)
    add_publisher(admin, new_smartlink(admin, name="Mine", visibility="private"), publisher)
    new_smartlink(admin, name="Others", visibility="private")
    assert good(publisher.api.get(f"{MARKETPLACE}?count=true&limit=1"))["total"] == 5


def test_publisher_with_very_many_applications_cannot_filter_by_status(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher, _ = a_network(admin)
    monkeypatch.setattr(marketplace, "MAX_MEMBERSHIPS", 2)
    errors = errors_by_pointer(publisher.api.get(f"{MARKETPLACE}?status=pending"))
    assert errors == {"/status": "must be left out: you have applied for more than 2 smartlinks"}


def test_private_smartlink_of_a_removed_publisher_is_hidden(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin, new_campaign(admin), visibility="private")
    add_publisher(admin, smartlink, publisher)
    assert listed(publisher.api, MARKETPLACE) == [smartlink["id"]]
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}")
    assert listed(publisher.api, MARKETPLACE) == []


def _private_smartlinks(admin: Api, publisher: Publisher, count: int) -> list[str]:
    """Make private smartlinks that respect approvals, one campaign each. Every second one is open to the publisher."""
    names = []
    for n in range(count):
        campaign = new_campaign(admin, f"c{n}")
        new_smartlink(admin, campaign, name=f"private {n}", visibility="private", offer_access="respect")
        if n % 2:
            good(admin.post(f"/admin/publishers/{publisher.id}/campaigns", {"campaign_id": campaign["id"]}))
            names.append(f"private {n}")
    return names[::-1]


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_private_smartlinks_that_the_publisher_has_every_approval_for_are_listed(admin: Api, limit: int) -> None:
    publisher = new_publisher(admin)
    expected = _private_smartlinks(admin, publisher, 5)
    new_smartlink(admin, name="public", visibility="public")
    assert named(publisher, limit=limit) == ["public", *expected]
    assert named(publisher, "q=private 3", limit) == ["private 3"]
    assert named(new_publisher(admin, "Bob"), limit=limit) == ["public"]


def test_search_among_private_smartlinks_is_cut_short_and_goes_on(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = new_publisher(admin)
    expected = _private_smartlinks(admin, publisher, 6)
    monkeypatch.setattr(held_campaigns, "_AT_ONCE", 1)
    monkeypatch.setattr(search, "Reads", partial(Reads, items=13))
    found = [[each["name"] for each in page] for page in pages(publisher.api, f"{MARKETPLACE}?q=private", 50)]
    assert len(found) > 1
    assert [name for page in found for name in page] == expected


def test_list_entry_of_an_earlier_release_hides_a_private_smartlink(admin: Api) -> None:
    publisher = new_publisher(admin)
    assert named(publisher) == []  # This completes the index, which otherwise renews the entry below.
    assert _private_smartlinks(admin, publisher, 2) == named(publisher) == ["private 1"]
    for row in ListEntryRow.scan():
        if row.summary and "required_campaign_ids" in (summary := summary_codec.decode(row.summary)):
            del summary["required_campaign_ids"]
            row.update([ListEntryRow.summary.set(summary_codec.encode(summary))])
    assert named(publisher) == []
