import pytest

from chalicelib.access import campaign_approvals
from chalicelib.access.membership import get_publisher_or_404 as get_publisher
from chalicelib.http.transactions import TransactionConflict
from chalicelib.tables.publishers import CampaignApprovalRow, PublisherRow
from chalicelib.tables.routes import LinkRow
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


def test_withdrawn_approval_stays_withdrawn_in_a_bulk_approval(admin: Api) -> None:
    publisher = a_publisher(admin)
    campaign_approvals.withdraw(a_request(), campaign_approvals.approve(a_request(), publisher, "cmp_1"))
    campaign_approvals.approve_campaigns(a_request(), [(publisher.id, "cmp_1"), (publisher.id, "cmp_2")])
    approvals = {row.campaign_id: row.active for row in CampaignApprovalRow.scan()}
    assert approvals == {"cmp_1": False, "cmp_2": True}


def test_bulk_approval_of_more_than_one_transaction_is_complete(admin: Api) -> None:
    publisher = a_publisher(admin)
    pairs = [(publisher.id, f"cmp_{n}") for n in range(65)]
    for _ in range(2):
        campaign_approvals.approve_campaigns(a_request(), pairs)
    assert len(list(CampaignApprovalRow.scan())) == len(list(LinkRow.scan())) == 65


def test_approval_fails_if_the_publisher_is_suspended_meanwhile(admin: Api) -> None:
    publisher = a_publisher(admin)
    admin.patch(f"/admin/publishers/{publisher.id}", {"status": "suspended"})
    with pytest.raises(TransactionConflict):
        campaign_approvals.approve(a_request(), publisher, "cmp_1")
    assert campaign_approvals.get_approval_or_none(publisher.id, "cmp_1") is None
