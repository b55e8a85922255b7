from typing import Any

import pytest

from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.conversions.matching import MAX_REJECTED, Match, Slot, candidate_ids, match
from chalicelib.domain.conversion import Reporter
from chalicelib.domain.goal import Goal, GoalCounts

EVERY, ONCE = Goal("sale"), Goal("sale", counts=GoalCounts.ONCE)
POSTBACK, PIXEL = Reporter.POSTBACK, Reporter.PIXEL


def a_report(txid: str | None = None, event: str | None = "sale") -> ReportedConversion:
    return ReportedConversion("click", txid, event)


def stored(conversion_id: str, txid: str | None = None, **changes: Any) -> dict[str, Any]:
    return {"id": conversion_id, "txid": txid, "status": "approved", "reported_by": "postback", **changes}


def by_pixel(txid: str | None = None, **changes: Any) -> dict[str, dict[str, Any]]:
    """Return the conversion that a pixel reported, by its ID."""
    return {"pixel": stored("pixel", txid, **{"reported_by": "pixel", "status": "pending", **changes})}


HELD_BY_PIXEL = Slot(("pixel",), "pixel")


def test_first_report_of_a_click_and_goal_is_new() -> None:
    for reporter in Reporter:
        assert match(a_report("t1"), reporter, EVERY, None, {}) == Match(None)


def test_report_of_the_same_transaction_is_about_its_conversion() -> None:
    known = {a_report("t1").conversion_id(EVERY): stored("a", "t1")}
    assert match(a_report("t1"), POSTBACK, EVERY, Slot(("a",)), known) == Match(stored("a", "t1"))


def test_conversion_that_an_earlier_release_named_by_its_event_is_the_same() -> None:
    default = Goal("default")
    known = {a_report("t1", "lead").earlier_id: stored("old", "t1")}
    assert match(a_report("t1", "lead"), POSTBACK, default, None, known) == Match(stored("old", "t1"))
    assert match(a_report("t1", "lead"), PIXEL, default, None, known) == Match(stored("old", "t1"), blocked=True)


def test_other_transaction_of_a_goal_that_counts_every_one_is_new() -> None:
    known = {"a": stored("a", "t1")}
    assert match(a_report("t2"), POSTBACK, EVERY, Slot(("a",)), known) == Match(None)


def test_other_transaction_of_a_goal_that_counts_once_is_blocked_until_the_first_is_rejected() -> None:
    for status in ("approved", "pending"):
        first = stored("a", "t1", status=status)
        assert match(a_report("t2"), POSTBACK, ONCE, Slot(("a",)), {"a": first}) == Match(
            first, blocked=True, taken=True
        )
    rejected = {"a": stored("a", "t1", status="rejected")}
    assert match(a_report("t2"), POSTBACK, ONCE, Slot(("a",)), rejected) == Match(None)


@pytest.mark.parametrize("goal", [EVERY, ONCE], ids=["every", "once"])
@pytest.mark.parametrize("status", ["approved", "pending", "rejected"])
def test_pixel_gets_no_second_conversion_whatever_it_says(goal: Goal, status: str) -> None:
    first = stored("a", "t1", status=status)
    assert match(a_report("made-up"), PIXEL, goal, Slot(("a",)), {"a": first}) == Match(first, blocked=True)


@pytest.mark.parametrize(
    ("goal", "reported_by_pixel", "txid", "is_same"),
    [
        pytest.param(EVERY, None, "t1", True, id="the pixel named no transaction"),
        pytest.param(EVERY, "t1", "t1", True, id="both name the same"),
        pytest.param(EVERY, "t1", None, True, id="the postback names none"),
        pytest.param(EVERY, "t1", "t2", False, id="another one of a goal that counts every one"),
        pytest.param(ONCE, "t1", "t2", True, id="another one of a goal that counts once"),
    ],
)
def test_postback_completes_what_a_pixel_reported(
    goal: Goal, reported_by_pixel: str | None, txid: str | None, *, is_same: bool
) -> None:
    known = by_pixel(reported_by_pixel)
    expected = Match(known["pixel"]) if is_same else Match(None)
    assert match(a_report(txid), POSTBACK, goal, HELD_BY_PIXEL, known) == expected


@pytest.mark.parametrize(
    ("goal", "txid", "expected"),
    [
        pytest.param(EVERY, "t1", "the same", id="the same transaction again"),
        pytest.param(EVERY, None, "the same", id="no transaction"),
        pytest.param(EVERY, "t2", "new", id="another one of a goal that counts every one"),
        pytest.param(ONCE, "t2", "blocked", id="another one of a goal that counts once"),
    ],
)
def test_postback_after_a_completed_pixel(goal: Goal, txid: str | None, expected: str) -> None:
    known = by_pixel("t1", reported_by="postback")
    conversion = known["pixel"]
    matches = {
        "the same": Match(conversion),
        "new": Match(None),
        "blocked": Match(conversion, blocked=True, taken=True),
    }
    assert match(a_report(txid), POSTBACK, goal, HELD_BY_PIXEL, known) == matches[expected]


def test_event_that_is_no_goal_has_no_slot() -> None:
    report = a_report("t1", "level-9")
    assert candidate_ids(report, None, None) == [report.earlier_id]
    assert match(report, POSTBACK, None, None, {}) == Match(None)


def test_candidates_are_the_names_of_the_report_and_the_holders_of_the_slot() -> None:
    report = a_report("t1", "lead")
    goal = Goal("default")
    assert candidate_ids(report, goal, Slot(("a",), "b")) == [report.conversion_id(goal), report.earlier_id, "a", "b"]
    assert candidate_ids(a_report("t1"), EVERY, Slot(("a",), "a")) == [a_report("t1").earlier_id, "a"]


def test_restored_conversion_of_a_goal_that_counts_once_finds_its_slot_taken() -> None:
    known = {
        a_report("t1").conversion_id(ONCE): stored("first", "t1", status="rejected"),
        "second": stored("second", "t2"),
    }
    assert match(a_report("t1"), POSTBACK, ONCE, Slot(("second", "first")), known) == Match(
        stored("first", "t1", status="rejected"), taken=True
    )


def test_goal_that_counts_once_gets_no_conversion_after_twenty_were_rejected() -> None:
    known = {f"c{n}": stored(f"c{n}", f"t{n}", status="rejected") for n in range(MAX_REJECTED)}
    slot = Slot(tuple(known))
    assert match(a_report("more"), POSTBACK, ONCE, slot, known) == Match(known["c0"], blocked=True, taken=True)
    fewer = Slot(slot.conversion_ids[1:])
    assert match(a_report("more"), POSTBACK, ONCE, fewer, known) == Match(None)
