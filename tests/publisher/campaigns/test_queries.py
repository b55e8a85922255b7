import pytest

from chalicelib.http.models import ListQuery
from chalicelib.publisher.campaigns import queries
from chalicelib.publisher.campaigns.queries import list_held_campaigns
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
    rows, following = list_held_campaigns("pub_1", ListQuery(limit=limit, cursor=cursor))
    return [each.campaign.id for each in rows], following


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_active_campaigns_are_listed_newest_first_in_full_pages(
    held: None, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_BATCH", batch)
    first, cursor = page(3)
    second, end = page(3, cursor)
    assert (first, second, end) == (["cmp_7", "cmp_6", "cmp_4"], ["cmp_2", "cmp_1"], None)


def test_approval_has_its_campaign(held: None) -> None:
    (only,), _ = list_held_campaigns("pub_2", ListQuery())
    assert (only.approval.tracking_key, only.campaign.id) == ("key1", "cmp_1")


def test_approval_of_a_missing_campaign_is_left_out(held: None) -> None:
    CampaignRow("cmp_7").delete()
    assert page(1)[0] == ["cmp_6"]
