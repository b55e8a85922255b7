from typing import Any

import pytest

from tests.conftest import Api
from tests.documents import Publisher, add_publisher, apply, good, new_publisher, new_smartlink, pages, pending

Network = tuple[Publisher, dict[str, dict[str, Any]]]


def smartlinks(admin: Api, publisher: Publisher, query: str = "", limit: int = 50) -> dict[str, dict[str, Any]]:
    """The publisher's smartlinks by name."""
    path = f"/admin/publishers/{publisher.id}/smartlinks?{query}"
    return {each["name"]: each for page in pages(admin, path, limit) for each in page}


def statuses(admin: Api, publisher: Publisher, query: str = "", limit: int = 50) -> dict[str, str]:
    """The status of the publisher on each smartlink by name."""
    return {name: each["status"] for name, each in smartlinks(admin, publisher, query, limit).items()}


@pytest.fixture
def network(admin: Api) -> Network:
    """A publisher with each status on a smartlink of that name, on one as added by an admin, and on a deleted one."""
    publisher = new_publisher(admin)
    names = ("Approved", "Declined", "Pending", "Removed", "Added", "Deleted")
    made = {name: new_smartlink(admin, name=name) for name in names}
    for name in ("Approved", "Declined", "Pending"):
        apply(publisher, made[name])
    first, second, _ = pending(admin)
    good(admin.post(f"/admin/applications/{first}/approve"))
    good(admin.post(f"/admin/applications/{second}/decline", {"reason": "no"}))
    for name in ("Removed", "Added", "Deleted"):
        add_publisher(admin, made[name], publisher)
    admin.delete(f"/admin/smartlinks/{made['Removed']['id']}/publishers/{publisher.id}")
    admin.delete(f"/admin/smartlinks/{made['Deleted']['id']}")
    return publisher, made


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_every_smartlink_with_a_status_is_listed(admin: Api, network: Network, limit: int) -> None:
    publisher, made = network
    own = {"Approved": "approved", "Declined": "declined", "Pending": "pending", "Removed": "removed"}
    assert statuses(admin, publisher, limit=limit) == {**own, "Added": "approved"}
    assert statuses(admin, publisher, "status=pending&status=removed", limit) == {
        "Pending": "pending",
        "Removed": "removed",
    }
    assert statuses(admin, publisher, "q=ADDED", limit) == {"Added": "approved"}
    assert statuses(admin, publisher, f"q={made['Pending']['id']}", limit) == {"Pending": "pending"}
    assert good(admin.get(f"/admin/publishers/{publisher.id}/smartlinks?count=true&limit=1"))["total"] == 5


def test_since_is_the_time_of_the_status(admin: Api, network: Network) -> None:
    publisher, _ = network
    found = smartlinks(admin, publisher)
    applications = good(admin.get(f"/admin/applications?publisher_id={publisher.id}"))["items"]
    times = {each["smartlink_name"]: each["decided_at"] or each["applied_at"] for each in applications}
    assert {name: each["since"] for name, each in found.items()} == {**times, "Removed": None, "Added": None}


def test_only_an_active_link_is_shown(admin: Api, network: Network) -> None:
    publisher, made = network
    found = smartlinks(admin, publisher)
    assert {name for name, each in found.items() if each["link"]} == {"Approved", "Added"}
    own = good(publisher.api.get(f"/publisher/smartlinks/{made['Added']['id']}"))["link"]
    assert found["Added"]["link"] == own


def test_smartlinks_of_another_publisher_are_not_listed(admin: Api, network: Network) -> None:
    assert statuses(admin, new_publisher(admin, "Bob")) == {}
    assert admin.get("/admin/publishers/pub_1/smartlinks").status == 404


def test_smartlink_of_a_withdrawn_application_is_not_listed(admin: Api, network: Network) -> None:
    publisher, made = network
    good(publisher.api.post(f"/publisher/smartlinks/{made['Pending']['id']}/withdraw"))
    assert set(smartlinks(admin, publisher)) == {"Approved", "Declined", "Removed", "Added"}
