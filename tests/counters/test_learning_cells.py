from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.counters.cells import add_cells
from chalicelib.counters.column_codec import decode, decode_columns, encode
from chalicelib.counters.learning_cells import (
    COUNTS,
    LAYOUT,
    NO_DELAY,
    LearningCell,
    LearningCells,
    add_click,
    bucket_at,
    downsample,
    is_training_click,
    of_click,
    of_conversion,
)
from tests.strategies import learning_cells

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = int(NOON.timestamp()) // 3600
AT = HOUR * 3_600_000
DAYS = 60
CLICK: dict[str, Any] = {
    "at": AT + 123,
    "route_id": "sml_1",
    "epoch": 3,
    "outcome": "offer",
    "campaign_id": "cmp_1",
    "country": "US",
    "device": "mobile",
}
CELL = LearningCell(HOUR, 1, "US", "mobile", "cmp_1")
CONVERSION: dict[str, Any] = {
    **{name: CLICK[name] for name in ("route_id", "epoch", "campaign_id", "country", "device")},
    "click_at": AT + 123,
    "at": AT + 123 + 3_600_000,
    "payout": "1.50",
    "revenue": "2.000001",
    "learned": True,
}

times = st.integers(0, 100 * 24).map(lambda hours: NOON + timedelta(hours=hours))


# What is counted


def test_a_click_is_learned_from_in_the_hour_and_the_segment_it_came_in() -> None:
    assert of_click(CLICK) == ("sml_1#3", CELL)
    assert of_click({**CLICK, "country": None}) == ("sml_1#3", CELL._replace(country=""))


def test_a_cell_of_clicks_has_no_delay() -> None:
    assert CELL.delay == NO_DELAY == -1


@pytest.mark.parametrize(
    ("changes", "learned"),
    [
        pytest.param({}, True, id="unique, by a person, an offer took it"),
        pytest.param({"route_id": "cmp_1"}, False, id="direct link"),
        pytest.param({"outcome": "catch_all"}, False, id="catch-all"),
        pytest.param({"outcome": "fallback", "campaign_id": None}, False, id="nobody took it"),
        pytest.param({"is_bot": True}, False, id="bot"),
        pytest.param({"is_duplicate": True}, False, id="duplicate"),
        pytest.param({"arm": "holdout"}, True, id="hold-out"),
        pytest.param({"arm": "weighted"}, True, id="weighted"),
    ],
)
def test_unique_clicks_that_offers_of_smartlinks_took_are_learned_from_in_any_arm(
    changes: dict[str, Any], learned: bool
) -> None:
    assert is_training_click({**CLICK, **changes}) is learned
    assert (of_click({**CLICK, **changes}) is not None) is learned


def test_clicks_add_up_by_partition_and_cell() -> None:
    counted: dict[str, LearningCells] = {}
    for where in (("sml_1#1", CELL), ("sml_1#1", CELL), ("sml_1#2", CELL)):
        add_click(counted, where)
    assert counted == {"sml_1#1": {CELL: [2, 0, 0, 0, 0, 0, 0]}, "sml_1#2": {CELL: [1, 0, 0, 0, 0, 0, 0]}}


def test_a_conversion_counts_in_the_hour_of_its_click_by_its_delay_with_its_squares() -> None:
    payout, revenue = 1_500_000, 2_000_001
    counts = [0, 1, payout, revenue, payout**2, revenue**2, payout * revenue]
    assert of_conversion(CONVERSION, 1) == {"sml_1#3": {CELL._replace(delay=4): counts}}


@pytest.mark.parametrize("learned", [False, None], ids=["not learned from", "from before there was learning"])
def test_a_conversion_of_a_click_that_is_not_learned_from_counts_nothing(learned: bool | None) -> None:
    assert of_conversion({**CONVERSION, "learned": learned}, 1) == {}


@given(st.integers(0, 10**18), st.integers(-(10**6), 10**11))
def test_what_is_taken_back_is_what_was_added(millionths: int, delay: int) -> None:
    stored = {**CONVERSION, "payout": f"{millionths}e-6", "at": CONVERSION["click_at"] + delay}
    together: LearningCells = {}
    for sign in (1, -1):
        add_cells(together, of_conversion(stored, sign)["sml_1#3"])
    assert list(together.values()) == [[0] * len(COUNTS)]


# Packing


