from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.caps.windows import CapCounter
from chalicelib.conversions import conversion
from chalicelib.conversions.conversion import CapUsage, ReportedConversion
from chalicelib.counters.cells import Cell, Cells, add_cells, quarter_of
from chalicelib.domain.campaign import CapMetric
from chalicelib.domain.conversion import ConversionStatus
from tests.builders import NOW, a_campaign

CLICK_ID = "01m7y0t1vmy3cyr3ct0v4mvta8"
CLICK_AT = 1_793_700_000_123
NOW_MS = 1_793_795_400_000
TERMS = a_campaign(payout=Decimal("1.50"), revenue=Decimal("2.00"), currency="EUR")
CLICK: dict[str, Any] = {
    "at": CLICK_AT,
    "route_id": "sml_1",
    "epoch": 3,
    "campaign_id": "cmp_1",
    "publisher_id": "pub_1",
    "country": "US",
    "device": "mobile",
    "os": "ios",
    "sub_ids": {"sub1": "jan", "sub2": "x"},
    "outcome": "offer",
    "arm": "optimized",
}
names = st.none() | st.text(max_size=5)


def stored(claim: ReportedConversion | None = None, **click: Any) -> dict[str, Any]:
    return conversion.fields(claim or ReportedConversion(CLICK_ID), {**CLICK, **click}, TERMS, NOW)


def place(metric: CapMetric, expires_at: datetime | None = None) -> CapCounter:
    return CapCounter(f"cmp_1|{metric}", 100, expires_at, metric)


# Names


def test_a_conversion_is_named_by_what_it_is_about() -> None:
    named = ReportedConversion(CLICK_ID, txid="t1", event="sale").conversion_id
    assert (named[:4], len(named)) == ("cnv_", 30)
    assert set(named[4:]) <= set("0123456789abcdefghjkmnpqrstvwxyz")
    assert (
        named
        == ReportedConversion(CLICK_ID, "t1", "sale", Decimal(9), Decimal(9), ConversionStatus.REJECTED).conversion_id
    )


def test_a_name_stays_the_same_for_good() -> None:
    assert ReportedConversion(CLICK_ID, "t1", "sale").conversion_id == "cnv_rv69rgk8hsdnh162w2pp6kj9xn"


@given(st.tuples(names, names), st.tuples(names, names))
def test_two_claims_share_a_name_exactly_where_they_are_about_the_same(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None]
) -> None:
    same = [part or "" for part in one] == [part or "" for part in other]
    assert (
        ReportedConversion(CLICK_ID, *one).conversion_id == ReportedConversion(CLICK_ID, *other).conversion_id
    ) is same


def test_a_conversion_is_found_by_the_route_and_day_of_its_click() -> None:
    assert stored()["route_day"] == "sml_1#2026-11-03"
    midnight = int(datetime(2026, 11, 4, tzinfo=UTC).timestamp()) * 1000
    assert [stored(at=at)["route_day"] for at in (midnight - 1, midnight)] == ["sml_1#2026-11-03", "sml_1#2026-11-04"]


# The window


@pytest.mark.parametrize(("late", "inside"), [(-1, True), (0, True), (1, False)], ids=["before", "at", "after"])
def test_the_window_ends_days_after_the_click_to_the_millisecond(late: int, inside: bool) -> None:
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=CLICK_AT + late, days=7)
    assert conversion.is_within_attribution_window(CLICK, a_campaign(attribution_window_days=7), now) is inside


# Fields


def test_a_conversion_takes_its_fields_from_the_click_and_the_campaign_of_its_time() -> None:
    found = stored(ReportedConversion(CLICK_ID, "t1", "sale"))
    assert found == {
        "id": found["id"],
        "click_id": CLICK_ID,
        "txid": "t1",
        "event": "sale",
        "status": "approved",
        "revision": 1,
        "at": NOW_MS,
        "click_at": CLICK_AT,
        "campaign_id": "cmp_1",
        "route_id": "sml_1",
        "epoch": 3,
        "publisher_id": "pub_1",
        "device": "mobile",
        "os": "ios",
        "country": "US",
        "sub1": "jan",
        "arm": "optimized",
        "learned": True,
        "payout": "1.50",
        "revenue": "2.00",
        "currency": "EUR",
        "day_shard": "2026-11-04#3",
        "moment": f"{NOW_MS}#{found['id']}",
        "route_day": "sml_1#2026-11-03",
    }


