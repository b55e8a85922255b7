from datetime import timedelta

import pytest

from chalicelib.caps.counter_update import CounterState, CounterUpdate
from chalicelib.caps.lease_request import Lease, LeaseRequest, lease_size
from chalicelib.caps.windows import CapCounter
from tests.caps.lease_world import START


def a_counter(limit: int = 10_000) -> CapCounter:
    return CapCounter("day", limit, None)


def a_lease(**changes: int) -> Lease:
    numbers = {"granted": 9, "left": 4, "used": 100, "leased": 9} | changes
    return Lease(
        a_counter(), numbers["granted"], numbers["left"], START, CounterState(numbers["used"], numbers["leased"])
    )


@pytest.mark.parametrize(
    ("lease", "seconds", "size"),
    [
        pytest.param(a_lease(granted=9, left=0), 0.1, 19, id="at most twice the last size"),
        pytest.param(a_lease(granted=9, left=0), 0, 19, id="all clicks at the same time"),
        pytest.param(a_lease(granted=9, left=0), -5, 19, id="clock set back"),
        pytest.param(a_lease(granted=9, left=0), 2, 9, id="ten clicks in two seconds"),
        pytest.param(a_lease(granted=9, left=0), 10, 1, id="ten clicks in ten seconds"),
        pytest.param(a_lease(granted=9, left=4), 31, 0, id="six clicks in half a minute"),
        pytest.param(a_lease(granted=0, left=0, leased=0), 1, 1, id="the second click"),
        pytest.param(a_lease(granted=0, left=0, leased=0), 2, 0, id="the second click after two seconds"),
        pytest.param(a_lease(granted=50, left=0, leased=50), 0.1, 25, id="at most a quarter of what may be leased"),
        pytest.param(a_lease(granted=9, left=0, leased=106), 0.1, 1, id="but at least one, if it may be leased"),
        pytest.param(a_lease(granted=9, left=0, leased=109), 0.1, 0, id="nothing may be leased"),
        pytest.param(a_lease(granted=9, left=0, used=9899), 0.1, 5, id="at most 1/20 of the remaining capacity"),
        pytest.param(a_lease(granted=9, left=0, used=9980), 0.1, 0, id="19 units left"),
        pytest.param(a_lease(granted=9, left=0, used=10_500), 0.1, 0, id="lowered limit"),
    ],
)
def test_lease_lasts_two_seconds_at_the_last_rate(lease: Lease, seconds: float, size: int) -> None:
    assert lease_size(lease.counter, lease, lease.observed, START + timedelta(seconds=seconds)) == size


def test_first_click_leases_nothing() -> None:
    assert lease_size(a_counter(), None, CounterState(), START) == 0
    request = LeaseRequest(a_counter(40), 0, None, CounterState())
    assert request.update == CounterUpdate("day", used=1, max_used_before=39, may_create=True)


def test_request_releases_the_last_lease_and_limits_the_new_one() -> None:
    request = LeaseRequest(a_counter(1000), 3, a_lease(granted=9, left=4), CounterState(100, 9))
    assert request.update == CounterUpdate(
        "day", used=1 + 3 - 4, leased=3 - 9, max_used_before=1000 - 1 - 3 * 20 + 4, max_leased_before=10 - 3 + 9
    )


@pytest.mark.parametrize(
    ("used", "is_exhausted"),
    [pytest.param(1003, False, id="the unused part of the last lease is free"), pytest.param(1004, True, id="full")],
)
def test_counter_is_exhausted_without_capacity_for_one_click(used: int, is_exhausted: bool) -> None:
    request = LeaseRequest(a_counter(1000), 3, a_lease(granted=9, left=4), CounterState(100, 9))
    assert request.is_exhausted_by(CounterState(used, 9)) is is_exhausted
