from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.counters.cells import shard_of
from chalicelib.domain.timestamps import milliseconds
from chalicelib.reporting.lists import conversion_queries
from chalicelib.reporting.lists.conversion_queries import ConversionSearch, find_conversions
from chalicelib.tables.conversions import ConversionRow
from tests.advertiser import Deal, new_deal
from tests.conftest import Api, empty_tables
from tests.documents import add_publisher, errors_by_pointer, new_publisher, pages
from tests.postbacks.rows import a_conversion

PATH = "/admin/conversions"
UNTIL = datetime(2026, 11, 6, tzinfo=UTC)


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


def row(number: int, at: datetime, **changes: Any) -> str:
    """Write a conversion of that time; return its ID."""
    conversion_id = f"cnv_{number:026d}"
    moment = int(at.timestamp() * 1000)
    place = {"day_shard": f"{at.date()}#{shard_of('pub_1')}", "moment": f"{moment:013d}#{conversion_id}"}
    a_conversion(conversion_id, at=moment, route_day=f"sml_1#{at.date()}", **{**place, **changes}).save()
    return conversion_id


def test_goal_and_reporter_of_older_conversions_are_the_defaults(admin: Api) -> None:
    now = datetime.now(UTC) - timedelta(minutes=1)
    old = row(1, now)
    default = row(2, now, goal="default", reported_by="postback")
    sale = row(3, now, goal="sale", reported_by="pixel")
    none = row(4, now, status=None, reported_by="postback")
    assert listed(admin, "goal=default") == [default, old]
    assert listed(admin, "goal=sale") == [sale]
    assert listed(admin, "reported_by=postback") == [none, default, old]
    assert listed(admin, "reported_by=pixel") == [sale]
    assert listed(admin, "status=approved&goal=default&reported_by=postback") == [default, old]


def test_conversions_of_a_click_are_found_whatever_their_age(admin: Api) -> None:
    deal = new_deal(admin)
    click_id = deal.click()
    made = [deal.posted(click_id, txid=str(n)) for n in range(5)]
    deal.posted(deal.click())
    for n, conversion_id in enumerate(made):
        move(conversion_id, datetime.now(UTC) - timedelta(days=n * 300))
    assert listed(admin, f"click_id={click_id}", 2) == made
    assert listed(admin, f"click_id={click_id}&status=rejected") == []
    since = (datetime.now(UTC) - timedelta(days=301)).date()
    assert listed(admin, f"click_id={click_id}&from={since}") == made[:2]


def test_unknown_click_has_no_conversions(admin: Api) -> None:
    deal = new_deal(admin)
    deal.posted(deal.click())
    assert listed(admin, "click_id=01m7y0t1vmy3cyr3ct0v4mvta8") == []


def test_page_that_has_read_too_much_ends_early(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion_queries, "MAX_COST", 30)
    monkeypatch.setattr(conversion_queries, "_FILTERED_READ_SIZE", 2)
    day = datetime(2026, 11, 4, 12, tzinfo=UTC)
    made = [row(n, day + timedelta(minutes=n), status="rejected" if n % 3 else "approved") for n in range(9)]
    query = "status=approved&publisher_id=pub_1&from=2026-11-03&to=2026-11-05"
    found = [[item["id"] for item in page] for page in pages(admin, f"{PATH}?{query}", 50)]
    assert len(found) > 2
    assert [each for page in found for each in page] == [made[6], made[3], made[0]]


@given(
    conversions=st.lists(st.tuples(st.integers(0, 3 * 86_400_000 - 1), st.booleans(), st.sampled_from("0123"))),
    limit=st.integers(1, 4),
    cost=st.integers(1, 200),
    read_size=st.integers(1, 3),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_hold_every_matching_conversion_once_in_order(
    tables: None, conversions: list[tuple[int, bool, str]], limit: int, cost: int, read_size: int
) -> None:
    empty_tables()
    start = UNTIL - timedelta(days=3)
    expected = []
    for n, (after, is_approved, shard) in enumerate(conversions):
        at = start + timedelta(milliseconds=after)
        # The IDs differ in the letters that a cursor keeps, as the hashes of stored conversions do.
        conversion_id = f"cnv_{n:08d}{0:018d}"
        moment = f"{milliseconds(at):013d}#{conversion_id}"
        status = "approved" if is_approved else "pending"
        a_conversion(conversion_id, status=status, day_shard=f"{at.date()}#{shard}", moment=moment).save()
        expected += [moment] if is_approved else []
    search = ConversionSearch(start, UNTIL, f"{milliseconds(UNTIL):013d}", {"status": "approved"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversion_queries, "MAX_COST", cost)
        patch.setattr(conversion_queries, "_FILTERED_READ_SIZE", read_size)
        found = all_pages(search, limit)
    assert found == sorted(expected, reverse=True)


def all_pages(search: ConversionSearch, limit: int) -> list[str]:
    found, cursor = find_conversions(search, limit)
    moments = [row.moment for row in found]
    return [*moments, *(all_pages(search.after(cursor), limit) if cursor else [])]


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
