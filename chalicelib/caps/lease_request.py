"""One lease on a cap counter, the request for the next one, and its size."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.caps.counter_update import CounterState, CounterUpdate, WriteResult
from chalicelib.caps.windows import CapCounter

LEASE_DURATION = timedelta(seconds=30)
"""How long after its grant a lease may be used, by the clock of the process that holds it."""

TARGET_LEASE_TIME = timedelta(seconds=2)
"""A lease is sized to last so long at the pace at which the one before was used."""

LEASED_DIVISOR = 100
"""One place in so many may be out on leases: what a cap can lose to processes that never come back."""

REMAINING_DIVISOR = 20
"""A lease is at most one in so many of the places that are left."""


@dataclass(frozen=True, slots=True)
class Lease:
    """`left` of `granted` places that were taken ahead of need at `since`; `seen` is the counter just after.

    With nothing granted it only tells since when the process waits for its next click, that is, its pace.
    """

    counter: CapCounter
    granted: int
    left: int
    since: datetime
    observed: CounterState

    def can_serve(self, place: CapCounter, now: datetime) -> bool:
        """Whether the place can be had from this lease: a lease under another limit is only good to be settled."""
        return self.left > 0 and self.counter.limit == place.limit and not self.is_expired(now)

    def is_expired(self, now: datetime) -> bool:
        """Whether it may no longer be used: after its time, or so long before it that the clock went back."""
        return abs(now - self.since) >= LEASE_DURATION

    def release_update(self) -> CounterUpdate:
        """Gives back what is left, and what was used is leased no more. To be sent once, never again."""
        return CounterUpdate(self.counter.key, used=-self.left, leased=-self.granted)


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """What one click asks of one counter: its place, `spare` more on lease, and the settlement of the lease `before`.

    `seen` is the counter as last known.
    """

    counter: CapCounter
    extra: int
    previous_lease: Lease | None
    observed: CounterState

    @property
    def update(self) -> CounterUpdate:
        """The update that does it. Nothing of it is surely done, or surely not, until it is answered."""
        left, granted = outstanding(self.previous_lease)
        most_used = self.counter.limit - 1 - max(self.extra, self.extra * REMAINING_DIVISOR) + left
        return CounterUpdate(
            key=self.counter.key,
            used=1 + self.extra - left,
            leased=self.extra - granted,
            max_used_before=most_used,
            max_leased_before=_allowance(self.counter) - self.extra + granted if self.extra else None,
            # A counter that is gone has nothing to settle: giving back to it would open places that are not there.
            may_create=not granted and most_used >= 0,
            expires_at=self.counter.expires_at,
        )

    def is_exhausted_by(self, found: CounterState | None) -> bool:
        """Whether this counter, which refused it, has no place for the click, whatever is leased with it.

        Where the counter is not told (None), it is full if it refused no more than one place and nothing to settle.
        """
        left, granted = outstanding(self.previous_lease)
        if found is None:
            return not (self.extra or granted)
        return found.used - left >= self.counter.limit


def is_without_room(ask: LeaseRequest, answer: WriteResult) -> bool:
    """Return whether the write found no room in the counter of this request."""
    return ask.counter.key in answer.counters


def reduced_request(ask: LeaseRequest, answer: WriteResult, now: datetime, tries: int) -> LeaseRequest:
    """The ask once more: as the counter was found, and from the second time on with nothing on lease."""
    if not is_without_room(ask, answer):
        return ask if tries == 1 else replace(ask, extra=0)
    found = answer.counters[ask.counter.key]
    if found is None:
        return LeaseRequest(ask.counter, 0, None, CounterState())
    spare = lease_size(ask.counter, ask.previous_lease, found, now) if tries == 1 else 0
    return LeaseRequest(ask.counter, min(spare, ask.extra), ask.previous_lease, found)


def lease_size(place: CapCounter, before: Lease | None, seen: CounterState, now: datetime) -> int:
    """How many places to take ahead of need: by the pace of the lease before, at most twice it, if the cap bears it."""
    if before is None:
        return 0
    clicks, passed = 1 + before.granted - before.left, now - before.since
    size = 2 * (1 + before.granted)
    if passed > timedelta():
        size = min(size, math.ceil(clicks * TARGET_LEASE_TIME / passed))
    return max(0, min(size - 1, _max_lease_size(place, before, seen)))


def _max_lease_size(place: CapCounter, before: Lease, seen: CounterState) -> int:
    """The most that the cap bears: a share of the places left and a quarter of those that may still be leased.

    A quarter, so that neither one process takes them all nor a few that die.
    """
    room = place.limit - (seen.used - before.left) - 1
    leasable = _allowance(place) - (seen.leased - before.granted)
    return min(room // REMAINING_DIVISOR, math.ceil(leasable / 4))


def _allowance(place: CapCounter) -> int:
    return place.limit // LEASED_DIVISOR


def outstanding(lease: Lease | None) -> tuple[int, int]:
    """What is left of the lease and what was granted; of none, nothing."""
    return (lease.left, lease.granted) if lease else (0, 0)
