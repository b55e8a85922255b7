from collections.abc import Sequence
from datetime import datetime, timedelta
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
from tests.caps.lease_world import START, Faults, Table, World, rejections, steady


def a_counter(limit: int = 10_000, key: str = "day") -> CapCounter:
    return CapCounter(key, limit, None)


def a_lease(counter: CapCounter | None = None, **changes: int) -> Lease:
    numbers = {"granted": 9, "left": 4, "used": 100, "leased": 9} | changes
    observed = CounterState(numbers["used"], numbers["leased"])
    return Lease(counter or a_counter(), numbers["granted"], numbers["left"], START, observed)


def a_pool(*leases: Lease) -> LeasePool:
    pool = LeasePool()
    for lease in leases:
        pool._add(lease)
    return pool


def scripted(*results: WriteResult) -> tuple[Write, list[Sequence[LeaseRequest]]]:
    """Return a write with these results, and the list of the requests that it gets."""
    writes, remaining = list[Sequence[LeaseRequest]](), list(results)

    def write(requests: Sequence[LeaseRequest]) -> WriteResult:
        writes.append(requests)
        return remaining.pop(0)

    return write, writes


def no_write(requests: Sequence[LeaseRequest]) -> WriteResult:
    """Fail if there is anything to write."""
    assert requests == []
    return WriteResult(WriteStatus.APPLIED)


def applied(requests: Sequence[LeaseRequest]) -> WriteResult:
    return WriteResult(WriteStatus.APPLIED)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


# Caps are never exceeded, and at most 1 % is lost

chances = st.sampled_from([0, 0, 0.03, 0.3])
rare = st.sampled_from([0, 0, 0.005, 0.05])
faults = st.builds(
    Faults,
    killed_before=chances,
    killed_after=chances,
    lost_before=chances,
    lost_after=chances,
    not_applied=chances,
    dies=rare,
    freezes=rare,
    clock_jumps=rare,
)
limits = st.sampled_from([1, 2, 50, 99, 100, 150, 400, 1000, 3000]) | st.integers(1, 2000)
rates = st.lists(st.sampled_from([0.05, 0.5, 1, 5, 20, 100, 300]), min_size=1, max_size=50)
seeds = st.integers(0, 2**32)


def a_world(seed: int, caps: Sequence[int], speeds: Sequence[float], world_faults: Faults) -> World:
    limits_by_key = {f"cap {n}": limit for n, limit in enumerate(caps)}
    return World(Random(seed), limits_by_key, speeds, world_faults)  # noqa: S311 - hypothesis draws the seed


@settings(deadline=None)
@given(seed=seeds, caps=st.lists(limits, min_size=1, max_size=3), speeds=rates, world_faults=faults)
def test_no_fault_exceeds_a_cap_or_loses_more_than_1_percent_and_the_unknown_writes(
    seed: int, caps: Sequence[int], speeds: Sequence[float], world_faults: Faults
) -> None:
    world = a_world(seed, caps, speeds, world_faults)
    world.run(1000)
    world.exhaust()
    missing = [limit - limit // 100 - world.unknown[key] - world.taken[key] for key, limit in world.limits.items()]
    assert min(missing) <= 0


@settings(deadline=None)
@given(
    seed=seeds,
    caps=st.lists(limits, min_size=1, max_size=3),
    speeds=rates,
    harmless=st.builds(Faults, not_applied=chances, freezes=rare, clock_jumps=rare),
)
def test_cap_is_used_completely_if_no_process_dies_and_no_response_is_lost(
    seed: int, caps: Sequence[int], speeds: Sequence[float], harmless: Faults
) -> None:
    world = a_world(seed, caps, speeds, harmless)
    world.run(1000)
    world.exhaust()
    assert any(world.taken[key] == limit for key, limit in world.limits.items())
    assert world.table.counters == {key: CounterState(world.taken[key], 0) for key in world.limits}


@settings(deadline=None)
@given(seed=seeds, edits=st.lists(limits, min_size=1, max_size=6), speeds=rates, world_faults=faults)
def test_new_limit_holds_from_the_edit_on(
    seed: int, edits: Sequence[int], speeds: Sequence[float], world_faults: Faults
) -> None:
    world = a_world(seed, edits[:1], speeds, world_faults)
    for limit in edits:
        world.edit("cap 0", limit)
        world.run(300)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, others=st.lists(limits, min_size=1, max_size=2), speeds=rates, world_faults=faults)
