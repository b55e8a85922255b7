import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pynamodb.exceptions import TransactWriteError, UpdateError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.admin import route_publishing
from chalicelib.admin.smartlinks import campaign_links, republishing
from chalicelib.routing import weights_codec
from chalicelib.tables.base import connection
from chalicelib.tables.routes import RouteRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.admin.edited_smartlinks import location, path_of, with_offers
from tests.builders import LEARNED_AT
from tests.conftest import Api
from tests.documents import (
    add_publisher,
    errors_by_pointer,
    good,
    new_campaign,
    new_link,
    new_publisher,
    new_smartlink,
    publish_weights,
)

WEIGHTS = {"*": {"cmp_1": 0.25, "cmp_2": 0.75}}


def learned(smartlink: dict[str, Any]) -> tuple[bytes | None, int | None]:
    """Return the learned weights of the route's row and their version."""
    row = RouteRow.get(smartlink["id"])
    return row.weights, row.weights_version


def test_smartlink_has_one_route_for_all_publishers(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    for n in range(5):
        add_publisher(admin, smartlink, new_publisher(admin, f"P{n}"))
    ids = {row.id for row in RouteRow.scan()}
    assert ids == {smartlink["id"], f"{smartlink['id']}@1", campaign["id"], f"{campaign['id']}@1"}


def test_edit_publishes_a_new_version_and_keeps_the_earlier_ones(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    for n in range(3):
        admin.patch(path_of(smartlink), {"name": f"{n}"})
    assert RouteRow.get(smartlink["id"]).version == 4
    kept = {row.id for row in RouteRow.scan() if row.id.startswith(smartlink["id"])}
    assert kept == {smartlink["id"], *(f"{smartlink['id']}@{n}" for n in (1, 2, 3, 4))}


def test_version_before_the_replaced_one_expires_400_days_after_the_edit(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    for name in ("a", "b"):
        admin.patch(path_of(smartlink), {"name": name})
    before = time.time()
    admin.patch(path_of(smartlink), {"name": "c"})
    expiry = {row.version: row.expires_at for row in RouteRow.scan() if row.id.startswith(f"{smartlink['id']}@")}
    assert [version for version, expires_at in sorted(expiry.items()) if expires_at is None] == [3, 4]
    assert 0 <= expiry[2] - (before + 400 * 86_400) + 1 < 60
    assert expiry[1] <= expiry[2]
    assert RouteRow.get(smartlink["id"]).expires_at is None


def test_version_that_expires_keeps_its_time(admin: Api) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    RouteRow("sml_1@1", version=1, snapshot=b"").save()
    for day in range(2):
        route_publishing._expire_replaced("sml_1", 1, now + timedelta(days=day))
    assert RouteRow.get("sml_1@1").expires_at == int(now.timestamp()) + 400 * 86_400
    route_publishing._expire_replaced("sml_1", 0, now)
    assert RouteRow.count("sml_1@0") == 0


def test_table_error_while_a_version_is_set_to_expire_is_raised(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(*_: Any, **__: Any) -> None:
        message = "throttled"
        raise UpdateError(message)

    monkeypatch.setattr(RouteRow, "update", throttled)
    with pytest.raises(UpdateError):
        route_publishing._expire_replaced("sml_1", 1, datetime(2026, 11, 21, tzinfo=UTC))


def test_edit_keeps_the_learned_weights(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign, rotation="optimized")
    publish_weights(smartlink, WEIGHTS)
    edits = ({"name": "B"}, with_offers(campaign, new_campaign(admin, "shop")), {"rotation": "weighted"})
    for body in edits:
        good(admin.patch(path_of(smartlink), body))
    good(admin.post(f"{path_of(smartlink)}/pause"))
    good(admin.patch(f"/admin/campaigns/{campaign['id']}", {"payout": "2.00"}))
    assert learned(smartlink) == (weights_codec.encode(WEIGHTS), LEARNED_AT)
    assert RouteRow.get(smartlink["id"]).version == 6
    kept = [learned({"id": f"{smartlink['id']}@{version}"}) for version in range(1, 7)]
    assert kept == [(None, None)] * 6


def test_edit_that_resets_removes_the_learned_weights(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin), rotation="optimized", on_pool_change="reset")
    publish_weights(smartlink, WEIGHTS)
    good(admin.patch(path_of(smartlink), {"name": "B"}))
    assert learned(smartlink) == (weights_codec.encode(WEIGHTS), LEARNED_AT)
    good(admin.patch(path_of(smartlink), with_offers(new_campaign(admin, "shop"))))
    assert learned(smartlink) == (None, None)
    assert location(add_publisher(admin, smartlink, new_publisher(admin))).startswith("https://shop.example/")


def test_weights_and_edits_conflict_only_by_the_version_of_the_route(admin: Api) -> None:
    smartlink = new_smartlink(admin, rotation="optimized")
    published: list[Action] = [
        RouteRow.weights.set(weights_codec.encode(WEIGHTS)),
        RouteRow.weights_version.set(LEARNED_AT),
    ]
    good(admin.patch(path_of(smartlink), {"name": "B"}))
    with pytest.raises(UpdateError):
        RouteRow(smartlink["id"]).update(published, RouteRow.version == 1)
    RouteRow(smartlink["id"]).update(published, RouteRow.version == 2)
    good(admin.patch(path_of(smartlink), {"name": "C"}))
    assert learned(smartlink) == (weights_codec.encode(WEIGHTS), LEARNED_AT)


def test_first_route_is_rejected_if_one_exists(admin: Api) -> None:
    smartlink = new_smartlink(admin)
    pool = SmartlinkRow.get(smartlink["id"])
    with pytest.raises(TransactWriteError), TransactWrite(connection=connection()) as write:
        route_publishing.add_pool_route(write, pool, [], version=0)
    assert RouteRow.get(smartlink["id"]).version == 1


def test_edit_publishes_more_smartlinks_than_its_transaction_takes(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(republishing, "BATCH", 1)
    campaign = new_campaign(admin)
    links = [new_link(admin, campaign) for _ in range(3)]
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"destination_url": "https://new.example/"})
    assert [location(code) for code in links] == ["https://new.example/"] * 3


def test_large_routes_are_published_after_the_transaction(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(republishing, "ROOM_BYTES", 2 * route_publishing.MAX_ROUTE_BYTES + 1)
    campaign = new_campaign(admin)
    links = [new_link(admin, campaign) for _ in range(3)]
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"destination_url": "https://new.example/"})
    assert [location(code) for code in links] == ["https://new.example/"] * 3


def test_edit_that_makes_a_route_too_large_is_rejected(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    monkeypatch.setattr(route_publishing, "MAX_ROUTE_BYTES", 1_000)
    sources = [f"{n * n:x}" * 40 for n in range(1000, 1200)]
    refused = admin.patch(f"/admin/campaigns/{campaign['id']}", {"targeting": {"sources": sources}})
    assert f"makes smartlink {smartlink['id']} too large" in errors_by_pointer(refused)[""]
    assert admin.get(f"/admin/campaigns/{campaign['id']}").json == campaign
    assert RouteRow.get(smartlink["id"]).version == 1


def test_edit_does_not_publish_routes_without_the_campaign(admin: Api) -> None:
    campaign, other = new_campaign(admin), new_campaign(admin)
    one, two = new_smartlink(admin, campaign), new_smartlink(admin, other)
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"name": "B"})
    assert [RouteRow.get(each["id"]).version for each in (one, two)] == [2, 1]


