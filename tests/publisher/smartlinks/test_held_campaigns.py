import pytest

from chalicelib.lists.reads import Reads
from chalicelib.publisher.smartlinks.held_campaigns import HeldCampaigns
from chalicelib.tables.publishers import CampaignApprovalRow

pytestmark = pytest.mark.usefixtures("tables")


def approved(campaign_id: str, *, active: bool = True, publisher_id: str = "pub_1") -> None:
    CampaignApprovalRow(publisher_id, campaign_id, tracking_key=campaign_id, active=active, approved_at="").save()


def test_only_active_approvals_of_the_publisher_are_held() -> None:
    approved("cmp_1")
    approved("cmp_2", active=False)
    approved("cmp_3", publisher_id="pub_2")
    held, reads = HeldCampaigns("pub_1"), Reads()
    assert held.lacks(["cmp_1"])
    held.read([["cmp_1", "cmp_2", "cmp_3"]], reads)
    assert not held.lacks(["cmp_1", "cmp_3"])
    assert [held.has_all(each) for each in (["cmp_1"], ["cmp_1", "cmp_2"], ["cmp_3"])] == [True, False, False]
    assert reads.items == 1_997


def test_each_approval_is_read_once() -> None:
    held, reads = HeldCampaigns("pub_1"), Reads()
    held.read([["cmp_1", "cmp_2"]], reads)
    held.read([["cmp_2", "cmp_3"], ["cmp_3"]], reads)
    assert reads.items == 1_997


def test_groups_are_read_ahead_until_they_fill_a_request() -> None:
    groups = [[f"cmp_{10 * n + digit}" for digit in range(10)] for n in range(20)]
    held, reads = HeldCampaigns("pub_1"), Reads()
    held.read(groups, reads)
    assert reads.items == 1_900
    assert [held.lacks(group) for group in groups] == [False] * 10 + [True] * 10
