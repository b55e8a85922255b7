"""Leases on click caps: places that a process takes ahead, so that not every click under a cap costs a call.

Why they never exceed a cap, and what may be lost: `docs/decisions/0024-leases-on-caps.md`.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from chalicelib.caps.counter_update import CounterState, CounterUpdate, WriteResult, WriteStatus
from chalicelib.caps.lease_request import Lease, LeaseRequest, is_without_room, lease_size, outstanding, reduced_request
from chalicelib.caps.windows import CapCounter
from chalicelib.domain.click import RejectionReason

EXHAUSTED_CACHE_TTL = timedelta(seconds=5)
"""How long a full counter is believed full while others hold leases on it, which may come back."""

MAX_LEASES = 1000
"""So many leases, and counters whose pace is known, are held at most."""

MAX_EXHAUSTED = 10_000

_FOR_GOOD = datetime.max.replace(tzinfo=UTC)


Write = Callable[[Sequence[LeaseRequest]], WriteResult]
"""Makes the moves of all asks and leaves the visitor's mark, or does nothing; without either, it is done."""


class LeasePool:
    """What one process holds, and which counters it found full. For one click after the other, never two at once.

    While a lease is being settled, it is not held: if the process or the call breaks off there, it is written off.
    """

    def __init__(self) -> None:
        self._held: dict[str, Lease] = {}
        self._full: dict[tuple[str, int], datetime] = {}

    def reserve(self, places: Sequence[CapCounter], now: datetime, write: Write) -> RejectionReason | None:
        """Takes one of each of the places, from leases or by `write`, all or none, and says which was refused.

        A write that is not answered takes no click under a cap: it may have counted. The visitor's mark alone, not
        answered, lets the click pass.
        """
        if any(self._is_full(place, now) for place in places):
            return RejectionReason.CAP
        at_hand = [place for place in places if self.holds(place, now)]
        for place in at_hand:
            self._use(place, 1)
        asks, answer = self._written([self._ask(place, now) for place in places if place not in at_hand], now, write)
        if answer.status is WriteStatus.APPLIED:
            self._grant(asks, answer, now)
            return None
        if not asks and answer.status is not WriteStatus.DUPLICATE:
            return None
        self._roll_back(at_hand, asks if answer.status is not WriteStatus.UNKNOWN else ())
        return RejectionReason.DUPLICATE if answer.status is WriteStatus.DUPLICATE else RejectionReason.CAP

    def holds(self, place: CapCounter, now: datetime) -> bool:
        """Whether the place can be had without a call."""
        lease = self._held.get(place.key)
        return lease is not None and lease.can_serve(place, now)

    def pop_expired(self, now: datetime) -> CounterUpdate | None:
        """The settlement of one lease that is over, which is held no more; to be sent once, whatever is answered."""
        while self._held:
            # The oldest comes first; where a clock went back, or a lease was put back, one is settled a little later.
            lease = next(iter(self._held.values()))
            if not lease.is_expired(now):
                return None
            del self._held[lease.counter.key]
            if lease.granted and not _is_gone(lease.counter, now):
                return lease.release_update()
        return None

    def _ask(self, place: CapCounter, now: datetime) -> LeaseRequest:
        before = self._held.pop(place.key, None)
        seen = before.observed if before else CounterState()
        return LeaseRequest(place, lease_size(place, before, seen, now), before, seen)

    def _written(
        self, asks: Sequence[LeaseRequest], now: datetime, write: Write
    ) -> tuple[Sequence[LeaseRequest], WriteResult]:
        """The last asks that were tried, and their answer: with less on lease each time, as long as there is room."""
        answer, tries = write(asks), 1
        while answer.status is WriteStatus.LIMIT_REACHED:
            full = [
                ask
                for ask in asks
                if is_without_room(ask, answer) and ask.is_exhausted_by(answer.counters[ask.counter.key])
            ]
            self._remember_full(full, answer, now)
            if full or not answer.counters:
                break
            asks = [reduced_request(ask, answer, now, tries) for ask in asks]
            answer, tries = write(asks), tries + 1
        return asks, answer

    def _grant(self, asks: Sequence[LeaseRequest], answer: WriteResult, now: datetime) -> None:
        # What is leased goes first: where memory is short, a pace is forgotten rather than a lease.
        for ask in sorted(asks, key=lambda ask: -ask.extra):
            move, seen = ask.update, ask.observed
            after = answer.counters.get(ask.counter.key) or CounterState(
                seen.used + move.used, seen.leased + move.leased
            )
            self._hold(Lease(ask.counter, ask.extra, ask.extra, now, after))

    def _hold(self, lease: Lease) -> None:
        if len(self._held) >= MAX_LEASES:
            oldest = next(iter(self._held.values()))
            if oldest.granted:
                return
            del self._held[oldest.counter.key]
        self._held[lease.counter.key] = lease

    def _use(self, place: CapCounter, places: int) -> None:
        lease = self._held[place.key]
        self._held[place.key] = Lease(lease.counter, lease.granted, lease.left - places, lease.since, lease.observed)

    def _roll_back(self, at_hand: Sequence[CapCounter], asks: Sequence[LeaseRequest]) -> None:
        for place in at_hand:
            self._use(place, -1)
        for ask in asks:
            if ask.previous_lease:
                self._hold(ask.previous_lease)

    def _is_full(self, place: CapCounter, now: datetime) -> bool:
        """Whether it was found full and nothing suggests otherwise, such as places of our own to give back."""
        until = self._full.get((place.key, place.limit))
        if until is None or now >= until:
            return False
        held = self._held.get(place.key)
        return held is None or held.left == 0

    def _remember_full(self, asks: Sequence[LeaseRequest], answer: WriteResult, now: datetime) -> None:
        for ask in asks:
            if len(self._full) >= MAX_EXHAUSTED:
                self._full.clear()
            found, (_, granted) = answer.counters[ask.counter.key], outstanding(ask.previous_lease)
            is_for_good = found is not None and found.leased <= granted
            self._full[ask.counter.key, ask.counter.limit] = _FOR_GOOD if is_for_good else now + EXHAUSTED_CACHE_TTL


def _is_gone(place: CapCounter, now: datetime) -> bool:
    return place.expires_at is not None and now >= place.expires_at