def test_edit_does_not_publish_a_smartlink_that_removed_the_campaign(admin: Api) -> None:
    campaign, other = new_campaign(admin), new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"offers": [{"campaign_id": other["id"]}]})
    admin.patch(f"/admin/campaigns/{campaign['id']}", {"name": "B"})
    assert RouteRow.get(smartlink["id"]).version == 2


@pytest.mark.parametrize("batch", [0, 40], ids=["after the campaign", "with the campaign"])
def test_edit_does_not_publish_a_deleted_smartlink(admin: Api, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(campaign_links, "_UNLINKED_PER_TRANSACTION", 0)
    monkeypatch.setattr(republishing, "BATCH", batch)
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    admin.delete(f"/admin/smartlinks/{smartlink['id']}")
    assert [each.pool_id for each in route_publishing.links_of_campaign(campaign["id"])] == [smartlink["id"]]
    assert admin.patch(f"/admin/campaigns/{campaign['id']}", {"name": "B"}).status == 200
    assert route_publishing.published_version(smartlink["id"]) == 0


def test_archived_campaign_cannot_join_a_smartlink(admin: Api) -> None:
    gone = new_campaign(admin)
    admin.delete(f"/admin/campaigns/{gone['id']}")
    body = {"name": "S", "offers": [{"campaign_id": gone["id"]}], "catch_all_campaign_id": gone["id"]}
    assert errors_by_pointer(admin.post("/admin/smartlinks", body)) == {
        "/offers/0/campaign_id": f"is an archived campaign: {gone['id']}",
        "/catch_all_campaign_id": f"is an archived campaign: {gone['id']}",
    }


def test_unsaved_smartlink_that_is_too_large_is_rejected(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route_publishing, "MAX_ROUTE_BYTES", 100)
    refused = admin.post("/admin/smartlinks/simulate", {"smartlink": {"name": "Deals"}})
    detail = errors_by_pointer(refused)["/smartlink"]
    assert re.fullmatch(
        r"makes the smartlink too large: \d\d\d bytes compressed, at most 100 fit. Shorten its targeting lists.", detail
    )
