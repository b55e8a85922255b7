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
texts = st.none() | st.text(max_size=5)


def stored(report: ReportedConversion | None = None, **click: Any) -> dict[str, Any]:
    return conversion.new_fields(report or ReportedConversion(CLICK_ID), {**CLICK, **click}, TERMS, NOW)


def a_counter(metric: CapMetric, expires_at: datetime | None = None) -> CapCounter:
    return CapCounter(f"cmp_1|{metric}", 100, expires_at, metric)


# IDs


def test_id_depends_on_click_transaction_and_event_only() -> None:
    conversion_id = ReportedConversion(CLICK_ID, txid="t1", event="sale").conversion_id
    assert (conversion_id[:4], len(conversion_id)) == ("cnv_", 30)
    assert set(conversion_id[4:]) <= set("0123456789abcdefghjkmnpqrstvwxyz")
    assert (
        conversion_id
        == ReportedConversion(
            CLICK_ID, "t1", "sale", None, Decimal(9), Decimal(9), ConversionStatus.REJECTED
        ).conversion_id
    )


def test_id_does_not_change_between_releases() -> None:
    assert ReportedConversion(CLICK_ID, "t1", "sale").conversion_id == "cnv_rv69rgk8hsdnh162w2pp6kj9xn"


@given(st.tuples(texts, texts), st.tuples(texts, texts))
def test_two_reports_share_an_id_only_if_they_are_about_the_same(
    first: tuple[str | None, str | None], second: tuple[str | None, str | None]
) -> None:
    is_same = [part or "" for part in first] == [part or "" for part in second]
    assert (
        ReportedConversion(CLICK_ID, *first).conversion_id == ReportedConversion(CLICK_ID, *second).conversion_id
    ) is is_same


def test_route_day_is_the_route_and_day_of_the_click() -> None:
    assert stored()["route_day"] == "sml_1#2026-11-03"
    midnight = int(datetime(2026, 11, 4, tzinfo=UTC).timestamp()) * 1000
    assert [stored(at=at)["route_day"] for at in (midnight - 1, midnight)] == ["sml_1#2026-11-03", "sml_1#2026-11-04"]


# The attribution window


@pytest.mark.parametrize(("late", "is_within"), [(-1, True), (0, True), (1, False)], ids=["before", "at", "after"])
def test_window_ends_after_its_days_to_the_millisecond(late: int, is_within: bool) -> None:
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=CLICK_AT + late, days=7)
    assert conversion.is_within_attribution_window(CLICK, a_campaign(attribution_window_days=7), now) is is_within


# Fields


def test_fields_come_from_the_click_and_the_campaign_at_click_time() -> None:
    fields = stored(ReportedConversion(CLICK_ID, "t1", "sale"))
    assert fields == {
        "id": fields["id"],
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
        "moment": f"{NOW_MS}#{fields['id']}",
        "route_day": "sml_1#2026-11-03",
    }


def test_unknown_fields_of_the_click_stay_unknown() -> None:
    fields = stored(country=None, sub_ids=None)
    assert (fields["country"], fields["sub1"]) == (None, None)


@pytest.mark.parametrize(
    ("reported", "stored_amount"),
    [(None, "1.50"), ("0", "0"), ("3.000001", "3.000001"), ("999999999999.999999", "999999999999.999999")],
)
def test_reported_amount_overrides_the_campaigns(reported: str | None, stored_amount: str) -> None:
    report = ReportedConversion(CLICK_ID, payout=None if reported is None else Decimal(reported))
    assert (stored(report)["payout"], stored(report)["revenue"]) == (stored_amount, "2.00")


def test_money_is_stored_without_exponent() -> None:
    assert stored(ReportedConversion(CLICK_ID, payout=Decimal("1E+3"), revenue=Decimal("1E-6")))["payout"] == "1000"
    assert stored(ReportedConversion(CLICK_ID, revenue=Decimal("1E-6")))["revenue"] == "0.000001"


# Counters


def test_conversion_counts_in_the_quarter_of_its_click_and_in_its_own() -> None:
    by_click = Cell(
        quarter_of(CLICK_AT), "sml_1", 3, "cmp_1", "pub_1", "US", "mobile", "ios", "jan", "", "EUR", "optimized"
    )
    assert conversion.counter_cells(stored(), 1) == {
        by_click: [0, 0, 0, 1, 1_500_000, 2_000_000, 0, 0, 0, 0],
        by_click._replace(quarter=quarter_of(NOW_MS)): [0, 0, 0, 0, 0, 0, 1, 1_500_000, 2_000_000, 0],
    }


@pytest.mark.parametrize("arm", ["weighted", None])
def test_conversion_of_a_click_outside_the_experiment_counts_in_no_arm(arm: str | None) -> None:
    assert {cell.arm for cell in conversion.counter_cells(stored(arm=arm), 1)} == {""}


def test_conversion_in_the_quarter_of_its_click_is_one_cell() -> None:
    counts = conversion.counter_cells(stored(at=NOW_MS, country=None, sub_ids=None), 1)
    ((cell, row),) = counts.items()
    assert (cell.country, cell.sub1) == ("", "")
    assert row == [0, 0, 0, 1, 1_500_000, 2_000_000, 1, 1_500_000, 2_000_000, 0]


@given(st.integers(0, 10**18), st.integers(0, 10**12))
def test_reversed_counts_sum_to_zero(millionths: int, later: int) -> None:
    report = ReportedConversion(CLICK_ID, payout=Decimal(millionths) / 1_000_000)
    fields = stored(report, at=NOW_MS - later)
    total: Cells = {}
    for sign in (1, -1):
        add_cells(total, conversion.counter_cells(fields, sign))
    assert {count for row in total.values() for count in row} == {0}


# Caps


def test_cap_usage_is_in_the_unit_of_each_counter() -> None:
    counters = [a_counter(metric) for metric in (CapMetric.CONVERSIONS, CapMetric.PAYOUT, CapMetric.REVENUE)]
    assert conversion.cap_usage(counters, stored()) == [
        CapUsage("cmp_1|conversions", 1, None),
        CapUsage("cmp_1|payout", 1_500_000, None),
        CapUsage("cmp_1|revenue", 2_000_000, None),
    ]


def test_free_conversion_has_no_usage_of_a_money_cap() -> None:
    assert (
        conversion.cap_usage([a_counter(CapMetric.PAYOUT)], stored(ReportedConversion(CLICK_ID, payout=Decimal(0))))
        == []
    )


def test_encoded_cap_usage_decodes_to_the_same() -> None:
    usages = [CapUsage("a", 1_500_000, NOW), CapUsage("b", 1, None)]
    encoded = conversion.encode_cap_usage(usages)
    assert encoded == [["a", "1500000", NOW_MS // 1000], ["b", "1", None]]
    assert list(conversion.active_cap_usage(encoded, NOW - timedelta(seconds=1))) == usages


def test_usage_of_an_expired_counter_is_dropped() -> None:
    encoded = conversion.encode_cap_usage([CapUsage("a", 1, NOW), CapUsage("b", 1, None)])
    assert list(conversion.active_cap_usage(encoded, NOW)) == [CapUsage("b", 1, None)]
