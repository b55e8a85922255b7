from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.caps import leases as caps_leases
from chalicelib.caps.counter_update import CounterState, CounterUpdate, WriteResult, WriteStatus
from chalicelib.caps.lease_request import Lease, LeaseRequest
from chalicelib.caps.leases import LeasePool, Write
from chalicelib.caps.windows import CapCounter
from chalicelib.domain.click import RejectionReason
from tests.caps.lease_world import START, Faults, Table, World, refusals, steady

SECOND = timedelta(seconds=1)


def a_place(limit: int = 10_000, key: str = "day") -> CapCounter:
    return CapCounter(key, limit, None)


def a_lease(place: CapCounter | None = None, **changes: int) -> Lease:
    numbers = {"granted": 9, "left": 4, "used": 100, "leased": 9} | changes
    seen = CounterState(numbers["used"], numbers["leased"])
    return Lease(place or a_place(), numbers["granted"], numbers["left"], START, seen)


def holding(*leases: Lease) -> LeasePool:
    held = LeasePool()
    for lease in leases:
        held._hold(lease)
    return held


def saying(*answers: WriteResult) -> tuple[Write, list[Sequence[LeaseRequest]]]:
    """A table that gives these answers, and what it was asked."""
    asked, left = list[Sequence[LeaseRequest]](), list(answers)

    def write(asks: Sequence[LeaseRequest]) -> WriteResult:
        asked.append(asks)
        return left.pop(0)

    return write, asked


def silent(asks: Sequence[LeaseRequest]) -> WriteResult:
    """A table that is not to be called."""
    assert asks == []
    return WriteResult(WriteStatus.APPLIED)