def test_what_is_unknown_of_the_click_stays_unknown() -> None:
    found = stored(country=None, sub_ids=None)
    assert (found["country"], found["sub1"]) == (None, None)


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [(None, "1.50"), ("0", "0"), ("3.000001", "3.000001"), ("999999999999.999999", "999999999999.999999")],
)
def test_an_amount_that_is_claimed_goes_before_the_campaigns(claimed: str | None, kept: str) -> None:
    claim = ReportedConversion(CLICK_ID, payout=None if claimed is None else Decimal(claimed))
    assert (stored(claim)["payout"], stored(claim)["revenue"]) == (kept, "2.00")


def test_money_is_written_without_an_exponent() -> None:
    assert stored(ReportedConversion(CLICK_ID, payout=Decimal("1E+3"), revenue=Decimal("1E-6")))["payout"] == "1000"
    assert stored(ReportedConversion(CLICK_ID, revenue=Decimal("1E-6")))["revenue"] == "0.000001"


# Counters


def test_a_conversion_counts_in_the_quarter_of_its_click_and_in_its_own() -> None:
    by_click = Cell(
        quarter_of(CLICK_AT), "sml_1", 3, "cmp_1", "pub_1", "US", "mobile", "ios", "jan", "", "EUR", "optimized"
    )
    assert conversion.counted(stored(), 1) == {
        by_click: [0, 0, 0, 1, 1_500_000, 2_000_000, 0, 0, 0, 0],
        by_click._replace(quarter=quarter_of(NOW_MS)): [0, 0, 0, 0, 0, 0, 1, 1_500_000, 2_000_000, 0],
    }


@pytest.mark.parametrize("arm", ["weighted", None])
def test_a_conversion_of_a_click_by_the_admins_weights_counts_in_no_arm(arm: str | None) -> None:
    assert {cell.arm for cell in conversion.counted(stored(arm=arm), 1)} == {""}


def test_a_conversion_in_the_quarter_of_its_click_is_one_cell() -> None:
    counts = conversion.counted(stored(at=NOW_MS, country=None, sub_ids=None), 1)
    ((cell, row),) = counts.items()
    assert (cell.country, cell.sub1) == ("", "")
    assert row == [0, 0, 0, 1, 1_500_000, 2_000_000, 1, 1_500_000, 2_000_000, 0]


@given(st.integers(0, 10**18), st.integers(0, 10**12))
def test_what_is_taken_back_is_what_was_added(millionths: int, later: int) -> None:
    claim = ReportedConversion(CLICK_ID, payout=Decimal(millionths) / 1_000_000)
    found = stored(claim, at=NOW_MS - later)
    together: Cells = {}
    for sign in (1, -1):
        add_cells(together, conversion.counted(found, sign))
    assert {count for row in together.values() for count in row} == {0}


# Caps


def test_a_conversion_takes_of_each_place_what_it_counts() -> None:
    places = [place(metric) for metric in (CapMetric.CONVERSIONS, CapMetric.PAYOUT, CapMetric.REVENUE)]
    assert conversion.taken(places, stored()) == [
        CapUsage("cmp_1|conversions", 1, None),
        CapUsage("cmp_1|payout", 1_500_000, None),
        CapUsage("cmp_1|revenue", 2_000_000, None),
    ]


def test_a_conversion_for_nothing_takes_nothing_of_a_cap_on_money() -> None:
    assert conversion.taken([place(CapMetric.PAYOUT)], stored(ReportedConversion(CLICK_ID, payout=Decimal(0)))) == []


def test_what_was_taken_is_kept_as_json_and_read_back() -> None:
    all_taken = [CapUsage("a", 1_500_000, NOW), CapUsage("b", 1, None)]
    packed = conversion.packed(all_taken)
    assert packed == [["a", "1500000", NOW_MS // 1000], ["b", "1", None]]
    assert list(conversion.active_cap_usage(packed, NOW - timedelta(seconds=1))) == all_taken


def test_a_counter_that_may_be_gone_is_left_alone() -> None:
    packed = conversion.packed([CapUsage("a", 1, NOW), CapUsage("b", 1, None)])
    assert list(conversion.active_cap_usage(packed, NOW)) == [CapUsage("b", 1, None)]