@given(learning_cells())
@example({CELL: [0, 1, 10**18, 10**18, 10**36, 10**36, 10**36]})
def test_learning_cells_come_back_as_they_were_packed(cells: LearningCells) -> None:
    assert decode(encode(cells, LAYOUT), LAYOUT) == cells


def test_their_columns_have_the_names_of_their_dimensions_and_counts() -> None:
    held = decode_columns(encode({CELL: [7, *[0] * 6]}, LAYOUT), LAYOUT)
    assert {name: list(values) for name, values in held.values.items()} == {
        "hour": [HOUR],
        "span": [1],
        "country": ["US"],
        "device": ["mobile"],
        "campaign": ["cmp_1"],
        "delay": [-1],
    }
    assert {name: list(counts) for name, counts in held.counts.items()} == {"clicks": [7]}


# Buckets


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        pytest.param(0, (HOUR, 1), id="now"),
        pytest.param(24, (HOUR - 24, 1), id="a day old: its four hours ended later"),
        pytest.param(27, (HOUR - 28, 4), id="four hours that ended a day ago"),
        pytest.param(96 + 11, (HOUR - 96 - 12, 4), id="a day that ended less than four days ago"),
        pytest.param(96 + 13, (HOUR - 96 - 36, 24), id="a day that ended four days ago"),
        pytest.param(60 * 24 + 12, (HOUR - 60 * 24 - 12, 24), id="a day that ended less than sixty days ago"),
        pytest.param(60 * 24 + 13, None, id="a day that ended sixty days ago"),
    ],
)
def test_buckets_widen_with_their_age_and_are_forgotten(age: int, expected: tuple[int, int] | None) -> None:
    assert bucket_at(HOUR - age, 1, HOUR, DAYS * 24) == expected


def test_a_bucket_never_becomes_narrower() -> None:
    midnight = HOUR - 12
    assert bucket_at(midnight, 24, HOUR, DAYS * 24) == (midnight, 24)
    assert bucket_at(midnight, 4, HOUR, DAYS * 24) == (midnight, 4)


@given(st.integers(0, 10_000))
def test_buckets_of_one_moment_do_not_overlap(now: int) -> None:
    places = [bucket_at(hour, 1, now, DAYS * 24) for hour in range(now - 70 * 24, now + 1)]
    kept = list(dict.fromkeys(place for place in places if place))
    assert all(start + span == following for (start, span), (following, _) in pairwise(kept))


def test_what_falls_into_one_bucket_is_one_cell() -> None:
    day = HOUR - 12 - 10 * 24
    cells = {CELL._replace(hour=day + n): [1, *[0] * 6] for n in range(24)}
    cells[CELL._replace(hour=day + 24)] = [5, *[0] * 6]
    cells[CELL._replace(hour=day, delay=2)] = [0, 1, *[0] * 5]
    assert downsample(cells, NOON, DAYS) == {
        CELL._replace(hour=day, span=24): [24, *[0] * 6],
        CELL._replace(hour=day + 24, span=24): [5, *[0] * 6],
        CELL._replace(hour=day, span=24, delay=2): [0, 1, *[0] * 5],
    }


def _sums(cells: LearningCells) -> list[int]:
    return [sum(column) for column in zip(*cells.values(), strict=True)] or [0] * len(COUNTS)


@given(learning_cells(HOUR - 59 * 24, HOUR))
def test_coarsening_keeps_every_sum_of_what_is_not_forgotten(cells: LearningCells) -> None:
    assert _sums(downsample(cells, NOON, DAYS)) == _sums(cells)


@given(learning_cells(HOUR - 70 * 24, HOUR), times, times)
def test_coarsening_twice_is_coarsening_once_later(cells: LearningCells, one: datetime, other: datetime) -> None:
    first, later = sorted((one, other))
    assert downsample(downsample(cells, first, DAYS), later, DAYS) == downsample(cells, later, DAYS)


@given(learning_cells(HOUR - 70 * 24, HOUR), learning_cells(HOUR - 70 * 24, HOUR))
def test_coarsening_parts_is_coarsening_their_sum(some: LearningCells, others: LearningCells) -> None:
    together = {cell: list(counts) for cell, counts in some.items()}
    add_cells(together, others)
    parts = downsample(some, NOON, DAYS)
    add_cells(parts, downsample(others, NOON, DAYS))
    assert parts == downsample(together, NOON, DAYS)
