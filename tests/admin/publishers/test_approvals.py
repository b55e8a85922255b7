import pytest

from tests.conftest import Api
from tests.documents import good, new_campaign, new_publisher, pages


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_campaigns_of_a_publisher_are_found_by_name(admin: Api, limit: int) -> None:
    path = f"/admin/publishers/{new_publisher(admin).id}/campaigns"
    made = {name: new_campaign(admin, name)["id"] for name in ("game-a", "shop", "game-b")}
    for campaign_id in made.values():
        good(admin.post(path, {"campaign_id": campaign_id}))
    admin.delete(f"{path}/{made['game-b']}")
    found = [each["campaign_name"] for page in pages(admin, f"{path}?q=GAME", limit) for each in page]
    assert found == ["game-a"]
    assert good(admin.get(f"{path}?count=true&limit=1"))["total"] == 2
