from typing import Any

import pytest
from pynamodb.exceptions import PutError

from chalicelib.access import campaign_approvals, grants
from chalicelib.access.membership import get_publisher_or_404
from chalicelib.http.transactions import TransactionConflict
from chalicelib.tables.publishers import CampaignApprovalRow, MembershipRow, TermsRow
from chalicelib.tables.routes import LinkRow
from chalicelib.tables.smartlinks import SmartlinkRow, SmartlinkTaskRow
from tests.builders import smartlink_settings
from tests.conftest import Api
from tests.consistency import inconsistencies
from tests.documents import Publisher, add_publisher, clicked, good, new_campaign, new_publisher, new_smartlink
from tests.http.support import a_request

Document = dict[str, Any]


def approval(publisher: Publisher, campaign: Document) -> CampaignApprovalRow:
    return CampaignApprovalRow.get(publisher.id, campaign["id"])


def remove(admin: Api, smartlink: Document, publisher: Publisher) -> None:
    assert admin.delete(f"/admin/smartlinks/{smartlink['id']}/publishers/{publisher.id}").status == 204


def approve(admin: Api, publisher: Publisher, campaign: Document) -> None:
    good(admin.post(f"/admin/publishers/{publisher.id}/campaigns", {"campaign_id": campaign["id"]}))


