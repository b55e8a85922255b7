import pytest

from chalicelib.admin import route_publishing
from chalicelib.admin.smartlinks import campaign_links, republishing
from tests.conftest import Api
from tests.documents import errors_by_pointer, good, listed, new_campaign, new_smartlink


def rows(admin: Api) -> list[int]:
    return [each["warning_count"] for each in good(admin.get("/admin/smartlinks"))["items"]]


@pytest.mark.parametrize("batch", [30, 1], ids=["in the transaction", "after it"])
def test_edit_of_a_campaign_changes_the_rows_of_its_smartlinks(
    admin: Api, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(republishing, "BATCH", batch)
    campaign = new_campaign(admin)
    for _ in range(3):
        new_smartlink(admin, campaign)
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"status": "paused"})
    assert rows(admin) == [1, 1, 1]
    assert len(listed(admin, "/admin/smartlinks?has_warnings=true")) == 3


def test_transaction_of_a_campaign_takes_30_smartlinks(admin: Api) -> None:
    campaign = new_campaign(admin)
    for n in range(31):
        new_smartlink(admin, campaign, name=f"{n}")
    assert admin.patch(f"/admin/campaigns/{campaign['id']}", {"status": "paused"}).status == 200
    assert rows(admin) == [1] * 31


@pytest.mark.parametrize("batch", [30, 0], ids=["in the transaction", "after it"])
def test_edit_that_makes_a_route_too_large_writes_nothing(
    admin: Api, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    campaign = new_campaign(admin)
    smartlink, deleted = new_smartlink(admin, campaign), new_smartlink(admin, campaign)
    admin.delete(f"/admin/smartlinks/{deleted['id']}")
    monkeypatch.setattr(republishing, "BATCH", batch)
    monkeypatch.setattr(route_publishing, "MAX_ROUTE_BYTES", 1_000)
    sources = [f"{n * n:x}" * 40 for n in range(1000, 1200)]
    path = f"/admin/campaigns/{campaign['id']}"
    (detail,) = errors_by_pointer(admin.patch(path, {"targeting": {"sources": sources}})).values()
    assert detail.startswith(f"makes smartlink {smartlink['id']} too large")
    assert admin.get(path).json == campaign


def test_larger_edit_checks_only_smartlinks_that_have_the_campaign(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_links, "_UNLINKED_PER_TRANSACTION", 0)
    monkeypatch.setattr(republishing, "BATCH", 0)
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"offers": []})
    assert admin.patch(f"/admin/campaigns/{campaign['id']}", {"name": "a longer name"}).status == 200
