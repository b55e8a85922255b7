"""Lease on a cap counter, the request for the next lease, and its size."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.caps.counter_update import CounterState, CounterUpdate, WriteResult
from chalicelib.caps.windows import CapCounter

LEASE_DURATION = timedelta(seconds=30)
"""Time after its grant for which a lease may be used, by the clock of the process that holds it."""

TARGET_LEASE_TIME = timedelta(seconds=2)
"""Target time for which a lease lasts at the last observed rate."""

LEASED_DIVISOR = 100
"""At most 1/100 of a cap may be leased. This bounds the capacity that dead processes can lose."""

REMAINING_DIVISOR = 20
"""A lease takes at most 1/20 of the remaining capacity."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Capacity that a process took at `since` ahead of use: `left` of `granted`; `observed` is the counter after that.

    An empty lease (`granted` 0) only measures the click rate.
    """

    counter: CapCounter
    granted: int
    left: int
    since: datetime
    observed: CounterState

    def can_serve(self, counter: CapCounter, now: datetime) -> bool:
        """Return whether this lease has capacity for a click; after a change of the limit it can only be released."""
        return self.left > 0 and self.counter.limit == counter.limit and not self.is_expired(now)

    def is_expired(self, now: datetime) -> bool:
        """Return whether the lease may no longer be used: too old, or the clock was set back by as much."""
        return abs(now - self.since) >= LEASE_DURATION

    def release_update(self) -> CounterUpdate:
        """Return the update that gives back the unused part and ends the lease. It must be sent only once."""
        return CounterUpdate(self.counter.key, used=-self.left, leased=-self.granted)


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """Request of one click to one counter: its own unit, `extra` units as a lease, and the release of the last lease.

    `observed` is the last known state of the counter.
    """

    counter: CapCounter
    extra: int
    previous_lease: Lease | None
    observed: CounterState

    @property
    def update(self) -> CounterUpdate:
        """The update of the counter. Its outcome is unknown until the write is answered."""
        left, granted = outstanding(self.previous_lease)
        max_used = self.counter.limit - 1 - max(self.extra, self.extra * REMAINING_DIVISOR) + left
        return CounterUpdate(
            key=self.counter.key,
            used=1 + self.extra - left,
            leased=self.extra - granted,
            max_used_before=max_used,
            max_leased_before=_max_leased(self.counter) - self.extra + granted if self.extra else None,
            # Releasing a lease on a counter that has expired would create capacity that does not exist.
            may_create=not granted and max_used >= 0,
            expires_at=self.counter.expires_at,
        )

    def is_exhausted_by(self, state: CounterState | None) -> bool:
        """Return whether the counter, which failed the condition in this state, has no capacity even without a lease.

        If the state is unknown (None), it is exhausted if the request was for one unit and released nothing.
        """
        left, granted = outstanding(self.previous_lease)
        if state is None:
            return not (self.extra or granted)
        return state.used - left >= self.counter.limit


def hit_limit(request: LeaseRequest, result: WriteResult) -> bool:
    """Return whether the counter of this request is one that caused the write to fail."""
    return request.counter.key in result.states


def reduce_request(request: LeaseRequest, result: WriteResult, now: datetime, attempts: int) -> LeaseRequest:
    """Return the request for the next attempt: based on the new state, and after the second attempt without a lease."""
    if not hit_limit(request, result):
        return request if attempts == 1 else replace(request, extra=0)
    state = result.states[request.counter.key]
    if state is None:
        return LeaseRequest(request.counter, 0, None, CounterState())
    extra = lease_size(request.counter, request.previous_lease, state, now) if attempts == 1 else 0
    return LeaseRequest(request.counter, min(extra, request.extra), request.previous_lease, state)


def lease_size(counter: CapCounter, previous: Lease | None, state: CounterState, now: datetime) -> int:
    """Return the size of the next lease: based on the last rate, at most twice the last size, limited by the cap."""
    if previous is None:
        return 0
    clicks, elapsed = 1 + previous.granted - previous.left, now - previous.since
    size = 2 * (1 + previous.granted)
    if elapsed > timedelta():
        size = min(size, math.ceil(clicks * TARGET_LEASE_TIME / elapsed))
    return max(0, min(size - 1, _max_lease_size(counter, previous, state)))


def outstanding(lease: Lease | None) -> tuple[int, int]:
    """Return (left, granted) of the lease; (0, 0) without a lease."""
    return (lease.left, lease.granted) if lease else (0, 0)


def _max_lease_size(counter: CapCounter, previous: Lease, state: CounterState) -> int:
    """Return the size of the largest lease that the cap allows.

    It is at most a share of the cap's unused capacity, and at most a quarter of what may still be leased, so that
    neither one process nor a few dead ones take all of it.
    """
    remaining = counter.limit - (state.used - previous.left) - 1
    leasable = _max_leased(counter) - (state.leased - previous.granted)
    return min(remaining // REMAINING_DIVISOR, math.ceil(leasable / 4))


def _max_leased(counter: CapCounter) -> int:
    return counter.limit // LEASED_DIVISOR
