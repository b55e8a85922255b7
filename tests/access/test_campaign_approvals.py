import pytest

from chalicelib.access import campaign_approvals
from chalicelib.access.membership import get_publisher_or_404 as get_publisher
from chalicelib.http.transactions import TransactionConflict
from chalicelib.tables.publishers import CampaignApprovalRow, PublisherRow
from chalicelib.tables.routes import LinkRow
from tests.builders import smartlink_settings
from tests.conftest import Api
from tests.documents import new_publisher
from tests.http.support import a_request


def a_publisher(admin: Api) -> PublisherRow:
    return get_publisher(new_publisher(admin).id)


def test_approval_creates_the_direct_link(admin: Api) -> None:
    publisher = a_publisher(admin)
    row = campaign_approvals.approve(a_request(), publisher, "cmp_1")
    link = LinkRow.get(row.tracking_key)
    assert (row.active, row.approved_at) == (True, "2029-06-01T00:00:00.000Z")
    assert (link.publisher_id, link.route_id, link.active) == (publisher.id, "cmp_1", True)


def test_repeated_approval_changes_nothing(admin: Api) -> None:
    publisher = a_publisher(admin)
    rows = [campaign_approvals.approve(a_request(), publisher, "cmp_1") for _ in range(2)]
    assert rows[0].tracking_key == rows[1].tracking_key
    assert len(list(LinkRow.scan())) == 1


def test_withdrawn_approval_stops_the_link_and_can_be_restored(admin: Api) -> None:
    publisher = a_publisher(admin)
    row = campaign_approvals.approve(a_request(), publisher, "cmp_1")
    campaign_approvals.withdraw(a_request(), row)
    assert not LinkRow.get(row.tracking_key).active
    restored = campaign_approvals.approve(a_request(), publisher, "cmp_1")
    assert restored.tracking_key == row.tracking_key
    assert LinkRow.get(row.tracking_key).active


def granted(publisher: PublisherRow, *, active: bool, granted_by: list[str]) -> CampaignApprovalRow:
    """Write an approval for `cmp_1` that smartlinks granted, with its direct link."""
    row = CampaignApprovalRow(publisher.id, "cmp_1", tracking_key="abcde12345", active=active, approved_at="before")
    row.granted_by = granted_by
    row.save()
    LinkRow("abcde12345", publisher_id=publisher.id, route_id="cmp_1", active=active, publisher_active=True).save()
    return row


def test_approval_by_an_admin_is_no_longer_that_of_a_smartlink(admin: Api) -> None:
    publisher = a_publisher(admin)
    granted(publisher, active=True, granted_by=["sml_1"])
    campaign_approvals.approve(a_request(), publisher, "cmp_1")
    row = CampaignApprovalRow.get(publisher.id, "cmp_1")
    assert (row.active, row.granted_by, row.approved_at) == (True, None, "before")
    assert LinkRow.get("abcde12345").active


def test_approval_that_ended_with_its_smartlinks_is_restored_by_an_admin(admin: Api) -> None:
    publisher = a_publisher(admin)
    granted(publisher, active=False, granted_by=[])
    campaign_approvals.approve(a_request(), publisher, "cmp_1")
    row = CampaignApprovalRow.get(publisher.id, "cmp_1")
    assert (row.active, row.granted_by, row.approved_at) == (True, None, "2029-06-01T00:00:00.000Z")
    assert LinkRow.get("abcde12345").active


def test_withdrawal_of_a_granted_approval_is_the_decision_of_an_admin(admin: Api) -> None:
    publisher = a_publisher(admin)
    campaign_approvals.withdraw(a_request(), granted(publisher, active=True, granted_by=["sml_1"]))
    row = CampaignApprovalRow.get(publisher.id, "cmp_1")
    assert (row.active, row.granted_by, LinkRow.get("abcde12345").active) == (False, None, False)


@pytest.mark.parametrize("meanwhile", [["sml_1", "sml_2"], [], None], ids=["another grant", "no grant", "an admin"])
def test_approval_is_not_replaced_if_its_grants_changed_meanwhile(admin: Api, meanwhile: list[str] | None) -> None:
    publisher = a_publisher(admin)
    row = granted(publisher, active=True, granted_by=["sml_1"])
    action = CampaignApprovalRow.granted_by
    CampaignApprovalRow(publisher.id, "cmp_1").update([action.remove() if meanwhile is None else action.set(meanwhile)])
    with pytest.raises(TransactionConflict):
        campaign_approvals.withdraw(a_request(), row)
    assert LinkRow.get("abcde12345").active


def test_publisher_holds_all_campaigns_that_are_active(admin: Api) -> None:
    publisher = a_publisher(admin)
    rows = [campaign_approvals.approve(a_request(), publisher, each) for each in ("cmp_1", "cmp_2")]
    assert campaign_approvals.holds_all(publisher.id, ["cmp_1", "cmp_2", "cmp_1"])
    assert not campaign_approvals.holds_all(publisher.id, ["cmp_1", "cmp_3"])
    campaign_approvals.withdraw(a_request(), rows[0])
    assert not campaign_approvals.holds_all(publisher.id, ["cmp_1", "cmp_2"])


def test_smartlink_grants_its_offers_if_it_does_not_respect_approvals() -> None:
    offers = [{"campaign_id": "cmp_1"}, {"campaign_id": "cmp_2", "enabled": False}]
    granted_ids = [
        campaign_approvals.granted_campaign_ids(smartlink_settings(offers=offers, offer_access=access))
        for access in ("grant", "respect")
    ]
    assert granted_ids == [{"cmp_1", "cmp_2"}, set()]


def test_approval_fails_if_the_publisher_is_suspended_meanwhile(admin: Api) -> None:
    publisher = a_publisher(admin)
    admin.patch(f"/admin/publishers/{publisher.id}", {"status": "suspended"})
    with pytest.raises(TransactionConflict):
        campaign_approvals.approve(a_request(), publisher, "cmp_1")
    assert campaign_approvals.get_approval_or_none(publisher.id, "cmp_1") is None
