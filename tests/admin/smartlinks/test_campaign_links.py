"""An edit that adds a campaign against an edit that archives it: one before each AWS call of the other."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest
from botocore.client import BaseClient

from chalicelib.admin.smartlinks import campaign_links
from chalicelib.domain.timestamps import timestamp
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.problems import Conflict
from chalicelib.http.request import Request
from chalicelib.http.transactions import TransactionConflict
from chalicelib.tables.campaigns import CampaignRow, PoolCampaignRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.admin.edited_smartlinks import path_of, with_offers
from tests.conftest import Api, ApiResponse
from tests.documents import good, new_campaign, new_smartlink

Act = Callable[[], ApiResponse]
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
AT = int(NOW.timestamp())


class Interrupted(NamedTuple):
    """The answer to a request, and the answer to the request that interrupted it, None if none did."""

    answer: ApiResponse
    other: ApiResponse | None


def interrupted(monkeypatch: pytest.MonkeyPatch, index: int, act: Act, interrupt: Act) -> Interrupted:
    """Call `interrupt` before the AWS call of `act` with this index."""
    original, calls, others = BaseClient._make_api_call, count(), list[ApiResponse]()  # type: ignore[attr-defined]

    def call(self: Any, name: str, arguments: Any) -> Any:
        if next(calls) == index:
            with monkeypatch.context() as undone:
                undone.setattr(BaseClient, "_make_api_call", original)
                others.append(interrupt())
        return original(self, name, arguments)

    with monkeypatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", call)
        answer = act()
    return Interrupted(answer, others[0] if others else None)


def holds_archived(campaign_id: str) -> bool:
    """Return whether a live smartlink holds the campaign although it is archived."""
    is_archived = CampaignRow.get(campaign_id).settings["status"] == "archived"
    held = any(campaign_id in str(row.settings) for row in SmartlinkRow.scan() if row.status != "deleted")
    return is_archived and held


def a_patch(admin: Api, campaign: dict[str, Any]) -> Act:
    path = path_of(new_smartlink(admin))
    return lambda: admin.patch(path, with_offers(campaign))


def a_catch_all(admin: Api, campaign: dict[str, Any]) -> Act:
    path = path_of(new_smartlink(admin))
    return lambda: admin.patch(path, {"catch_all_campaign_id": campaign["id"]})


def a_creation(admin: Api, campaign: dict[str, Any]) -> Act:
    return lambda: admin.post("/admin/smartlinks", {"name": "New", **with_offers(campaign)})


def a_restoration(admin: Api, campaign: dict[str, Any]) -> Act:
    path = path_of(new_smartlink(admin, campaign))
    good(admin.patch(path, {"offers": []}))
    return lambda: admin.post(f"{path}/versions/1/restore")


def races(admin: Api, monkeypatch: pytest.MonkeyPatch, edit: Callable[..., Act], first: int) -> Iterator[list[int]]:
    """Yield the statuses of edit and archiving, for each call of the first one that the other can come before."""
    for index in count(1):
        campaign = new_campaign(admin)
        both: list[Act] = [edit(admin, campaign), lambda key=campaign["id"]: admin.delete(f"/admin/campaigns/{key}")]  # type: ignore[misc]
        found = interrupted(monkeypatch, index, both[first], both[1 - first])
        if found.other is None:
            return
        assert not holds_archived(campaign["id"])
        statuses = [found.answer.status, found.other.status]
        yield statuses if first == 0 else statuses[::-1]


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    ("edit", "first"),
    [
        pytest.param(a_patch, 0, id="archived within an edit"),
        pytest.param(a_patch, 1, id="edited within the archiving"),
        pytest.param(a_catch_all, 0, id="archived within an edit of the catch-all"),
        pytest.param(a_creation, 0, id="archived within a creation"),
    ],
)
def test_campaign_is_added_or_archived_but_never_both(
    admin: Api, monkeypatch: pytest.MonkeyPatch, edit: Callable[..., Act], first: int
) -> None:
    done = list(races(admin, monkeypatch, edit, first))
    added = 201 if edit is a_creation else 200
    assert {tuple(each) for each in done} == {(added, 409), (422, 204)}


CALLS_BEFORE_LINK = {"restore": 6, "clone": 4}
"""Key, user, route, smartlink, version and campaigns; key, user, smartlink and campaigns."""


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(("later", "statuses"), [(0, [409, 204]), (1, [200, 409])], ids=["unlinked", "linked"])
def test_campaign_is_restored_or_archived_but_never_both(
    admin: Api, monkeypatch: pytest.MonkeyPatch, later: int, statuses: list[int]
) -> None:
    campaign = new_campaign(admin)
    path = path_of(new_smartlink(admin, campaign))
    good(admin.patch(path, {"offers": []}))
    restore, archive = (
        lambda: admin.post(f"{path}/versions/1/restore"),
        lambda: admin.delete(f"/admin/campaigns/{campaign['id']}"),
    )
    found = interrupted(monkeypatch, CALLS_BEFORE_LINK["restore"] + later, restore, archive)
    assert found.other is not None
    assert [found.answer.status, found.other.status] == statuses
    assert not holds_archived(campaign["id"])


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(("later", "archived"), [(0, 204), (1, 409)], ids=["unlinked", "linked"])
def test_clone_of_a_smartlink_that_loses_an_archived_campaign_does_not_have_it(
    admin: Api, monkeypatch: pytest.MonkeyPatch, later: int, archived: int
) -> None:
    campaign = new_campaign(admin)
    path = path_of(new_smartlink(admin, campaign))

    def archive() -> ApiResponse:
        good(admin.patch(path, {"offers": []}))
        return admin.delete(f"/admin/campaigns/{campaign['id']}")

    clone = interrupted(monkeypatch, CALLS_BEFORE_LINK["clone"] + later, lambda: admin.post(f"{path}/clone"), archive)
    assert clone.other is not None
    assert clone.other.status == archived
    assert good(clone.answer)["offer_count"] == later


def a_link(smartlink_id: str, *, edit_version: int | None, age: int = 0) -> None:
    PoolCampaignRow("cmp_1", smartlink_id, edit_version=edit_version, linked_at=AT - age).save()


def is_in_use() -> bool:
    try:
        campaign_links.check_not_in_use("cmp_1", NOW)
    except Conflict:
        return True
    return False


@pytest.mark.parametrize(
    ("edit_version", "age", "expected"),
    [
        pytest.param(2, 60, True, id="an edit that may still run"),
        pytest.param(2, 61, False, id="an edit that has ended"),
        pytest.param(1, 0, False, id="an edit whose version was written"),
        pytest.param(None, 0, False, id="a link of an earlier release"),
    ],
)
def test_campaign_is_in_use_while_an_edit_may_still_add_it(
    admin: Api, edit_version: int | None, age: int, expected: bool
) -> None:
    a_link(new_smartlink(admin)["id"], edit_version=edit_version, age=age)
    assert is_in_use() == expected


def test_campaign_is_in_use_while_a_smartlink_with_it_may_still_be_created(tables: None) -> None:
    a_link("sml_new", edit_version=1)
    with pytest.raises(
        Conflict, match=r"An edit of a smartlink may be adding the campaign\. Try again in 60 seconds\."
    ):
        campaign_links.check_not_in_use("cmp_1", NOW)


def a_request() -> Request:
    endpoint = next(each for each in ENDPOINTS if each.operation_id == "updateSmartlink")
    return Request(endpoint, "admin", NOW, "https://api.example", None, None, bytes)


def test_link_has_the_version_and_the_time_of_its_edit_and_is_counted_by_the_campaign(admin: Api) -> None:
    campaign = new_campaign(admin)
    smartlink = new_smartlink(admin, campaign)
    (link,) = PoolCampaignRow.query(campaign["id"])
    made_at = datetime.fromisoformat(smartlink["created_at"])
    assert (link.pool_id, link.edit_version, link.linked_at) == (smartlink["id"], 1, int(made_at.timestamp()))
    assert CampaignRow.get(campaign["id"]).link_version == 1


def test_edit_links_only_new_campaigns(admin: Api) -> None:
    one, two = new_campaign(admin), new_campaign(admin)
    path = path_of(new_smartlink(admin, one))
    good(admin.patch(path, with_offers(one, two)))
    assert [CampaignRow.get(each["id"]).link_version for each in (one, two)] == [1, 1]


def test_late_edit_does_not_hide_the_link_of_a_later_one(admin: Api) -> None:
    campaign = new_campaign(admin)
    row, pool = CampaignRow.get(campaign["id"]), SmartlinkRow("sml_1", version=6)
    PoolCampaignRow(campaign["id"], "sml_1", edit_version=7, linked_at=AT).save()
    with pytest.raises(TransactionConflict):
        campaign_links.link_campaigns(a_request(), pool, [row])
    (link,) = PoolCampaignRow.query(campaign["id"])
    assert link.edit_version == 7


def test_campaign_that_was_changed_since_it_was_read_is_not_linked(admin: Api) -> None:
    campaign = new_campaign(admin)
    row = CampaignRow.get(campaign["id"])
    good(admin.patch(f"/admin/campaigns/{campaign['id']}", {"name": "B"}))
    with pytest.raises(TransactionConflict):
        campaign_links.link_campaigns(a_request(), SmartlinkRow("sml_1", version=2), [row])
    assert list(PoolCampaignRow.query(campaign["id"])) == []


def test_more_campaigns_than_one_transaction_takes_are_all_linked(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_links, "BATCH", 2)
    campaigns = [new_campaign(admin, f"c{n}") for n in range(5)]
    new_smartlink(admin, *campaigns)
    assert [CampaignRow.get(each["id"]).link_version for each in campaigns] == [1] * 5


def test_campaign_of_a_failed_edit_can_be_archived_after_a_minute(admin: Api) -> None:
    campaign, path = new_campaign(admin), path_of(new_smartlink(admin))
    good(admin.patch(path, with_offers(campaign)))
    good(admin.patch(path, {"offers": []}))
    minute_ago = datetime.now(UTC) - timedelta(seconds=61)
    PoolCampaignRow(campaign["id"], "sml_new", edit_version=1, linked_at=int(minute_ago.timestamp())).save()
    assert admin.delete(f"/admin/campaigns/{campaign['id']}").status == 204
    assert timestamp(minute_ago) < CampaignRow.get(campaign["id"]).updated_at
