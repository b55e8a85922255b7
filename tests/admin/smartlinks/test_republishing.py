from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from chalicelib.admin import route_publishing
from chalicelib.admin.smartlinks import campaign_links, republishing
from chalicelib.tables.campaigns import PoolCampaignRow
from chalicelib.tables.routes import RouteRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.admin.smartlinks.test_campaign_links import Act, a_creation, a_patch, interrupted
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


def has_name_everywhere(campaign_id: str, name: str) -> bool:
    """Return whether the routes of all smartlinks with the campaign have this name of it."""
    held = [row.id for row in SmartlinkRow.scan() if campaign_id in str(row.settings)]
    return all(name in str(route_publishing.current_route(key).documents) for key in held)


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    ("edit", "batch"), [(a_patch, 30), (a_creation, 30), (a_creation, 0)], ids=["edit", "creation", "one of many"]
)
def test_route_has_a_campaign_that_is_edited_while_a_smartlink_adds_it(
    admin: Api, monkeypatch: pytest.MonkeyPatch, edit: Callable[..., Act], batch: int
) -> None:
    monkeypatch.setattr(republishing, "BATCH", batch)
    for index in count(4):
        campaign = new_campaign(admin)
        path = f"/admin/campaigns/{campaign['id']}"
        add = edit(admin, campaign)
        found = interrupted(monkeypatch, index, add, lambda: admin.patch(path, {"name": "Renamed"}))  # noqa: B023 - called at once
        if found.other is None:
            return
        assert [good(found.answer)["offers"][0]["campaign_id"], found.other.status] == [campaign["id"], 200]
        assert has_name_everywhere(campaign["id"], "Renamed")


def test_link_of_a_creation_that_failed_takes_its_id_for_a_minute(admin: Api) -> None:
    campaign, now = new_campaign(admin), datetime.now(UTC)
    for key, age in (("sml_failed", 0), ("sml_ended", 61)):
        PoolCampaignRow(campaign["id"], key, edit_version=1, linked_at=int(now.timestamp()) - age).save()
    for name in ("B", "C"):
        assert admin.patch(f"/admin/campaigns/{campaign['id']}", {"name": name}).status == 200
    assert [row.version for row in RouteRow.batch_get(["sml_failed", "sml_ended"])] == [0]
    assert route_publishing.published_version("sml_failed") == 0