def test_click_under_several_caps_is_counted_under_all_or_none(
    seed: int, others: Sequence[int], speeds: Sequence[float], world_faults: Faults
) -> None:
    world = a_world(seed, [1000, *others], speeds, world_faults)
    world.run(1000)
    for key, counter in world.table.counters.items():
        leases = [process.leases._leases.get(key) for process in world.processes]
        assert counter.used >= world.taken[key] + sum(lease.left for lease in leases if lease)


# Requests per click


@pytest.mark.parametrize(
    ("rate", "maximum"), [(50, 0.05), (200, 0.05), (10, 0.06), (5, 0.12), (1, 0.52), (0.5, 1.0), (0.1, 1.0)]
)
def test_requests_per_click_over_a_minute_under_a_cap_of_100_000(rate: float, maximum: float) -> None:
    world = steady(rate, limit=100_000, seconds=60)
    assert world.requests / world.clicks <= maximum


def test_process_with_a_click_every_ten_seconds_leases_nothing() -> None:
    world = steady(0.1, limit=100_000, seconds=600)
    assert world.table.counters == {"day": CounterState(60, 0)}


def test_cap_under_100_is_never_leased() -> None:
    world = steady(50, limit=99, seconds=1)
    assert (world.requests, world.table.counters) == (50, {"day": CounterState(50, 0)})


def test_leases_shrink_to_nothing_at_the_limit() -> None:
    world = steady(50, limit=1000, seconds=30)
    assert world.taken == {"day": 1000}
    assert world.table.counters == {"day": CounterState(1000, 0)}


# State


def test_returned_state_determines_the_next_lease() -> None:
    pool = a_pool(a_lease(granted=9, left=0))
    write, writes = scripted(
        WriteResult(WriteStatus.APPLIED, {"day": CounterState(9_000, 98)}), *[WriteResult(WriteStatus.APPLIED)] * 20
    )
    for n in range(21):
        pool.reserve([a_counter()], after(0.1 + n / 100), write)
    assert [requests[0].extra for requests in writes if requests] == [19, 6]


def test_state_after_a_transaction_is_computed() -> None:
    pool = a_pool(a_lease(granted=9, left=0, used=100, leased=9))
    pool.reserve([a_counter(), a_counter(key="hour")], after(1), applied)
    assert [lease.observed for lease in pool._leases.values()] == [CounterState(120, 19), CounterState(1, 0)]


# Lifetime of a lease


def test_leased_capacity_is_used_without_a_request() -> None:
    pool = a_pool(a_lease(left=2))
    assert [pool.reserve([a_counter()], after(1), no_write) for _ in range(2)] == [None, None]
    assert not pool.can_serve(a_counter(), after(1))


@pytest.mark.parametrize(
    ("counter", "seconds", "can_serve"),
    [
        pytest.param(a_counter(), 29.9, True, id="within 30 seconds"),
        pytest.param(a_counter(), 30, False, id="after 30 seconds"),
        pytest.param(a_counter(), -30, False, id="clock set back by as much"),
        pytest.param(a_counter(9_999), 1, False, id="another limit"),
        pytest.param(a_counter(key="hour"), 1, False, id="another counter"),
    ],
)
def test_lease_can_be_used_for_30_seconds(counter: CapCounter, seconds: float, can_serve: bool) -> None:
    assert a_pool(a_lease()).can_serve(counter, after(seconds)) is can_serve


def test_next_click_gives_back_the_unused_part_of_an_expired_lease() -> None:
    table = Table({"day": CounterState(100, 9)})
    assert rejections(a_pool(a_lease(granted=9, left=4)), [a_counter()], table, [after(31)]) == [None]
    assert table.counters == {"day": CounterState(97, 0)}


def test_unused_part_of_a_lease_reopens_an_exhausted_cap() -> None:
    table = Table({"day": CounterState(10_000, 9)})
    pool = a_pool(a_lease(granted=9, left=4))
    assert rejections(pool, [a_counter()], table, [after(31)]) == [None]
    assert table.counters == {"day": CounterState(9_997, 0)}


def test_expired_leases_are_released_one_by_one_and_once() -> None:
    pool = a_pool(a_lease(granted=9, left=4), a_lease(a_counter(key="hour"), granted=3, left=0))
    assert pool.pop_expired(after(29)) is None
    updates = [pool.pop_expired(after(30)) for _ in range(3)]
    assert updates == [CounterUpdate("day", used=-4, leased=-9), CounterUpdate("hour", used=0, leased=-3), None]


