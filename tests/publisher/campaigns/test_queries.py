from functools import partial

import pytest

from chalicelib.lists import search
from chalicelib.lists.query_schemas import SearchQuery
from chalicelib.lists.reads import Reads
from chalicelib.publisher.campaigns import queries
from chalicelib.publisher.campaigns.queries import held_campaigns
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import CampaignApprovalRow
from tests.builders import campaign_settings


@pytest.fixture
def held(tables: None) -> None:
    """Write the approvals of two publishers: the third campaign is archived, the fifth approval withdrawn."""
    for n in range(1, 8):
        status = "archived" if n == 3 else "active"
        campaign = CampaignRow(f"cmp_{n}", version=1, settings=campaign_settings(status=status), postback_token="t")
        campaign.created_year, campaign.created_at, campaign.updated_at = "2026", "2026-11-01", "2026-11-01"
        campaign.save()
        for publisher_id in ("pub_1", "pub_2") if n == 1 else ("pub_1",):
            approval = CampaignApprovalRow(publisher_id, f"cmp_{n}", tracking_key=f"key{n}", active=n != 5)
            approval.approved_at = "2026-11-01T00:00:00.000Z"
            approval.save()


def page(limit: int, cursor: str | None = None) -> tuple[list[str], str | None]:
    found = held_campaigns("pub_1", SearchQuery(limit=limit, cursor=cursor))
    position = found.next_position
    return [each.campaign.id for each in found.items], position and found.cursors.encode(position, None)


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_active_campaigns_are_listed_newest_first_in_full_pages(
    held: None, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_BATCH", batch)
    first, cursor = page(3)
    second, end = page(3, cursor)
    assert (first, second, end) == (["cmp_7", "cmp_6", "cmp_4"], ["cmp_2", "cmp_1"], None)


def test_approval_has_its_campaign(held: None) -> None:
    (only,) = held_campaigns("pub_2", SearchQuery()).items
    assert (only.approval.tracking_key, only.campaign.id) == ("key1", "cmp_1")


def test_approval_of_a_missing_campaign_is_left_out(held: None) -> None:
    CampaignRow("cmp_7").delete()
    assert page(1)[0] == ["cmp_6"]


def test_campaigns_are_found_by_name_or_id_and_counted(held: None) -> None:
    assert [each.campaign.id for each in held_campaigns("pub_1", SearchQuery(q="P_2")).items] == ["cmp_2"]
    assert held_campaigns("pub_1", SearchQuery(limit=1, count="true")).total == 5


def test_approvals_that_are_left_out_are_read_within_the_bound(held: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "Reads", partial(Reads, items=6))
    first, cursor = page(50)
    second, cursor = page(50, cursor)
    assert (first, second) == (["cmp_7", "cmp_6"], ["cmp_4", "cmp_2"])
    assert page(50, cursor) == (["cmp_1"], None)
