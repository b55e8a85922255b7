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
    conversion_cells,
    downsample,
    is_training_click,
    of_click,
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


# Counting


def test_click_is_counted_in_its_hour_and_segment() -> None:
    assert of_click(CLICK) == ("sml_1#3", CELL)
    assert of_click({**CLICK, "country": None}) == ("sml_1#3", CELL._replace(country=""))


def test_cell_of_clicks_has_no_delay() -> None:
    assert CELL.delay == NO_DELAY == -1


@pytest.mark.parametrize(
    ("changes", "is_training"),
    [
        pytest.param({}, True, id="unique, by a person, on an offer"),
        pytest.param({"route_id": "cmp_1"}, False, id="direct link"),
        pytest.param({"outcome": "catch_all"}, False, id="catch-all"),
        pytest.param({"outcome": "fallback", "campaign_id": None}, False, id="fallback"),
        pytest.param({"is_bot": True}, False, id="bot"),
        pytest.param({"is_duplicate": True}, False, id="duplicate"),
        pytest.param({"arm": "holdout"}, True, id="hold-out"),
        pytest.param({"arm": "weighted"}, True, id="weighted"),
    ],
)
def test_unique_clicks_on_offers_of_smartlinks_are_training_clicks_in_any_arm(
    changes: dict[str, Any], is_training: bool
) -> None:
    assert is_training_click({**CLICK, **changes}) is is_training
    assert (of_click({**CLICK, **changes}) is not None) is is_training


def test_clicks_add_up_by_partition_and_cell() -> None:
    parts: dict[str, LearningCells] = {}
    for name in ("sml_1#1", "sml_1#1", "sml_1#2"):
        add_click(parts, name, CELL)
    assert parts == {"sml_1#1": {CELL: [2, 0, 0, 0, 0, 0, 0]}, "sml_1#2": {CELL: [1, 0, 0, 0, 0, 0, 0]}}


def test_conversion_is_counted_in_the_hour_of_its_click_with_delay_and_squares() -> None:
    payout, revenue = 1_500_000, 2_000_001
    counts = [0, 1, payout, revenue, payout**2, revenue**2, payout * revenue]
    assert conversion_cells(CONVERSION, 1) == {"sml_1#3": {CELL._replace(delay=4): counts}}


@pytest.mark.parametrize("learned", [False, None], ids=["not a training click", "without the field"])
def test_conversion_of_another_click_is_not_counted(learned: bool | None) -> None:
    assert conversion_cells({**CONVERSION, "learned": learned}, 1) == {}


@given(st.integers(0, 10**18), st.integers(-(10**6), 10**11))
def test_negative_sign_takes_back_what_was_added(millionths: int, delay: int) -> None:
    stored = {**CONVERSION, "payout": f"{millionths}e-6", "at": CONVERSION["click_at"] + delay}
    total: LearningCells = {}
    for sign in (1, -1):
        add_cells(total, conversion_cells(stored, sign)["sml_1#3"])
    assert list(total.values()) == [[0] * len(COUNTS)]


# Encoding


@given(learning_cells())
@example({CELL: [0, 1, 10**18, 10**18, 10**36, 10**36, 10**36]})
def test_learning_cells_survive_a_round_trip(cells: LearningCells) -> None:
    assert decode(encode(cells, LAYOUT), LAYOUT) == cells


def test_columns_are_named_after_dimensions_and_counts() -> None:
    columns = decode_columns(encode({CELL: [7, *[0] * 6]}, LAYOUT), LAYOUT)
    assert {name: list(values) for name, values in columns.values.items()} == {
        "hour": [HOUR],
        "span": [1],
        "country": ["US"],
        "device": ["mobile"],
        "campaign": ["cmp_1"],
        "delay": [-1],
    }
    assert {name: list(counts) for name, counts in columns.counts.items()} == {"clicks": [7]}


# Buckets


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        pytest.param(0, (HOUR, 1), id="now"),
        pytest.param(24, (HOUR - 24, 1), id="a day old, but its four hours ended later"),
        pytest.param(27, (HOUR - 28, 4), id="four hours that ended a day ago"),
        pytest.param(96 + 11, (HOUR - 96 - 12, 4), id="a day that ended less than four days ago"),
        pytest.param(96 + 13, (HOUR - 96 - 36, 24), id="a day that ended four days ago"),
        pytest.param(60 * 24 + 12, (HOUR - 60 * 24 - 12, 24), id="a day that ended less than sixty days ago"),
        pytest.param(60 * 24 + 13, None, id="a day that ended sixty days ago"),
    ],
)
def test_buckets_get_longer_with_age_and_are_dropped(age: int, expected: tuple[int, int] | None) -> None:
    assert bucket_at(HOUR - age, 1, HOUR, DAYS * 24) == expected


def test_bucket_is_dropped_in_the_hour_at_which_it_ended_the_retention_ago() -> None:
    midnight = HOUR - 12
    day = midnight - 24 * (DAYS + 1)
    assert bucket_at(day, 24, midnight - 1, DAYS * 24) == (day, 24)
    assert bucket_at(day, 24, midnight, DAYS * 24) is None


def test_bucket_never_becomes_shorter() -> None:
    midnight = HOUR - 12
    assert bucket_at(midnight, 24, HOUR, DAYS * 24) == (midnight, 24)
    assert bucket_at(midnight, 4, HOUR, DAYS * 24) == (midnight, 4)


@given(st.integers(0, 10_000))
def test_buckets_of_one_time_do_not_overlap(now: int) -> None:
    buckets = [bucket_at(hour, 1, now, DAYS * 24) for hour in range(now - 70 * 24, now + 1)]
    distinct = list(dict.fromkeys(bucket for bucket in buckets if bucket))
    assert all(start + span == following for (start, span), (following, _) in pairwise(distinct))


def test_cells_in_one_bucket_become_one_cell() -> None:
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
def test_downsampling_preserves_the_sums_of_recent_cells(cells: LearningCells) -> None:
    assert _sums(downsample(cells, NOON, DAYS)) == _sums(cells)


@given(learning_cells(HOUR - 70 * 24, HOUR), times, times)
def test_downsampling_twice_equals_downsampling_once_later(
    cells: LearningCells, one: datetime, another: datetime
) -> None:
    earlier, later = sorted((one, another))
    assert downsample(downsample(cells, earlier, DAYS), later, DAYS) == downsample(cells, later, DAYS)


@given(learning_cells(HOUR - 70 * 24, HOUR), learning_cells(HOUR - 70 * 24, HOUR))
def test_downsampling_parts_equals_downsampling_their_sum(some: LearningCells, others: LearningCells) -> None:
    total = {cell: list(counts) for cell, counts in some.items()}
    add_cells(total, others)
    parts = downsample(some, NOON, DAYS)
    add_cells(parts, downsample(others, NOON, DAYS))
    assert parts == downsample(total, NOON, DAYS)