def test_grant_names_its_smartlink(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    add_publisher(admin, smartlink, publisher)
    row = approval(publisher, campaign)
    assert (row.active, row.granted_by) == (True, [smartlink["id"]])
    assert clicked(row.tracking_key).status == 302


def test_removal_stops_the_link_and_the_direct_links(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    code, key = add_publisher(admin, smartlink, publisher), approval(publisher, campaign).tracking_key
    remove(admin, smartlink, publisher)
    assert [clicked(each).status for each in (code, key)] == [404, 404]
    assert good(admin.get(f"/admin/publishers/{publisher.id}/campaigns"))["items"] == []
    assert inconsistencies() == []


def test_publisher_who_is_added_again_has_the_same_keys(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    code, key = add_publisher(admin, smartlink, publisher), approval(publisher, campaign).tracking_key
    remove(admin, smartlink, publisher)
    assert add_publisher(admin, smartlink, publisher) == code
    assert approval(publisher, campaign).tracking_key == key
    assert [clicked(each).status for each in (code, key)] == [302, 302]


def test_direct_link_stays_until_the_last_smartlink_that_grants_it(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlinks = [new_smartlink(admin, campaign) for _ in range(2)]
    for each in smartlinks:
        add_publisher(admin, each, publisher)
    seen = [approval(publisher, campaign).granted_by]
    for each in smartlinks:
        remove(admin, each, publisher)
        seen.append(approval(publisher, campaign).granted_by)
    ids = [each["id"] for each in smartlinks]
    assert seen == [ids, ids[1:], []]
    assert clicked(approval(publisher, campaign).tracking_key).status == 404


@pytest.mark.parametrize("first", ["admin", "smartlink"])
def test_removal_keeps_what_an_admin_approved(admin: Api, first: str) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    if first == "admin":
        approve(admin, publisher, campaign)
    add_publisher(admin, smartlink, publisher)
    approve(admin, publisher, campaign)
    remove(admin, smartlink, publisher)
    assert clicked(approval(publisher, campaign).tracking_key).status == 302


def test_removal_keeps_approvals_of_earlier_releases(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    add_publisher(admin, smartlink, publisher)
    approval(publisher, campaign).update([CampaignApprovalRow.granted_by.remove()])
    remove(admin, smartlink, publisher)
    assert clicked(approval(publisher, campaign).tracking_key).status == 302


def test_no_smartlink_grants_what_an_admin_withdrew(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    add_publisher(admin, smartlink, publisher)
    admin.delete(f"/admin/publishers/{publisher.id}/campaigns/{campaign['id']}")
    remove(admin, smartlink, publisher)
    add_publisher(admin, smartlink, publisher)
    assert not approval(publisher, campaign).active


def test_campaign_that_left_the_pool_is_granted_until_the_publisher_is_removed(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    add_publisher(admin, smartlink, publisher)
    good(admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"offers": []}))
    assert approval(publisher, campaign).active
    remove(admin, smartlink, publisher)
    assert not approval(publisher, campaign).active


def test_deletion_of_the_smartlink_stops_the_direct_links_that_only_it_granted(admin: Api) -> None:
    one, two, publisher = new_campaign(admin, "one"), new_campaign(admin, "two"), new_publisher(admin)
    smartlink = new_smartlink(admin, one, two)
    add_publisher(admin, smartlink, publisher)
    add_publisher(admin, new_smartlink(admin, two), publisher)
    admin.delete(f"/admin/smartlinks/{smartlink['id']}")
    assert [approval(publisher, each).active for each in (one, two)] == [False, True]
    assert inconsistencies() == []


@pytest.mark.parametrize("size", [1, 2, 48])
def test_many_campaigns_are_granted_and_revoked_in_several_transactions(
    admin: Api, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(grants, "GRANTED_PER_TRANSACTION", size)
    monkeypatch.setattr(grants, "REVOKED_PER_TRANSACTION", size)
    campaigns, publisher = [new_campaign(admin, f"c{n}") for n in range(3)], new_publisher(admin)
    smartlink = new_smartlink(admin, *campaigns)
    add_publisher(admin, smartlink, publisher)
    assert [approval(publisher, each).active for each in campaigns] == [True] * 3
    remove(admin, smartlink, publisher)
    assert [approval(publisher, each).active for each in campaigns] == [False] * 3


def _member(publisher: Publisher, smartlink: Document, status: str) -> None:
    MembershipRow(publisher.id, smartlink["id"], status=status, code="abcde12345").save()


def test_full_transactions_of_grants_fit_and_carry_the_terms(admin: Api) -> None:
    publisher, smartlink = new_publisher(admin), new_smartlink(admin)
    TermsRow(publisher.id, 1, document={"campaigns": {}}, created_at="").save()
    settings = smartlink_settings(offers=[{"campaign_id": f"cmp_{n:03}"} for n in range(100)])
    SmartlinkRow(smartlink["id"]).update([SmartlinkRow.settings.set(settings)])
    _member(publisher, smartlink, "approved")
    grants.align(a_request(), smartlink["id"], publisher.id)
    assert {(link.active, link.terms_version) for link in LinkRow.scan()} == {(True, 1)}
    assert len(list(LinkRow.scan())) == 100
    _member(publisher, smartlink, "declined")
    grants.align(a_request(), smartlink["id"], publisher.id)
    assert {link.active for link in LinkRow.scan()} == {False}


def test_only_the_named_campaigns_of_the_pool_are_granted(admin: Api) -> None:
    campaigns, publisher = [new_campaign(admin, f"c{n}") for n in range(2)], new_publisher(admin)
    smartlink = new_smartlink(admin, *campaigns)
    _member(publisher, smartlink, "approved")
    grants.align(a_request(), smartlink["id"], publisher.id, among=[campaigns[1]["id"], "cmp_other"])
    assert [row.campaign_id for row in CampaignApprovalRow.scan()] == [campaigns[1]["id"]]


def _interrupted(monkeypatch: pytest.MonkeyPatch, name: str, interruption: Any) -> None:
    """Run the interruption once, between the read of the rows and the transaction."""
    original, left = getattr(grants, name), [interruption]

    def interrupted(*arguments: Any) -> Any:
        if left:
            left.pop()()
        return original(*arguments)

    monkeypatch.setattr(grants, name, interrupted)


def test_publisher_who_is_removed_meanwhile_gets_no_grant(
    admin: Api, monkeypatch: pytest.MonkeyPatch, unhurried: list[float]
) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    _member(publisher, smartlink, "approved")
    _interrupted(monkeypatch, "_with_grant", lambda: _member(publisher, smartlink, "declined"))
    grants.align(a_request(), smartlink["id"], publisher.id)
    assert (list(CampaignApprovalRow.scan()), len(unhurried)) == ([], 1)


def test_publisher_who_is_added_again_meanwhile_keeps_the_grants(
    admin: Api, monkeypatch: pytest.MonkeyPatch, unhurried: list[float]
) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    add_publisher(admin, smartlink, publisher)
    _member(publisher, smartlink, "declined")
    _interrupted(monkeypatch, "_without_grant", lambda: _member(publisher, smartlink, "approved"))
    grants.align(a_request(), smartlink["id"], publisher.id)
    assert (approval(publisher, campaign).active, len(unhurried)) == (True, 1)


def test_approval_by_an_admin_during_a_removal_stays(
    admin: Api, monkeypatch: pytest.MonkeyPatch, unhurried: list[float]
) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    add_publisher(admin, smartlink, publisher)
    _interrupted(monkeypatch, "_without_grant", lambda: approve(admin, publisher, campaign))
    remove(admin, smartlink, publisher)
    assert (approval(publisher, campaign).active, approval(publisher, campaign).granted_by) == (True, None)
    assert len(unhurried) == 1


def test_removal_during_an_approval_by_an_admin_leaves_the_approval(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    add_publisher(admin, smartlink, publisher)
    written, left = campaign_approvals.replace_approval, [lambda: remove(admin, smartlink, publisher)]

    def interrupted(*arguments: Any) -> None:
        if left:
            left.pop()()
        written(*arguments)

    monkeypatch.setattr(campaign_approvals, "replace_approval", interrupted)
    with pytest.raises(TransactionConflict):
        campaign_approvals.approve(a_request(), get_publisher_or_404(publisher.id), campaign["id"])
    approve(admin, publisher, campaign)
    assert clicked(approval(publisher, campaign).tracking_key).status == 302


def test_task_of_a_member_is_deleted_when_the_links_follow(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    smartlink, publisher = new_smartlink(admin, new_campaign(admin)), new_publisher(admin)
    add_publisher(admin, smartlink, publisher)
    assert list(SmartlinkTaskRow.scan()) == []

    def fail(*_: object) -> None:
        raise PutError

    monkeypatch.setattr(grants, "_revoke", fail)
    remove(admin, smartlink, publisher)
    (task,) = SmartlinkTaskRow.scan()
    assert (task.kind, task.pool_id, task.publisher_id) == ("member", smartlink["id"], publisher.id)
    assert (task.actor, task.operation_id) == ("admin", "removeSmartlinkPublisher")


def test_nothing_is_done_twice(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    add_publisher(admin, smartlink, publisher)
    row = approval(publisher, campaign).serialize()
    grants.align(a_request(), smartlink["id"], publisher.id)
    assert approval(publisher, campaign).serialize() == row
    remove(admin, smartlink, publisher)
    row = approval(publisher, campaign).serialize()
    grants.align(a_request(), smartlink["id"], publisher.id)
    assert approval(publisher, campaign).serialize() == row
