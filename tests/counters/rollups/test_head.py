import json
import zlib
from dataclasses import replace

import pytest

from chalicelib.counters.rollups import head as rollups_head
from chalicelib.counters.rollups.head import Garbage, Head, Span
from tests.rolled_up import day

LITE_DIMENSIONS = frozenset({"quarter", "smartlink"})
RANGES = [("sml_1", "sml_3"), ("sml_3", "sml_3"), ("sml_7", "sml_9")]
SPAN = Span({day(0): "print0", day(1): "print1"}, 2, 1_000, 30, {"f": RANGES, "l": RANGES[:1]})


@pytest.mark.parametrize(
    ("routes", "numbers"),
    [
        pytest.param(None, [0, 1, 2], id="all"),
        pytest.param({"sml_2"}, [0], id="inside an item"),
        pytest.param({"sml_3"}, [0, 1], id="in two items"),
        pytest.param({"sml_5"}, [], id="between items"),
        pytest.param({"sml_1", "sml_9"}, [0, 2], id="two routes"),
    ],
)
def test_only_items_that_can_hold_the_routes_are_read(routes: set[str] | None, numbers: list[int]) -> None:
    assert SPAN.numbers("f", routes) == numbers


def test_lite_items_are_read_if_they_have_the_dimensions() -> None:
    assert SPAN.kind({"quarter"}, LITE_DIMENSIONS) == "l"
    assert SPAN.kind({"quarter", "country"}, LITE_DIMENSIONS) == "f"
    assert replace(SPAN, items={"f": RANGES}).kind({"quarter"}, LITE_DIMENSIONS) == "f"


def test_head_survives_a_round_trip() -> None:
    head = Head(7, (SPAN,), (Garbage(1, 900, {"f": 3}),))
    assert rollups_head.decode(rollups_head.encode(head), 7) == head
    assert rollups_head.decode(rollups_head.encode(Head()), 0) == Head()
    partly = Head(8, (replace(SPAN, has_details=False), replace(SPAN, days={day(2): "print2"}, items={})))
    assert rollups_head.decode(rollups_head.encode(partly), 8) == partly


def test_head_of_the_first_format_is_read() -> None:
    days = {f"{each}": print_ for each, print_ in SPAN.days.items()}
    items = {"f": [[0, 1], [1, 1], [2, 3]], "l": [[0, 1]]}
    document = {
        "format": 1,
        "routes": ["sml_1", "sml_3", "sml_7", "sml_9"],
        "spans": [[days, 2, 1_000, 30, items, True]],
        "garbage": [[1, 900, {"f": 3}]],
    }
    stored = zlib.compress(json.dumps(document).encode())
    assert rollups_head.decode(stored, 7) == Head(7, (SPAN,), (Garbage(1, 900, {"f": 3}),))


def test_kind_without_items_has_no_numbers() -> None:
    assert SPAN.numbers("browser", None) == []


def test_head_of_an_unknown_format_has_no_spans() -> None:
    stored = zlib.compress(json.dumps({"format": 99}).encode())
    assert rollups_head.decode(stored, 7) == Head(7)


def test_announced_generation_is_garbage_until_it_is_finished() -> None:
    announced = Head().announce(Garbage(1, 1_000, {"f": 1}))
    assert (announced.spans, announced.garbage) == ((), (Garbage(1, 1_000, {"f": 1}),))
    finished = announced.replace_by(replace(SPAN, generation=1), 2_000)
    assert (finished.span_of(day(1)), finished.garbage) == (replace(SPAN, generation=1), ())


def test_replaced_generation_becomes_garbage_with_all_its_items() -> None:
    later = replace(SPAN, days={day(2): "print2"}, generation=4)
    head = Head(5, (SPAN, later))
    wider = replace(SPAN, days={day(0): "new", day(1): "new"}, generation=6)
    replaced = head.replace_by(wider, 2_000)
    assert (replaced.spans, replaced.garbage) == ((wider, later), (Garbage(2, 2_000, {"f": 3, "l": 1}),))


def test_spans_are_in_the_order_of_their_days() -> None:
    later = replace(SPAN, days={day(2): "print2"})
    assert Head(0, (later,)).replace_by(SPAN, 0).spans == (SPAN, later)
    assert Head(0, (SPAN,)).span_of(day(2)) is None


def test_old_garbage_is_dropped() -> None:
    old, new = Garbage(1, 900, {}), Garbage(2, 1_000, {})
    assert Head(0, (), (old, new)).without_garbage(1_000).garbage == (new,)


def test_ranges_of_a_head_that_is_too_large_are_widened(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = [f"sml_{n:03d}" for n in range(100)]
    head = Head(1, (replace(SPAN, items={"f": [(route, route) for route in routes]}),))
    monkeypatch.setattr(rollups_head, "MAX_BYTES", len(rollups_head.encode(head)) - 1)
    (wide,) = rollups_head.decode(rollups_head.encode(head), 1).spans
    kept = [("sml_000", "sml_000"), *[("sml_000", "sml_004")] * 3, ("sml_004", "sml_004"), ("sml_004", "sml_008")]
    assert (wide.items["f"][:6], wide.items["f"][-1]) == (kept, ("sml_099", "sml_099"))
    assert wide.numbers("f", {"sml_002"}) == [1, 2, 3]


def test_ranges_are_as_wide_as_possible_if_a_head_cannot_be_small_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollups_head, "MAX_BYTES", 1)
    (wide,) = rollups_head.decode(rollups_head.encode(Head(1, (SPAN,))), 1).spans
    assert wide.items["f"] == [("sml_1", "sml_9")] * 3