def test_expired_empty_lease_is_dropped_without_a_request() -> None:
    pool = a_pool(a_lease(granted=0, left=0), a_lease(a_counter(key="hour")))
    assert pool.pop_expired(after(30)) == CounterUpdate("hour", used=-4, leased=-9)


def test_lease_on_an_expired_counter_is_dropped() -> None:
    pool = a_pool(a_lease(CapCounter("day", 10_000, after(60))))
    assert pool.pop_expired(after(60)) is None
    assert pool._leases == {}


def test_expired_counter_starts_again_from_zero() -> None:
    table = Table()
    assert rejections(a_pool(a_lease(left=4)), [a_counter()], table, [after(31)]) == [None]
    assert table.counters == {"day": CounterState(1, 0)}


def test_lease_is_released_and_not_used_under_a_new_limit() -> None:
    table = Table({"day": CounterState(100, 9)})
    pool = a_pool(a_lease(granted=9, left=4))
    assert rejections(pool, [a_counter(5_000)], table, [after(10)]) == [None]
    assert table.counters == {"day": CounterState(97 + 1, 1)}


# Results of the write


def test_without_caps_only_the_marker_is_written() -> None:
    for status, rejection in (
        (WriteStatus.APPLIED, None),
        (WriteStatus.DUPLICATE, RejectionReason.DUPLICATE),
        (WriteStatus.UNKNOWN, None),
    ):
        write, writes = scripted(WriteResult(status))
        assert LeasePool().reserve([], START, write) is rejection
        assert writes == [[]]


@pytest.mark.parametrize("status", [WriteStatus.UNKNOWN, WriteStatus.NOT_APPLIED])
def test_failed_write_of_only_the_marker_passes_a_click_with_a_lease(status: WriteStatus) -> None:
    pool = a_pool(a_lease(left=4))
    write, _ = scripted(WriteResult(status))
    assert pool.reserve([a_counter()], START, write) is None
    assert pool._leases["day"].left == 3


@pytest.mark.parametrize(
    ("status", "rejection", "keeps_hour"),
    [
        (WriteStatus.DUPLICATE, RejectionReason.DUPLICATE, True),
        (WriteStatus.NOT_APPLIED, RejectionReason.CAP, True),
        (WriteStatus.UNKNOWN, RejectionReason.CAP, False),
    ],
)
def test_rejected_click_restores_leases_and_unknown_outcome_drops_the_one_being_released(
    status: WriteStatus, rejection: RejectionReason, keeps_hour: bool
) -> None:
    day, spent = a_lease(left=4), a_lease(a_counter(key="hour"), left=0)
    pool = a_pool(day, spent)
    write, _ = scripted(WriteResult(status))
    assert pool.reserve([a_counter(), a_counter(key="hour")], START, write) is rejection
    assert pool._leases == {"day": day} | ({"hour": spent} if keeps_hour else {})


def test_interrupted_request_drops_the_lease_being_released() -> None:
    def interrupted(_: Sequence[LeaseRequest]) -> WriteResult:
        raise KeyboardInterrupt

    pool = a_pool(a_lease(left=0))
    with pytest.raises(KeyboardInterrupt):
        pool.reserve([a_counter()], START, interrupted)
    assert pool._leases == {}


def test_click_without_capacity_for_a_lease_is_retried_alone() -> None:
    pool = a_pool(a_lease(granted=9, left=0))
    at_limit = WriteResult(WriteStatus.LIMIT_REACHED, {"day": CounterState(9_900, 9)})
    write, writes = scripted(at_limit, at_limit, WriteResult(WriteStatus.APPLIED))
    assert pool.reserve([a_counter()], after(1), write) is None
    assert [requests[0].extra for requests in writes] == [19, 4, 0]


def test_second_attempt_leases_less_at_the_limit_and_third_attempt_leases_nothing() -> None:
    pool = a_pool(a_lease(granted=9, left=0), a_lease(a_counter(key="hour"), left=0))
    at_limit = WriteResult(WriteStatus.LIMIT_REACHED, {"day": CounterState(9_900, 9)})
    write, writes = scripted(at_limit, at_limit, WriteResult(WriteStatus.APPLIED))
    assert pool.reserve([a_counter(), a_counter(key="hour")], after(1), write) is None
    assert [[request.extra for request in requests] for requests in writes] == [[19, 19], [4, 19], [0, 0]]