def at(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


# Never over, and under by no more than is said

chances = st.sampled_from([0, 0, 0.03, 0.3])
rare = st.sampled_from([0, 0, 0.005, 0.05])
faults = st.builds(
    Faults,
    killed_before=chances,
    killed_after=chances,
    unanswered_before=chances,
    unanswered_after=chances,
    undone=chances,
    dies=rare,
    freezes=rare,
    clock_jumps=rare,
)
limits = st.sampled_from([1, 2, 50, 99, 100, 150, 400, 1000, 3000]) | st.integers(1, 2000)
rates = st.lists(st.sampled_from([0.05, 0.5, 1, 5, 20, 100, 300]), min_size=1, max_size=50)
seeds = st.integers(0, 2**32)


def a_world(seed: int, caps: Sequence[int], speeds: Sequence[float], what_goes_wrong: Faults) -> World:
    limits_by_key = {f"cap {n}": limit for n, limit in enumerate(caps)}
    return World(Random(seed), limits_by_key, speeds, what_goes_wrong)  # noqa: S311 - a draw of the property's


@settings(deadline=None)
@given(seed=seeds, caps=st.lists(limits, min_size=1, max_size=3), speeds=rates, what_goes_wrong=faults)
def test_whatever_goes_wrong_no_cap_is_exceeded_and_one_is_used_but_for_1_percent_and_unanswered_calls(
    seed: int, caps: Sequence[int], speeds: Sequence[float], what_goes_wrong: Faults
) -> None:
    world = a_world(seed, caps, speeds, what_goes_wrong)
    world.run(1000)
    world.exhaust()
    short = [limit - limit // 100 - world.unanswered[key] - world.taken[key] for key, limit in world.limits.items()]
    assert min(short) <= 0


@settings(deadline=None)
@given(
    seed=seeds,
    caps=st.lists(limits, min_size=1, max_size=3),
    speeds=rates,
    harmless=st.builds(Faults, undone=chances, freezes=rare, clock_jumps=rare),
)
def test_a_cap_is_used_to_the_last_place_where_nothing_dies_or_goes_unanswered(
    seed: int, caps: Sequence[int], speeds: Sequence[float], harmless: Faults
) -> None:
    world = a_world(seed, caps, speeds, harmless)
    world.run(1000)
    world.exhaust()
    assert any(world.taken[key] == limit for key, limit in world.limits.items())
    assert world.table.counters == {key: CounterState(world.taken[key], 0) for key in world.limits}


@settings(deadline=None)
@given(seed=seeds, edits=st.lists(limits, min_size=1, max_size=6), speeds=rates, what_goes_wrong=faults)
def test_an_edited_limit_holds_from_the_edit_on(
    seed: int, edits: Sequence[int], speeds: Sequence[float], what_goes_wrong: Faults
) -> None:
    world = a_world(seed, edits[:1], speeds, what_goes_wrong)
    for limit in edits:
        world.edit("cap 0", limit)
        world.run(300)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, others=st.lists(limits, min_size=1, max_size=2), speeds=rates, what_goes_wrong=faults)
def test_clicks_under_several_caps_are_taken_under_all_or_none(
    seed: int, others: Sequence[int], speeds: Sequence[float], what_goes_wrong: Faults
) -> None:
    world = a_world(seed, [1000, *others], speeds, what_goes_wrong)
    world.run(1000)
    for key, counter in world.table.counters.items():
        held = sum(lease.left for process in world.processes for lease in [process.leases._held.get(key)] if lease)
        assert counter.used >= world.taken[key] + held


# What it costs


@pytest.mark.parametrize(
    ("rate", "most"), [(50, 0.05), (200, 0.05), (10, 0.06), (5, 0.12), (1, 0.52), (0.5, 1.0), (0.1, 1.0)]
)
def test_calls_per_click_over_a_minute_on_a_cap_of_100_000(rate: float, most: float) -> None:
    world = steady(rate, limit=100_000, seconds=60)
    assert world.calls / world.clicks <= most


def test_a_process_with_a_click_every_ten_seconds_holds_no_spare_place() -> None:
    world = steady(0.1, limit=100_000, seconds=600)
    assert world.table.counters == {"day": CounterState(60, 0)}


def test_a_cap_under_100_is_never_leased() -> None:
    world = steady(50, limit=99, seconds=1)
    assert (world.calls, world.table.counters) == (50, {"day": CounterState(50, 0)})


def test_leases_end_one_by_one_at_the_limit() -> None:
    world = steady(50, limit=1000, seconds=30)
    assert world.taken == {"day": 1000}
    assert world.table.counters == {"day": CounterState(1000, 0)}


# The size of a lease


@pytest.mark.parametrize(
    ("lease", "seconds", "spare"),
    [
        pytest.param(a_lease(granted=9, left=0), 0.1, 19, id="at most twice the one before"),
        pytest.param(a_lease(granted=9, left=0), 0, 19, id="all clicks within one moment"),
        pytest.param(a_lease(granted=9, left=0), -5, 19, id="a clock that went back"),
        pytest.param(a_lease(granted=9, left=0), 2, 9, id="ten clicks in two seconds"),
        pytest.param(a_lease(granted=9, left=0), 10, 1, id="ten clicks in ten seconds"),
        pytest.param(a_lease(granted=9, left=4), 31, 0, id="six clicks in half a minute"),
        pytest.param(a_lease(granted=0, left=0, leased=0), 1, 1, id="the second click"),
        pytest.param(a_lease(granted=0, left=0, leased=0), 2, 0, id="the second click after two seconds"),
        pytest.param(a_lease(granted=50, left=0, leased=50), 0.1, 25, id="a quarter of what may be leased"),
        pytest.param(a_lease(granted=9, left=0, leased=106), 0.1, 1, id="but one, if it may be leased"),
        pytest.param(a_lease(granted=9, left=0, leased=109), 0.1, 0, id="nothing may be leased"),
        pytest.param(a_lease(granted=9, left=0, used=9899), 0.1, 5, id="a twentieth of what is left"),
        pytest.param(a_lease(granted=9, left=0, used=9980), 0.1, 0, id="19 places left"),
        pytest.param(a_lease(granted=9, left=0, used=10_500), 0.1, 0, id="a lowered limit"),
    ],
)
def test_a_lease_lasts_two_seconds_at_the_pace_of_the_one_before(lease: Lease, seconds: float, spare: int) -> None:
    write, asked = saying(WriteResult(WriteStatus.APPLIED))
    assert holding(lease).reserve([a_place()], START + at(seconds), write) is None
    assert [ask.extra for ask in asked[0]] == [spare]


def test_the_first_click_takes_its_place_and_nothing_more() -> None:
    write, asked = saying(WriteResult(WriteStatus.APPLIED))
    LeasePool().reserve([a_place(40)], START, write)
    assert asked[0][0].update == CounterUpdate("day", used=1, max_used_before=39, may_create=True)


def test_an_ask_settles_the_lease_before_and_bounds_what_it_leases() -> None:
    ask = LeaseRequest(a_place(1000), 3, a_lease(granted=9, left=4), CounterState(100, 9))
    assert ask.update == CounterUpdate(
        "day", used=1 + 3 - 4, leased=3 - 9, max_used_before=1000 - 1 - 3 * 20 + 4, max_leased_before=10 - 3 + 9
    )


def test_the_counter_as_told_sizes_the_next_lease() -> None:
    held = holding(a_lease(granted=9, left=0))
    write, asked = saying(
        WriteResult(WriteStatus.APPLIED, {"day": CounterState(9_000, 98)}), *[WriteResult(WriteStatus.APPLIED)] * 20
    )
    for n in range(21):
        held.reserve([a_place()], START + at(0.1 + n / 100), write)
    assert [asks[0].extra for asks in asked if asks] == [19, 6]


def test_the_counter_of_a_transaction_is_reckoned() -> None:
    held = holding(a_lease(granted=9, left=0, used=100, leased=9))
    held.reserve([a_place(), a_place(key="hour")], START + SECOND, lambda _: WriteResult(WriteStatus.APPLIED))
    assert [lease.observed for lease in held._held.values()] == [CounterState(120, 19), CounterState(1, 0)]


# The life of a lease


def test_a_place_on_lease_is_taken_without_a_call() -> None:
    held = holding(a_lease(left=2))
    assert [held.reserve([a_place()], START + SECOND, silent) for _ in range(2)] == [None, None]
    assert not held.holds(a_place(), START + SECOND)


@pytest.mark.parametrize(
    ("place", "seconds", "told"),
    [
        pytest.param(a_place(), 29.9, True, id="in its 30 seconds"),
        pytest.param(a_place(), 30, False, id="after them"),
        pytest.param(a_place(), -30, False, id="by a clock that went back as long"),
        pytest.param(a_place(9_999), 1, False, id="under another limit"),
        pytest.param(a_place(key="hour"), 1, False, id="of another counter"),
    ],
)
def test_a_lease_serves_its_place_for_30_seconds(place: CapCounter, seconds: float, told: bool) -> None:
    assert holding(a_lease()).holds(place, START + at(seconds)) is told


def test_what_is_left_of_a_lease_goes_back_with_the_next_click_after_it() -> None:
    table = Table({"day": CounterState(100, 9)})
    assert refusals(holding(a_lease(granted=9, left=4)), [a_place()], table, [START + at(31)]) == [None]
    assert table.counters == {"day": CounterState(97, 0)}


def test_what_is_left_of_a_lease_opens_a_full_cap() -> None:
    table = Table({"day": CounterState(10_000, 9)})
    held = holding(a_lease(granted=9, left=4))
    assert refusals(held, [a_place()], table, [START + at(31)]) == [None]
    assert table.counters == {"day": CounterState(9_997, 0)}


def test_a_lease_that_is_over_is_settled_by_a_click_on_anything_once() -> None:
    held = holding(a_lease(granted=9, left=4), a_lease(a_place(key="hour"), granted=3, left=0))
    assert held.pop_expired(START + at(29)) is None
    told = [held.pop_expired(START + at(30)) for _ in range(3)]
    assert told == [CounterUpdate("day", used=-4, leased=-9), CounterUpdate("hour", used=0, leased=-3), None]


def test_a_pace_that_is_over_is_forgotten_without_a_call() -> None:
    held = holding(a_lease(granted=0, left=0), a_lease(a_place(key="hour")))
    assert held.pop_expired(START + at(30)) == CounterUpdate("hour", used=-4, leased=-9)


def test_a_lease_on_a_counter_that_is_gone_is_dropped() -> None:
    gone = CapCounter("day", 10_000, START + at(60))
    held = holding(a_lease(gone))
    assert held.pop_expired(START + at(60)) is None
    assert held._held == {}


def test_a_counter_that_is_gone_is_begun_anew() -> None:
    table = Table()
    assert refusals(holding(a_lease(left=4)), [a_place()], table, [START + at(31)]) == [None]
    assert table.counters == {"day": CounterState(1, 0)}


def test_a_lease_is_settled_under_a_new_limit_and_does_not_serve_it() -> None:
    table = Table({"day": CounterState(100, 9)})
    held = holding(a_lease(granted=9, left=4))
    assert refusals(held, [a_place(5_000)], table, [START + at(10)]) == [None]
    assert table.counters == {"day": CounterState(97 + 1, 1)}


# What the table says


def test_without_places_only_the_mark_is_written() -> None:
    for said, told in (
        (WriteStatus.APPLIED, None),
        (WriteStatus.DUPLICATE, RejectionReason.DUPLICATE),
        (WriteStatus.UNKNOWN, None),
    ):
        write, asked = saying(WriteResult(said))
        assert LeasePool().reserve([], START, write) is told
        assert asked == [[]]


@pytest.mark.parametrize("said", [WriteStatus.UNKNOWN, WriteStatus.NOT_APPLIED])
def test_a_mark_alone_that_is_not_left_lets_a_click_pass_with_places_at_hand(said: WriteStatus) -> None:
    held = holding(a_lease(left=4))
    write, _ = saying(WriteResult(said))
    assert held.reserve([a_place()], START, write) is None
    assert held._held["day"].left == 3


@pytest.mark.parametrize(
    ("said", "told", "hour"),
    [
        (WriteStatus.DUPLICATE, RejectionReason.DUPLICATE, True),
        (WriteStatus.NOT_APPLIED, RejectionReason.CAP, True),
        (WriteStatus.UNKNOWN, RejectionReason.CAP, False),
    ],
)
def test_a_refused_click_gives_back_places_at_hand_and_an_unanswered_one_forgets_what_it_was_settling(
    said: WriteStatus, told: RejectionReason, hour: bool
) -> None:
    day, spent = a_lease(left=4), a_lease(a_place(key="hour"), left=0)
    held = holding(day, spent)
    write, _ = saying(WriteResult(said))
    assert held.reserve([a_place(), a_place(key="hour")], START, write) is told
    assert held._held == {"day": day} | ({"hour": spent} if hour else {})


def test_a_process_that_is_stopped_within_a_call_holds_nothing_of_what_it_was_settling() -> None:
    def stopped(_: Sequence[LeaseRequest]) -> WriteResult:
        raise KeyboardInterrupt

    held = holding(a_lease(left=0))
    with pytest.raises(KeyboardInterrupt):
        held.reserve([a_place()], START, stopped)
    assert held._held == {}


def test_where_there_is_no_room_for_a_lease_there_may_be_for_the_click() -> None:
    held = holding(a_lease(granted=9, left=0))
    no_room = WriteResult(WriteStatus.LIMIT_REACHED, {"day": CounterState(9_900, 9)})
    write, asked = saying(no_room, no_room, WriteResult(WriteStatus.APPLIED))
    assert held.reserve([a_place()], START + SECOND, write) is None
    assert [asks[0].extra for asks in asked] == [19, 4, 0]


def test_only_the_counter_without_room_leases_less_and_at_the_third_try_none_leases() -> None:
    held = holding(a_lease(granted=9, left=0), a_lease(a_place(key="hour"), left=0))
    no_room = WriteResult(WriteStatus.LIMIT_REACHED, {"day": CounterState(9_900, 9)})
    write, asked = saying(no_room, no_room, WriteResult(WriteStatus.APPLIED))
    assert held.reserve([a_place(), a_place(key="hour")], START + SECOND, write) is None
    assert [[ask.extra for ask in asks] for asks in asked] == [[19, 19], [4, 19], [0, 0]]


def test_a_full_counter_is_not_asked_again() -> None:
    held, table = LeasePool(), Table({"day": CounterState(40, 0)})
    assert refusals(held, [a_place(40)], table, [START]) == [RejectionReason.CAP]
    assert held.reserve([a_place(40)], START + at(10**9), silent) is RejectionReason.CAP


def test_a_full_counter_with_leases_of_others_is_asked_again_after_five_seconds() -> None:
    held, table = LeasePool(), Table({"day": CounterState(10_000, 3)})
    assert refusals(held, [a_place()], table, [START]) == [RejectionReason.CAP]
    table.counters["day"] = CounterState(9_997, 0)
    assert held.reserve([a_place()], START + at(4.9), silent) is RejectionReason.CAP
    assert refusals(held, [a_place()], table, [START + at(5)]) == [None]


def test_a_full_counter_on_which_only_a_lease_of_ones_own_is_unsettled_is_full_for_good() -> None:
    held, table = holding(a_lease(granted=9, left=0)), Table({"day": CounterState(10_000, 9)})
    assert refusals(held, [a_place()], table, [START + SECOND]) == [RejectionReason.CAP]
    assert held.reserve([a_place()], START + at(10**9), silent) is RejectionReason.CAP
    assert held.pop_expired(START + at(30)) == CounterUpdate("day", used=0, leased=-9)


def test_places_at_hand_are_used_though_the_counter_was_found_full() -> None:
    held = LeasePool()
    refusals(held, [a_place()], Table({"day": CounterState(10_000, 9)}), [START])
    held._hold(a_lease(left=1))
    assert [held.reserve([a_place()], START, silent) for _ in range(2)] == [None, RejectionReason.CAP]


def test_a_full_counter_refuses_a_click_before_it_takes_any_place() -> None:
    held = LeasePool()
    refusals(held, [a_place(1, "hour")], Table({"hour": CounterState(1, 0)}), [START])
    held._hold(a_lease(left=1))
    assert held.reserve([a_place(), a_place(1, "hour")], START, silent) is RejectionReason.CAP
    assert held.holds(a_place(), START)


@pytest.mark.parametrize("counters", [{}, {"day": None}])
def test_a_table_without_counters_is_not_asked_for_ever(
    counters: dict[str, CounterState | None],
) -> None:
    held = holding(a_lease(granted=9, left=0))
    write, asked = saying(*[WriteResult(WriteStatus.LIMIT_REACHED, counters)] * 3)
    assert held.reserve([a_place()], START + SECOND, write) is RejectionReason.CAP
    assert len(asked) <= 2


def test_a_cap_of_no_places_is_full() -> None:
    assert refusals(LeasePool(), [a_place(0)], Table(), [START]) == [RejectionReason.CAP]


# Memory


def test_no_more_is_held_than_fits_and_a_pace_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps_leases, "MAX_LEASES", 2)
    held = holding(*(a_lease(a_place(key=str(n)), granted=0) for n in range(3)))
    assert list(held._held) == ["1", "2"]


def test_a_lease_is_never_forgotten_for_a_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps_leases, "MAX_LEASES", 2)
    held = holding(*(a_lease(a_place(key=str(n)), granted=5 - n) for n in range(2)))
    held.reserve([a_place(key="another")], START, lambda _: WriteResult(WriteStatus.APPLIED))
    assert list(held._held) == ["0", "1"]


def test_a_granted_lease_takes_the_room_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps_leases, "MAX_LEASES", 2)
    held = holding(a_lease(), a_lease(a_place(key="hour"), left=0))
    held.reserve([a_place(1, "new"), a_place(key="hour")], START + SECOND, lambda _: WriteResult(WriteStatus.APPLIED))
    assert [(key, lease.granted) for key, lease in held._held.items()] == [("day", 9), ("hour", 19)]


def test_no_more_full_counters_are_remembered_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps_leases, "MAX_EXHAUSTED", 3)
    held = LeasePool()
    for n in range(7):
        refusals(held, [a_place(1, str(n))], Table({str(n): CounterState(1)}), [START])
        assert len(held._full) <= 3
    assert held.reserve([a_place(1, "6")], START, silent) is RejectionReason.CAP
