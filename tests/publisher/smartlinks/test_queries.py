import pytest

from tests.conftest import Api
from tests.documents import Publisher, add_publisher, errors_by_pointer, good, new_publisher, new_smartlink, pages

MARKETPLACE = "/publisher/smartlinks"


def listed(publisher: Publisher, limit: int = 50) -> list[str]:
    return [entry["name"] for page in pages(publisher.api, MARKETPLACE, limit) for entry in page]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 50])
def test_private_smartlinks_of_the_publisher_are_listed_among_all_others_newest_first(admin: Api, limit: int) -> None:
    publisher = new_publisher(admin)
    kinds = ("private", "ask", "private", "public", "private", "ask")
    made = [new_smartlink(admin, name=f"{n}", visibility=kind) for n, kind in enumerate(kinds)]
    for smartlink in (made[0], made[3], made[4]):
        add_publisher(admin, smartlink, publisher)
    assert listed(publisher, limit) == ["5", "4", "3", "1", "0"]


def test_cursor_of_another_publisher_is_an_error(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    for _ in range(2):
        new_smartlink(admin)
    cursor = good(ann.api.get(f"{MARKETPLACE}?limit=1"))["next_cursor"]
    assert set(errors_by_pointer(bob.api.get(f"{MARKETPLACE}?cursor={cursor}"))) == {"/cursor"}


def test_private_smartlink_is_not_in_the_marketplace(admin: Api) -> None:
    smartlink, publisher = new_smartlink(admin), new_publisher(admin)
    seen = []
    for visibility in ("private", "public", "ask"):
        admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"visibility": visibility})
        seen.append(len(listed(publisher)))
    assert seen == [0, 1, 1]
