from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.caps.windows import CapCounter
from chalicelib.conversions import effects
from chalicelib.conversions.conversion import ReportedConversion, new_fields
from chalicelib.conversions.effects import CapUsage, difference
from chalicelib.counters import cells, detail_cells
from chalicelib.counters.cells import COUNTS, Cell, add_cells, quarter_of
from chalicelib.counters.detail_cells import COUNTS as DETAIL_COUNTS
from chalicelib.counters.detail_cells import JointCell
from chalicelib.counters.learning_cells import COUNTS as LEARNING_COUNTS
from chalicelib.domain.campaign import CapMetric
from chalicelib.domain.goal import Goal
from tests.builders import NOW
from tests.conversions.stored_click import CLICK, CLICK_AT, CLICK_ID, NOW_MS

GOAL = Goal("sale", payout=Decimal("1.50"), revenue=Decimal("2.00"))
CAPS = [["cmp_1|payout", "1500000", None], ["cmp_1|conversions", "1", NOW_MS // 1000 + 60]]
BY_CLICK = Cell(
    quarter_of(CLICK_AT), "sml_1", 3, "cmp_1", "pub_1", "US", "mobile", "ios", "jan", "", "EUR", "optimized", "sale"
)


def a_conversion(status: str | None = "approved", **changes: Any) -> dict[str, Any]:
    """Return a complete stored conversion of payout 1.50 and revenue 2.00."""
    click = {**CLICK, **{name: changes.pop(name) for name in list(changes) if name in {*CLICK, "browser"}}}
    fields = new_fields(ReportedConversion(CLICK_ID), click, GOAL, "EUR", NOW)
    return {**fields, "status": status, "reported_by": "postback", "places": CAPS, **changes}


def counts_of(stored: dict[str, Any], before: dict[str, Any] | None = None) -> dict[Cell, dict[str, int]]:
    """Return the counts that are not 0 by cell."""
    counted = difference(before, stored, NOW).counted
    return {
        cell: {name: count for name, count in zip(COUNTS, row, strict=True) if count} for cell, row in counted.items()
    }


def test_approved_conversion_counts_in_the_quarter_of_its_click_and_in_its_own() -> None:
    assert counts_of(a_conversion()) == {
        BY_CLICK: {"conversions": 1, "payout": 1_500_000, "revenue": 2_000_000},
        BY_CLICK._replace(quarter=quarter_of(NOW_MS)): {
            "arrived_conversions": 1,
            "arrived_payout": 1_500_000,
            "arrived_revenue": 2_000_000,
        },
    }


def test_pending_conversion_is_counted_apart() -> None:
    assert counts_of(a_conversion("pending"))[BY_CLICK] == {"pending_conversions": 1, "pending_payout": 1_500_000}


def test_rejected_conversion_is_counted_without_money() -> None:
    assert counts_of(a_conversion("rejected"))[BY_CLICK] == {"rejected_conversions": 1}


def test_event_that_is_no_goal_counts_nowhere() -> None:
    moved = difference(None, a_conversion(None, goal=None), NOW)
    assert (moved.counted, moved.details, moved.learned, moved.caps) == ({}, {}, {}, [])


def test_rejected_conversion_of_the_first_format_was_not_counted_and_is_not_taken_back() -> None:
    before, after = a_conversion("rejected", format=1), a_conversion("approved", format=1)
    counts = counts_of(after, before)[BY_CLICK._replace(goal="")]
    assert counts == {"conversions": 1, "payout": 1_500_000, "revenue": 2_000_000}


@pytest.mark.parametrize("arm", ["weighted", None])
def test_conversion_of_a_click_outside_the_experiment_counts_in_no_arm(arm: str | None) -> None:
    assert {cell.arm for cell in counts_of(a_conversion(arm=arm))} == {""}


def test_conversion_in_the_quarter_of_its_click_is_one_cell() -> None:
    ((cell, counts),) = counts_of(a_conversion(at=NOW_MS, country=None, sub_ids=None)).items()
    assert (cell.country, cell.sub1) == ("", "")
    assert (counts["conversions"], counts["arrived_conversions"]) == (1, 1)


def test_changed_amounts_move_by_the_difference() -> None:
    after = a_conversion(payout="1.75", places=[["cmp_1|payout", "1750000", None]])
    moved = difference(a_conversion(places=CAPS[:1]), after, NOW)
    assert counts_of(after, a_conversion())[BY_CLICK] == {"payout": 250_000}
    assert moved.caps == [CapUsage("cmp_1|payout", 250_000, None)]


# Details

DETAIL = JointCell(BY_CLICK.quarter, "sml_1", "cmp_1", "pub_1", "EUR", "sale", browser="safari", sub2="x")


def details_of(stored: dict[str, Any], before: dict[str, Any] | None = None) -> dict[JointCell, dict[str, int]]:
    """Return the counts that are not 0 by joint cell."""
    details = difference(before, stored, NOW).details
    return {
        cell: {name: count for name, count in zip(DETAIL_COUNTS, row, strict=True) if count}
        for cell, row in details.items()
    }


def test_conversion_is_counted_under_the_values_of_its_click_and_names_its_day() -> None:
    assert details_of(a_conversion(browser="safari")) == {
        DETAIL: {"conversions": 1, "payout": 1_500_000, "revenue": 2_000_000},
        DETAIL._replace(quarter=quarter_of(NOW_MS), click_day="2026-11-03"): {
            "arrived_conversions": 1,
            "arrived_payout": 1_500_000,
            "arrived_revenue": 2_000_000,
        },
    }


def test_conversion_on_the_day_of_its_click_names_no_day() -> None:
    assert {cell.click_day for cell in details_of(a_conversion(at=NOW_MS - 60_000))} == {""}


def test_rejection_takes_back_the_detail_cells() -> None:
    before, after = a_conversion(browser="safari"), a_conversion("rejected", browser="safari")
    assert details_of(after, before)[DETAIL] == {
        "conversions": -1,
        "payout": -1_500_000,
        "revenue": -2_000_000,
        "rejected_conversions": 1,
    }


@pytest.mark.parametrize("details", [None, {}])
def test_conversion_without_stored_details_counts_under_no_value(details: dict[str, str] | None) -> None:
    assert details_of(a_conversion(details=details)) == {}


changes = st.builds(
    a_conversion,
    st.sampled_from([None, "approved", "pending", "rejected"]),
    payout=st.sampled_from(["0", "1.5"]),
    at=st.sampled_from([NOW_MS, CLICK_AT]),
    details=st.sampled_from([None, {"browser": "safari"}]),
)


@given(st.none() | changes, changes)
def test_details_change_on_days_and_shards_on_which_report_cells_change(
    before: dict[str, Any] | None, after: dict[str, Any]
) -> None:
    kept = {name: (before or after)[name] for name in ("at", "details")}
    step = difference(before, {**after, **kept}, NOW)
    assert {name for name, _ in detail_cells.by_partition(step.details)} <= {
        f"{name}#d" for name in cells.by_partition(step.counted)
    }


# Learning


def learned(stored: dict[str, Any]) -> list[dict[str, int]]:
    parts = difference(None, stored, NOW).learned.values()
    return [dict(zip(LEARNING_COUNTS, row, strict=True)) for part in parts for row in part.values()]


@pytest.mark.parametrize(
    ("status", "reported_by", "is_learned"),
    [
        ("approved", "postback", True),
        ("approved", "pixel", True),
        ("pending", "postback", True),
        ("pending", "import", True),
        ("pending", "pixel", False),
        ("rejected", "postback", False),
    ],
)
def test_optimizer_learns_of_what_the_advertiser_reported_or_the_network_approved(
    status: str, reported_by: str, *, is_learned: bool
) -> None:
    assert len(learned(a_conversion(status, reported_by=reported_by))) == int(is_learned)


def test_optimizer_learns_what_the_conversion_is_worth() -> None:
    (counts,) = learned(a_conversion())
    assert (counts["conversions"], counts["payout"], counts["revenue_squares"]) == (1, 1_500_000, 4 * 10**12)


# Caps


def a_counter(metric: CapMetric, expires_at: datetime | None = None) -> CapCounter:
    return CapCounter(f"cmp_1|{metric}", 100, expires_at, metric)


def test_cap_usage_is_in_the_unit_of_each_counter() -> None:
    counters = [a_counter(metric) for metric in (CapMetric.CONVERSIONS, CapMetric.PAYOUT, CapMetric.REVENUE)]
    assert effects.cap_usage(counters, a_conversion()) == [
        CapUsage("cmp_1|conversions", 1, None),
        CapUsage("cmp_1|payout", 1_500_000, None),
        CapUsage("cmp_1|revenue", 2_000_000, None),
    ]


@pytest.mark.parametrize(("status", "used"), [("approved", 2), ("pending", 2), ("rejected", 0)])
def test_approved_and_pending_conversions_use_caps(status: str, used: int) -> None:
    assert len(difference(None, a_conversion(status), NOW).caps) == used


def test_free_conversion_adds_nothing_to_a_money_cap() -> None:
    assert difference(None, a_conversion(places=[["cmp_1|payout", "0", None]]), NOW).caps == []


def test_encoded_cap_usage_decodes_to_the_same() -> None:
    usages = [CapUsage("a", 1_500_000, NOW), CapUsage("b", 1, None)]
    encoded = effects.encode_cap_usage(usages)
    assert encoded == [["a", "1500000", NOW_MS // 1000], ["b", "1", None]]
    assert effects.decode_cap_usage(encoded) == usages


def test_usage_of_an_expired_counter_is_left_out() -> None:
    places = effects.encode_cap_usage([CapUsage("a", 1, NOW), CapUsage("b", 1, None)])
    assert difference(None, a_conversion(places=places), NOW).caps == [CapUsage("b", 1, None)]
    before = difference(None, a_conversion(places=places), NOW - timedelta(seconds=1)).caps
    assert [usage.key for usage in before] == ["a", "b"]


def test_usage_follows_the_amounts_of_a_conversion() -> None:
    usages = [CapUsage("cmp_1|payout|day", 0, NOW), CapUsage("cmp_1|conversions|day", 1, NOW)]
    assert effects.with_amounts_of(usages, {"payout": "2.5", "revenue": "3"}) == [
        CapUsage("cmp_1|payout|day", 2_500_000, NOW),
        CapUsage("cmp_1|conversions|day", 1, NOW),
    ]


# Everything can be undone


states = st.builds(
    a_conversion,
    st.sampled_from(["approved", "pending", "rejected"]),
    payout=st.sampled_from(["0", "0.000001", "1.5", "999999999999.999999"]),
    reported_by=st.sampled_from(["postback", "pixel"]),
    places=st.sampled_from([[], CAPS, CAPS[:1]]),
)


@given(st.lists(states, min_size=1, max_size=6))
def test_the_changes_of_any_history_add_up_to_its_last_state(history: list[dict[str, Any]]) -> None:
    total: dict[Any, list[int]] = {}
    steps = [difference(None, history[0], NOW), *(difference(old, new, NOW) for old, new in pairwise(history))]
    for step in steps:
        add_cells(total, dict(step.counted.items()))
        for part in step.learned.values():
            add_cells(total, dict(part.items()))
    last = difference(None, history[-1], NOW)
    expected: dict[Any, list[int]] = dict(last.counted)
    for part in last.learned.values():
        expected |= part
    assert {cell: row for cell, row in total.items() if any(row)} == expected
    caps: dict[str, int] = {}
    for usage in (usage for step in steps for usage in step.caps):
        caps[usage.key] = caps.get(usage.key, 0) + usage.amount
    assert {key: amount for key, amount in caps.items() if amount} == {usage.key: usage.amount for usage in last.caps}
