from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.timestamps import milliseconds
from chalicelib.reporting.lists import conversion_days, conversion_index, conversion_queries
from chalicelib.reporting.lists.conversion_queries import find_conversions
from chalicelib.reporting.lists.conversion_search import ConversionSearch, position_of
from chalicelib.tables.conversions import ConversionRow, set_indexed_since
from tests.advertiser import Deal, new_deal
from tests.conftest import Api, empty_tables
from tests.documents import add_publisher, errors_by_pointer, new_publisher, pages
from tests.listed_conversions import conversion_at, write_entries_of

PATH = "/admin/conversions"
UNTIL = datetime(2026, 11, 2, 12, tzinfo=UTC)


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


@pytest.mark.parametrize("limit", [2, 7])
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


@pytest.mark.parametrize("is_indexed", [True, False])
def test_very_many_conversions_of_a_click_are_read_page_by_page(
    admin: Api, monkeypatch: pytest.MonkeyPatch, *, is_indexed: bool
) -> None:
    deal = new_deal(admin)
    click_id, other = deal.click(), deal.click()
    made = [deal.posted(each, txid=str(n)) for n in range(2) for each in (click_id, other)][::2]
    if is_indexed:
        set_indexed_since(0)
    monkeypatch.setattr(conversion_days, "MAX_OF_CLICKS", 1)
    monkeypatch.setattr(conversion_queries, "MAX_COST", 1)
    assert listed(admin, f"click_id={click_id}", 1) == made[::-1]


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
    written = conversion_at(at, number, **changes)
    written.save()
    return written.id


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


@pytest.mark.parametrize("is_indexed", [True, False], ids=["entries", "days"])
def test_page_that_has_read_too_much_ends_early(admin: Api, monkeypatch: pytest.MonkeyPatch, is_indexed: bool) -> None:
    monkeypatch.setattr(conversion_queries, "MAX_COST", 25)
    monkeypatch.setattr(conversion_days, "_FILTERED_READ_SIZE", 2)
    monkeypatch.setattr(conversion_index, "_PROBE_ITEMS", 2)
    monkeypatch.setattr(conversion_index, "_READ_ITEMS", 2)
    monkeypatch.setattr(conversion_index, "_MIN_PAGE_SIZE", 2)
    day = datetime(2026, 11, 4, 12, tzinfo=UTC)
    rows = [conversion_at(day + timedelta(minutes=n), n, status="rejected" if n % 3 else "approved") for n in range(9)]
    for each in rows:
        each.save()
        if is_indexed:
            write_entries_of(each)
            set_indexed_since(0)
    query = "status=approved&publisher_id=pub_1&from=2026-11-03&to=2026-11-05"
    found = [[item["id"] for item in page] for page in pages(admin, f"{PATH}?{query}", 50)]
    assert len(found) > 1
    assert [each for page in found for each in page] == [rows[6].id, rows[3].id, rows[0].id]


@pytest.mark.parametrize("since", [None, 0], ids=["days", "entries"])
def test_any_value_of_a_repeated_filter_matches(admin: Api, since: int | None) -> None:
    deals = [new_deal(admin) for _ in range(3)]
    first, second, third = (each.posted(each.click()) for each in deals)
    rejected = deals[0].posted(deals[0].click(), status="rejected")
    if since is not None:
        set_indexed_since(since)
    two = "&".join(f"publisher_id={each.publisher_id}" for each in deals[:2])
    assert listed(admin, two, 1) == [rejected, second, first]
    assert listed(admin, f"{two}&status=approved&status=pending", 1) == [second, first]
    assert listed(admin, "status=approved&status=rejected") == [rejected, third, second, first]
    assert listed(admin, "goal=default&goal=sale&reported_by=postback&reported_by=import", 2) == listed(admin)
    assert listed(admin, f"campaign_id={deals[0].campaign['id']}&smartlink_id={deals[1].smartlink['id']}") == []
    assert listed(admin, f"smartlink_id=x&smartlink_id={deals[2].smartlink['id']}") == [third]


def test_conversions_of_several_clicks_are_listed_newest_first(admin: Api) -> None:
    deal = new_deal(admin)
    clicks = [deal.click() for _ in range(3)]
    made = [deal.posted(click_id, txid=str(n)) for n in range(2) for click_id in clicks]
    assert listed(admin, f"click_id={clicks[0]}&click_id={clicks[2]}") == [made[5], made[3], made[2], made[0]]


