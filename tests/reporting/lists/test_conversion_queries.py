from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.tables.conversions import ConversionRow
from tests.advertiser import Deal, new_deal
from tests.conftest import Api
from tests.documents import add_publisher, errors_by_pointer, new_publisher, pages

PATH = "/admin/conversions"


def listed(admin: Api, query: str = "", limit: int = 50) -> list[str]:
    all_pages = pages(admin, f"{PATH}?{query}" if query else PATH, limit)
    return [conversion["id"] for page in all_pages for conversion in page]


def move(conversion_id: str, at: datetime) -> None:
    """Set the arrival time of the conversion."""
    row = ConversionRow.get(conversion_id)
    row.at = int(at.timestamp() * 1000)
    row.day_shard = f"{at.date()}#{row.day_shard.partition('#')[2]}"
    row.moment = f"{row.at:013d}#{row.id}"
    row.save()


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_conversions_of_all_shards_are_listed_newest_first(admin: Api, limit: int) -> None:
    deal = new_deal(admin)
    deals = [deal, *(_deal_of_another_publisher(admin, deal) for _ in range(5))]
    made = [each.posted(each.click(), txid=str(n)) for n in range(2) for each in deals]
    now = datetime.now(UTC)
    for n, conversion_id in enumerate(made):
        move(conversion_id, now - timedelta(hours=6 * n))
    assert listed(admin, limit=limit) == made


def _deal_of_another_publisher(admin: Api, deal: Deal) -> Deal:
    publisher = new_publisher(admin)
    return Deal(deal.campaign, deal.smartlink, publisher.id, add_publisher(admin, deal.smartlink, publisher))


def test_list_is_filtered_by_smartlink_campaign_publisher_and_status(admin: Api) -> None:
    one, other = new_deal(admin), new_deal(admin)
    first, second, third = one.posted(one.click()), other.posted(other.click()), one.posted(one.click())
    one.posted(one.click(), txid="x", status="rejected")
    for name, value in (
        ("smartlink_id", one.smartlink["id"]),
        ("campaign_id", one.campaign["id"]),
        ("publisher_id", one.publisher_id),
    ):
        assert listed(admin, f"{name}={value}&status=approved", 1) == [third, first]
    assert listed(admin, "status=approved") == [third, second, first]
    assert len(listed(admin, "status=rejected")) == 1


def test_range_includes_its_first_and_last_day(admin: Api) -> None:
    deal = new_deal(admin)
    made = [deal.posted(deal.click()) for _ in range(4)]
    times = ("2026-10-31T23:59:59.999Z", "2026-11-01T00:00:00Z", "2026-11-02T23:59:59.999Z", "2026-11-03T00:00:00Z")
    for conversion_id, at in zip(made, times, strict=True):
        move(conversion_id, datetime.fromisoformat(at))
    assert listed(admin, "from=2026-11-01&to=2026-11-02") == [made[2], made[1]]
    assert listed(admin, "from=2026-11-01T00:00:00.001Z&to=2026-11-03T00:00:00.001Z") == [made[3], made[2]]
    assert listed(admin, "from=2026-11-01T00:00:00Z&to=2026-11-01T00:00:00.001Z") == [made[1]]


def test_default_range_is_30_days(admin: Api) -> None:
    deal = new_deal(admin)
    conversion_id = deal.posted(deal.click())
    move(conversion_id, datetime.now(UTC) - timedelta(days=31))
    assert listed(admin) == []
    earlier = (datetime.now(UTC) - timedelta(days=40)).date()
    assert listed(admin, f"from={earlier}") == [conversion_id]


@pytest.mark.parametrize("query", ["from=2090-01-01&to=2090-01-02", "to=2020-01-01"])
def test_range_without_conversions_is_empty(admin: Api, query: str) -> None:
    deal = new_deal(admin)
    deal.posted(deal.click())
    assert listed(admin, query) == []


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("colour=red&page=2", {"/colour", "/page"}),
        ("status=paid&limit=0&from=x", {"/status", "/limit", "/from"}),
        ("from=2026-11-02&to=2026-11-01", {"/from"}),
        ("from=2025-01-01&to=2026-11-01", {"/from"}),
        ("cursor=x", {"/cursor"}),
    ],
    ids=["unknown", "wrong", "backwards", "too long", "no cursor"],
)
def test_errors_of_a_query_are_reported(admin: Api, query: str, pointers: set[str]) -> None:
    assert set(errors_by_pointer(admin.get(f"{PATH}?{query}"))) == pointers
