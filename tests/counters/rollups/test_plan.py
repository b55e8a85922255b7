from dataclasses import replace

from chalicelib.counters.rollups.head import Head, Span
from chalicelib.counters.rollups.plan import REBUILD_MS, SPAN_CELLS, runs
from tests.rolled_up import day

DAYS = [day(n) for n in range(6)]


def a_span(*days: int, cells: int = SPAN_CELLS, at: int = 0) -> Span:
    return Span({day(n): "print" for n in days}, 1, at, cells, {"f": []})


def planned(*spans: Span, changed: tuple[int, ...] = (), now: int = REBUILD_MS) -> list[list[int]]:
    """Return the runs, as the numbers of their days."""
    found = runs(Head(1, spans), DAYS, {day(n) for n in changed}, now)
    return [[DAYS.index(each) for each in run] for run in found]


def test_days_without_a_roll_up_are_one_run() -> None:
    assert planned() == [[0, 1, 2, 3, 4, 5]]


def test_new_day_is_rolled_up_with_the_small_span_before_it() -> None:
    assert planned(a_span(0, 1, 2, 3, 4, cells=SPAN_CELLS - 1)) == [[0, 1, 2, 3, 4, 5]]
    assert planned(a_span(0, 1, 2, 3, 4)) == [[5]]


def test_newest_days_are_first() -> None:
    assert planned(a_span(2, 3)) == [[4, 5], [0, 1]]


def test_span_with_a_changed_day_is_built_again() -> None:
    assert planned(a_span(0, 1, 2), a_span(3, 4, 5), changed=(1,)) == [[0, 1, 2]]
    assert planned(a_span(0, 1, 2), a_span(3, 4, 5)) == []


def test_span_is_not_built_twice_in_an_hour() -> None:
    spans = a_span(0, 1, 2), replace(a_span(3, 4, 5), at=1)
    assert planned(*spans, changed=(1, 4)) == [[0, 1, 2]]
    assert planned(*spans, changed=(1, 4), now=REBUILD_MS + 1) == [[3, 4, 5], [0, 1, 2]]


def test_span_without_details_is_built_again() -> None:
    spans = replace(a_span(0, 1, 2), has_details=False), a_span(3, 4, 5)
    assert planned(*spans) == [[0, 1, 2]]
    assert planned(*spans, now=REBUILD_MS - 1) == []


def test_month_without_settled_days_has_nothing_to_do() -> None:
    assert runs(Head(), [], set(), 0) == []
