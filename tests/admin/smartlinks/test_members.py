from functools import partial
from typing import Any

import pytest

from chalicelib.lists import search
from chalicelib.lists.reads import Reads
from tests.conftest import Api
from tests.documents import Publisher, add_publisher, apply, good, new_publisher, new_smartlink, pages, pending


def members(admin: Api, smartlink: dict[str, Any], query: str = "", limit: int = 50) -> dict[str, str]:
    """The status of each publisher by name."""
    path = f"/admin/smartlinks/{smartlink['id']}/publishers?{query}"
    return {each["publisher_name"]: each["status"] for page in pages(admin, path, limit) for each in page}


@pytest.fixture
def network(admin: Api) -> tuple[dict[str, Any], dict[str, Publisher]]:
    """A smartlink with a publisher in each state, and one who was removed without ever having applied."""
    smartlink = new_smartlink(admin)
    names = ("Anouk", "Bob", "Cid", "Dolly", "Eve", "Fay")
    publishers = {name: new_publisher(admin, name) for name in names}
    for name in ("Anouk", "Bob", "Cid"):
        apply(publishers[name], smartlink)
    anouk, bob, _ = pending(admin)
    good(admin.post(f"/admin/applications/{anouk}/approve"))
    good(admin.post(f"/admin/applications/{bob}/decline", {"reason": "no"}))
    for name in ("Dolly", "Eve", "Fay"):
        add_publisher(admin, smartlink, publishers[name])
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publishers['Eve'].id}")
    return smartlink, publishers


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_everyone_with_a_status_is_listed(admin: Api, network: Any, limit: int) -> None:
    smartlink, publishers = network
    everyone = {"Anouk": "approved", "Bob": "declined", "Cid": "pending", "Dolly": "approved", "Eve": "removed"}
    assert members(admin, smartlink, limit=limit) == {**everyone, "Fay": "approved"}
    assert members(admin, smartlink, "status=pending&status=removed", limit) == {"Cid": "pending", "Eve": "removed"}
    assert members(admin, smartlink, "q=DOLL", limit) == {"Dolly": "approved"}
    assert members(admin, smartlink, f"q={publishers['Fay'].id}", limit) == {"Fay": "approved"}


def test_member_has_the_times_of_the_application(admin: Api, network: Any) -> None:
    smartlink, _ = network
    (bob,) = good(admin.get(f"/admin/smartlinks/{smartlink['id']}/publishers?q=bob"))["items"]
    assert bob["applied_at"] < bob["decided_at"]
    assert bob["link"] is None


def test_applicant_who_was_removed_is_not_declined(admin: Api, network: Any) -> None:
    smartlink, publishers = network
    admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publishers['Anouk'].id}")
    assert members(admin, smartlink, "q=anou") == {"Anouk": "removed"}
    assert good(admin.get(f"/admin/smartlinks/{smartlink['id']}/publishers?count=true&limit=1"))["total"] == 6


def test_all_publishers_are_counted_without_their_names(
    admin: Api, network: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "Reads", partial(Reads, items=7))
    path = f"/admin/smartlinks/{network[0]['id']}/publishers?count=true"
    assert [good(admin.get(path + query))["total"] for query in ("", "&q=a")] == [6, None]


def test_publisher_who_withdrew_is_not_listed(admin: Api, network: Any) -> None:
    smartlink, publishers = network
    good(publishers["Cid"].api.post(f"/publisher/smartlinks/{smartlink['id']}/withdraw"))
    everyone = {"Anouk": "approved", "Bob": "declined", "Dolly": "approved", "Eve": "removed", "Fay": "approved"}
    assert members(admin, smartlink) == everyone
    assert members(admin, smartlink, "status=pending") == {}
    assert good(admin.get(f"/admin/smartlinks/{smartlink['id']}/publishers?count=true"))["total"] == 5
