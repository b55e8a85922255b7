"""Leases on click caps: capacity that a process takes ahead, so that not every click under a cap costs a request.

Why they never exceed a cap, and what may be lost: `docs/decisions/0024-leases-on-caps.md`.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from chalicelib.caps.counter_update import CounterState, CounterUpdate, WriteResult, WriteStatus
from chalicelib.caps.lease_request import Lease, LeaseRequest, hit_limit, lease_size, outstanding, reduce_request
from chalicelib.caps.windows import CapCounter
from chalicelib.domain.click import RejectionReason

EXHAUSTED_CACHE_TTL = timedelta(seconds=5)
"""Time for which a counter counts as exhausted while others hold leases on it, which they may give back."""

MAX_LEASES = 1000
"""Maximum number of leases held by one process, including the empty ones that measure a rate."""

MAX_EXHAUSTED = 10_000
_FOREVER = datetime.max.replace(tzinfo=UTC)

Write = Callable[[Sequence[LeaseRequest]], WriteResult]
"""Applies the updates of all requests and puts the duplicate marker, all or nothing; without either it is applied."""


class LeasePool:
    """The leases of one process, and the counters that it found exhausted. It serves one click at a time.

    A lease that is being released is not in the pool: if the process dies or the request fails, it is written off.
    """

    def __init__(self) -> None:
        self._leases: dict[str, Lease] = {}
        self._exhausted: dict[tuple[str, int], datetime] = {}

    def reserve(self, counters: Sequence[CapCounter], now: datetime, write: Write) -> RejectionReason | None:
        """Take one unit of each counter, from leases or by `write`, all or none; return the reason of a rejection.

        A write to a counter with an unknown outcome rejects the click, because it may have counted. A write of the
        duplicate marker alone with an unknown outcome lets the click pass.
        """
        if any(self._is_exhausted(counter, now) for counter in counters):
            return RejectionReason.CAP
        leased = [counter for counter in counters if self.can_serve(counter, now)]
        for counter in leased:
            self._use(counter, 1)
        needed = [self._request(counter, now) for counter in counters if counter not in leased]
        requests, result = self._write_with_retries(needed, now, write)
        if result.status is WriteStatus.APPLIED:
            self._grant(requests, result, now)
            return None
        if not requests and result.status is not WriteStatus.DUPLICATE:
            return None
        self._roll_back(leased, requests if result.status is not WriteStatus.UNKNOWN else ())
        return RejectionReason.DUPLICATE if result.status is WriteStatus.DUPLICATE else RejectionReason.CAP

    def take(self, counters: Sequence[CapCounter], now: datetime) -> bool:
        """Take one unit of each counter if leases have them all; return whether they do."""
        if not all(self.can_serve(counter, now) for counter in counters):
            return False
        for counter in counters:
            self._use(counter, 1)
        return True

    def can_serve(self, counter: CapCounter, now: datetime) -> bool:
        """Return whether a lease has capacity for a click, so that no request is needed."""
        lease = self._leases.get(counter.key)
        return lease is not None and lease.can_serve(counter, now)

    def pop_expired(self, now: datetime) -> CounterUpdate | None:
        """Remove one expired lease and return the update that releases it. Send it once, whatever the response."""
        while self._leases:
            # Oldest first. After a clock change, or if a lease was put back, one is released a little later.
            lease = next(iter(self._leases.values()))
            if not lease.is_expired(now):
                return None
            del self._leases[lease.counter.key]
            if lease.granted and not _has_counter_expired(lease.counter, now):
                return lease.release_update()
        return None

    def _request(self, counter: CapCounter, now: datetime) -> LeaseRequest:
        previous = self._leases.pop(counter.key, None)
        state = previous.observed if previous else CounterState()
        return LeaseRequest(counter, lease_size(counter, previous, state, now), previous, state)

    def _write_with_retries(
        self, requests: Sequence[LeaseRequest], now: datetime, write: Write
    ) -> tuple[Sequence[LeaseRequest], WriteResult]:
        """Return the last attempt's requests and their result; each attempt leases less, while capacity is left."""
        result, attempts = write(requests), 1
        while result.status is WriteStatus.LIMIT_REACHED:
            exhausted = [
                request
                for request in requests
                if hit_limit(request, result) and request.is_exhausted_by(result.states[request.counter.key])
            ]
            self._remember_exhausted(exhausted, result, now)
            if exhausted or not result.states:
                break
            requests = [reduce_request(request, result, now, attempts) for request in requests]
            result, attempts = write(requests), attempts + 1
        return requests, result

    def _grant(self, requests: Sequence[LeaseRequest], result: WriteResult, now: datetime) -> None:
        # The largest lease first: if the pool is full, an empty lease is dropped rather than one with capacity.
        for request in sorted(requests, key=lambda request: -request.extra):
            update, before = request.update, request.observed
            state = result.states.get(request.counter.key) or CounterState(
                before.used + update.used, before.leased + update.leased
            )
            self._add(Lease(request.counter, request.extra, request.extra, now, state))

    def _add(self, lease: Lease) -> None:
        if len(self._leases) >= MAX_LEASES:
            oldest = next(iter(self._leases.values()))
            if oldest.granted:
                return
            del self._leases[oldest.counter.key]
        self._leases[lease.counter.key] = lease

    def _use(self, counter: CapCounter, units: int) -> None:
        lease = self._leases[counter.key]
        self._leases[counter.key] = Lease(lease.counter, lease.granted, lease.left - units, lease.since, lease.observed)

    def _roll_back(self, leased: Sequence[CapCounter], requests: Sequence[LeaseRequest]) -> None:
        for counter in leased:
            self._use(counter, -1)
        for request in requests:
            if request.previous_lease:
                self._add(request.previous_lease)

    def _is_exhausted(self, counter: CapCounter, now: datetime) -> bool:
        """Return whether the counter was exhausted lately and this process has no unused capacity to give back."""
        until = self._exhausted.get((counter.key, counter.limit))
        if until is None or now >= until:
            return False
        lease = self._leases.get(counter.key)
        return lease is None or lease.left == 0

    def _remember_exhausted(self, requests: Sequence[LeaseRequest], result: WriteResult, now: datetime) -> None:
        for request in requests:
            if len(self._exhausted) >= MAX_EXHAUSTED:
                self._exhausted.clear()
            state, (_, granted) = result.states[request.counter.key], outstanding(request.previous_lease)
            is_final = state is not None and state.leased <= granted
            until = _FOREVER if is_final else now + EXHAUSTED_CACHE_TTL
            self._exhausted[request.counter.key, request.counter.limit] = until


def _has_counter_expired(counter: CapCounter, now: datetime) -> bool:
    return counter.expires_at is not None and now >= counter.expires_at