def test_exhausted_counter_is_not_requested_again() -> None:
    pool, table = LeasePool(), Table({"day": CounterState(40, 0)})
    assert rejections(pool, [a_counter(40)], table, [START]) == [RejectionReason.CAP]
    assert pool.reserve([a_counter(40)], after(10**9), no_write) is RejectionReason.CAP


def test_exhausted_counter_with_leases_of_others_is_requested_again_after_five_seconds() -> None:
    pool, table = LeasePool(), Table({"day": CounterState(10_000, 3)})
    assert rejections(pool, [a_counter()], table, [START]) == [RejectionReason.CAP]
    table.counters["day"] = CounterState(9_997, 0)
    assert pool.reserve([a_counter()], after(4.9), no_write) is RejectionReason.CAP
    assert rejections(pool, [a_counter()], table, [after(5)]) == [None]


def test_exhausted_counter_with_only_its_own_lease_stays_exhausted() -> None:
    pool, table = a_pool(a_lease(granted=9, left=0)), Table({"day": CounterState(10_000, 9)})
    assert rejections(pool, [a_counter()], table, [after(1)]) == [RejectionReason.CAP]
    assert pool.reserve([a_counter()], after(10**9), no_write) is RejectionReason.CAP
    assert pool.pop_expired(after(30)) == CounterUpdate("day", used=0, leased=-9)


def test_lease_on_an_exhausted_counter_is_used() -> None:
    pool = LeasePool()
    rejections(pool, [a_counter()], Table({"day": CounterState(10_000, 9)}), [START])
    pool._add(a_lease(left=1))
    assert [pool.reserve([a_counter()], START, no_write) for _ in range(2)] == [None, RejectionReason.CAP]


def test_exhausted_counter_rejects_a_click_before_a_lease_is_used() -> None:
    pool = LeasePool()
    rejections(pool, [a_counter(1, "hour")], Table({"hour": CounterState(1, 0)}), [START])
    pool._add(a_lease(left=1))
    assert pool.reserve([a_counter(), a_counter(1, "hour")], START, no_write) is RejectionReason.CAP
    assert pool.can_serve(a_counter(), START)


@pytest.mark.parametrize("states", [{}, {"day": None}])
def test_rejections_without_a_state_end_the_attempts(
    states: dict[str, CounterState | None],
) -> None:
    pool = a_pool(a_lease(granted=9, left=0))
    write, writes = scripted(*[WriteResult(WriteStatus.LIMIT_REACHED, states)] * 3)
    assert pool.reserve([a_counter()], after(1), write) is RejectionReason.CAP
    assert len(writes) <= 2


def test_cap_of_zero_is_exhausted() -> None:
    assert rejections(LeasePool(), [a_counter(0)], Table(), [START]) == [RejectionReason.CAP]


# Memory


def test_full_pool_drops_the_oldest_empty_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps_leases, "MAX_LEASES", 2)
    pool = a_pool(*(a_lease(a_counter(key=str(n)), granted=0) for n in range(3)))
    assert list(pool._leases) == ["1", "2"]


def test_full_pool_keeps_leases_with_capacity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps_leases, "MAX_LEASES", 2)
    pool = a_pool(*(a_lease(a_counter(key=str(n)), granted=5 - n) for n in range(2)))
    pool.reserve([a_counter(key="another")], START, applied)
    assert list(pool._leases) == ["0", "1"]


def test_granted_lease_replaces_the_last_one_in_a_full_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps_leases, "MAX_LEASES", 2)
    pool = a_pool(a_lease(), a_lease(a_counter(key="hour"), left=0))
    pool.reserve([a_counter(1, "new"), a_counter(key="hour")], after(1), applied)
    assert [(key, lease.granted) for key, lease in pool._leases.items()] == [("day", 9), ("hour", 19)]


def test_number_of_remembered_exhausted_counters_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps_leases, "MAX_EXHAUSTED", 3)
    pool = LeasePool()
    for n in range(7):
        rejections(pool, [a_counter(1, str(n))], Table({str(n): CounterState(1)}), [START])
        assert len(pool._exhausted) <= 3
    assert pool.reserve([a_counter(1, "6")], START, no_write) is RejectionReason.CAP
