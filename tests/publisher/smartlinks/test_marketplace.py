from typing import Any

import pytest

from chalicelib.publisher.smartlinks import marketplace
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
