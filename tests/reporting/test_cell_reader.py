from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynamodb.transactions import TransactWrite

from chalicelib.counters import cells
from chalicelib.counters.blocks import append_blocks
from chalicelib.counters.cells import COUNTS, Cell
from chalicelib.counters.column_codec import decode_columns, encode
from chalicelib.counters.rollups import items
from chalicelib.http.problems import NotFound
from chalicelib.reporting.aggregation import AggregationQuery, aggregate
from chalicelib.reporting.cell_reader import (
    CellQuery,
    check_campaigns,
    check_smartlinks,
    counted_until,
    read,
    read_campaign_currencies,
)
from chalicelib.reporting.date_range import Period
from chalicelib.tables.base import connection
from chalicelib.tables.publishers import CampaignApprovalRow, MembershipRow
from tests import rolled_up
from tests.conftest import Api
from tests.documents import new_campaign

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
NOON_QUARTER = int(NOON.timestamp()) // 900
PERIOD = Period(NOON, NOON + timedelta(days=12))
CLOCK_CHANGES = range(NOON_QUARTER - 5 * 96, NOON_QUARTER + 5 * 96)
"""Quarters of ten days with a change of clocks in New York."""


def count(day: int, publisher: str, until: int | None = None) -> None:
    """Count one click of the publisher at noon, `day` days after the start."""
    quarter = cells.quarter_of(int((NOON + timedelta(days=day)).timestamp()) * 1000)
    with TransactWrite(connection=connection()) as write:
        counted = {Cell(quarter, publisher=publisher): [1, *([0] * (len(COUNTS) - 1))]}
        append_blocks(write, f"{day} {publisher}", counted, NOON, until)


def test_only_days_of_the_period_are_read(tables: None) -> None:
    for day in (-1, 0, 5, 12, 13):
        count(day, "pub_1")
    quarters = sorted(piece.values["quarter"][0] for piece in read(CellQuery(PERIOD)))
    assert [cells.day_of(quarter).day for quarter in quarters] == [1, 6, 13]


def test_only_the_shard_of_the_publisher_is_read(tables: None) -> None:
    publishers = [f"pub_{n}" for n in range(12)]
    for publisher in publishers:
        count(0, publisher)
    same_shard = {publisher for publisher in publishers if cells.shard_of(publisher) == cells.shard_of("pub_1")}
    found = {piece.values["publisher"][0] for piece in read(CellQuery(PERIOD, "pub_1"))}
    assert found == same_shard
    assert {piece.values["publisher"][0] for piece in read(CellQuery(PERIOD))} == set(publishers)


def test_partitions_of_days_that_are_read_are_counted(tables: None) -> None:
    query, days = CellQuery(PERIOD, "pub_1"), [rolled_up.day(n) for n in range(3)]
    rolled_up.roll_up(days)
    for total in (13 - 3, 2 * (13 - 3)):
        list(read(query))
        assert query.reads.partitions == total


def test_roll_ups_of_the_smartlink_are_read_if_they_have_the_dimensions(tables: None) -> None:
    rolled_up.count("a", [rolled_up.a_cell(n, country=each, smartlink="sml_1") for n in range(5) for each in "ABC"])
    days = [rolled_up.day(n) for n in range(5)]
    rolled_up.roll_up(days)
    start = datetime.combine(days[0], datetime.min.time(), UTC)
    whole = CellQuery(Period(start, start + timedelta(days=5)), "pub_1", frozenset({"sml_1"}))
    by_day = replace(whole, dimensions=frozenset({"smartlink"}))
    assert rolled_up.sums(read(by_day), "country", "campaign") == {("", "cmp_1"): 15}
    by_country = replace(whole, dimensions=frozenset({"country"}))
    assert rolled_up.sums(read(by_country), "country") == {("A",): 5, ("B",): 5, ("C",): 5}
    assert rolled_up.sums(read(whole)) == rolled_up.counted(days)
    assert list(read(replace(by_day, smartlinks=frozenset({"sml_2"})))) == []


@settings(deadline=None)
@given(
    st.dictionaries(
        st.builds(
            Cell,
            quarter=st.sampled_from(CLOCK_CHANGES),
            smartlink=st.sampled_from(["sml_1", "sml_2"]),
            country=st.sampled_from(["US", "GB", "DE", "IN"]),
            goal=st.sampled_from(["", "sale"]),
        ),
        st.integers(-3, 3).map(lambda n: [n, *[0] * (len(COUNTS) - 1)]),
    ),
    st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"]),
)
def test_report_is_the_same_from_lite_items(counted: dict[Cell, list[int]], timezone: str) -> None:
    packed = items.pack(items.lite_cells(counted) or counted)
    dimensions, filters = ("day", "goal"), {"smartlink": frozenset({"sml_1"})}
    query = AggregationQuery(dimensions, COUNTS, CLOCK_CHANGES[0], CLOCK_CHANGES[-1], filters, timezone)
    expected = aggregate([decode_columns(encode(counted))] if counted else [], query)
    found = aggregate([decode_columns(item.content) for item in packed], query)
    assert found == expected


def test_clicks_are_counted_until_the_newest_of_yesterday_and_today(tables: None) -> None:
    assert counted_until(NOON) is None
    count(-2, "pub_1", until=9_000)
    assert counted_until(NOON) is None
    count(-1, "pub_1", until=7_000)
    count(0, "pub_2", until=8_000)
    assert counted_until(NOON) == datetime.fromtimestamp(8, UTC)


def test_currencies_of_campaigns_that_exist_are_read(admin: Api) -> None:
    campaigns = {new_campaign(admin, currency=currency)["id"]: currency for currency in ("EUR", "USD")}
    assert read_campaign_currencies({*campaigns, "cmp_gone"}) == campaigns


def write_access() -> None:
    """Write what a publisher may query: a smartlink and a campaign they left. They only applied for another one."""
    MembershipRow("pub_1", "sml_1", status="declined", code="abcde12345").save()
    MembershipRow("pub_1", "sml_2", status="pending").save()
    CampaignApprovalRow("pub_1", "cmp_1", tracking_key="a", active=False, approved_at="2026-11-01T00:00:00Z").save()


def test_publisher_may_query_current_and_former_memberships(tables: None) -> None:
    write_access()
    check_smartlinks("pub_1", ["sml_1", "sml_1"])
    check_campaigns("pub_1", ["cmp_1", "cmp_1"])
    check_smartlinks("pub_1", [])
    check_campaigns("pub_1", [])


@pytest.mark.parametrize(
    ("publisher", "smartlinks"),
    [
        pytest.param("pub_2", ["sml_1"], id="another's"),
        pytest.param("pub_1", ["sml_1", "sml_2"], id="one only applied for"),
    ],
)
def test_publisher_may_query_no_other_smartlink(tables: None, publisher: str, smartlinks: list[str]) -> None:
    write_access()
    with pytest.raises(NotFound, match=smartlinks[-1]):
        check_smartlinks(publisher, smartlinks)


def test_publisher_may_query_no_other_campaign(tables: None) -> None:
    write_access()
    with pytest.raises(NotFound, match="cmp_1"):
        check_campaigns("pub_2", ["cmp_1"])
    with pytest.raises(NotFound, match="cmp_2"):
        check_campaigns("pub_1", ["cmp_1", "cmp_2"])