def test_conversion_that_changes_while_it_is_listed_is_left_out(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    set_indexed_since(0)
    deal = new_deal(admin)
    kept, changed, deleted = (deal.posted(deal.click()) for _ in range(3))
    ConversionRow(changed).update([ConversionRow.status.set("rejected")])
    ConversionRow(deleted).delete()
    assert listed(admin, "status=approved") == [kept]


PUBLISHERS, CAMPAIGNS, STATUSES = ("pub_1", "pub_2"), ("cmp_1", "cmp_2"), ("approved", "rejected", None)
VALUES: dict[str, tuple[str, ...]] = {
    "publisher_id": PUBLISHERS,
    "campaign_id": CAMPAIGNS,
    "smartlink_id": ("sml_1", "sml_2"),
    "status": ("approved", "rejected"),
    "goal": ("default", "sale"),
    "reported_by": ("postback", "pixel"),
}


@st.composite
def conversions_of_months(draw: st.DrawFn) -> list[ConversionRow]:
    """Draw conversions of four days around the turn of two months."""
    rows = []
    for n in range(draw(st.integers(0, 8))):
        at = UNTIL - timedelta(minutes=draw(st.integers(1, 4 * 24 * 60)))
        status = draw(st.sampled_from(STATUSES))
        stored = {
            "publisher_id": draw(st.sampled_from(PUBLISHERS)),
            "campaign_id": draw(st.sampled_from(CAMPAIGNS)),
            "route_id": draw(st.sampled_from(VALUES["smartlink_id"])),
            "status": status,
            "goal": draw(st.sampled_from(["sale", None])) if status else None,
            "reported_by": draw(st.sampled_from(["pixel", "postback", None])),
        }
        rows.append(conversion_at(at, n, **stored))
    return rows


@given(
    rows=conversions_of_months(),
    filters=st.fixed_dictionaries(
        {},
        optional={name: st.lists(st.sampled_from(values), min_size=1, unique=True) for name, values in VALUES.items()},
    ),
    indexed=st.none() | st.integers(0, 120),
    cuts=st.tuples(st.integers(1, 4), st.integers(1, 200), st.integers(1, 3)),
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_hold_every_matching_conversion_once_in_order(
    tables: None,
    rows: list[ConversionRow],
    filters: dict[str, list[str]],
    indexed: int | None,
    cuts: tuple[int, int, int],
) -> None:
    limit, cost, size = cuts
    empty_tables()
    since = None if indexed is None else milliseconds(UNTIL - timedelta(hours=indexed))
    for each in rows:
        each.save()
        if since is not None and each.at >= since:
            write_entries_of(each)
    if since is not None:
        set_indexed_since(since)
    start = UNTIL - timedelta(days=3)
    search = ConversionSearch(start, UNTIL, position_of(UNTIL), {name: tuple(each) for name, each in filters.items()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversion_queries, "MAX_COST", cost)
        patch.setattr(conversion_days, "_FILTERED_READ_SIZE", size)
        for name in ("_PROBE_ITEMS", "_READ_ITEMS", "_MIN_PAGE_SIZE"):
            patch.setattr(conversion_index, name, size)
        found = all_pages(search, limit)
    assert found == [
        each.moment
        for each in sorted(rows, key=lambda row: row.moment, reverse=True)
        if each.at >= milliseconds(start) and is_matching(each, filters)
    ]


def is_matching(row: ConversionRow, filters: dict[str, list[str]]) -> bool:
    """Return whether the conversion passes the filters, with the values that earlier releases did not write."""
    shown = {
        **{name: getattr(row, name) for name in ("publisher_id", "campaign_id", "status")},
        "smartlink_id": row.route_id,
        "goal": row.goal or ("default" if row.status else None),
        "reported_by": row.reported_by or "postback",
    }
    return all(shown[name] in values for name, values in filters.items())


def all_pages(search: ConversionSearch, limit: int) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    for _ in range(1_000):
        rows, cursor = find_conversions(search.after(cursor), limit)
        found += [row.moment for row in rows]
        if cursor is None:
            return found
    raise AssertionError(found)


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
