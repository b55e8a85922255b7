"""Leases on click caps: places that a process takes ahead, so that not every click under a cap costs a call.

Why they never exceed a cap, and what may be lost: `docs/decisions/0024-leases-on-caps.md`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from chalicelib.caps.counter_update import Answer, Counter, Move, Said
from chalicelib.caps.windows import Place
from chalicelib.domain.click import Refusal

LASTS = timedelta(seconds=30)
"""How long after its grant a lease may be used, by the clock of the process that holds it."""

AHEAD = timedelta(seconds=2)
"""A lease is sized to last so long at the pace at which the one before was used."""

LEASABLE = 100
"""One place in so many may be out on leases: what a cap can lose to processes that never come back."""

SHARE = 20
"""A lease is at most one in so many of the places that are left."""

FULL_FOR = timedelta(seconds=5)
"""How long a full counter is believed full while others hold leases on it, which may come back."""

HELD = 1000
"""So many leases, and counters whose pace is known, are held at most."""

REMEMBERED_FULL = 10_000

_FOR_GOOD = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Lease:
    """`left` of `granted` places that were taken ahead of need at `since`; `seen` is the counter just after.

    With nothing granted it only tells since when the process waits for its next click, that is, its pace.
    """

    place: Place
    granted: int
    left: int
    since: datetime
    seen: Counter

    def serves(self, place: Place, now: datetime) -> bool:
        """Whether the place can be had from this lease: a lease under another limit is only good to be settled."""
        return self.left > 0 and self.place.limit == place.limit and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        """Whether it may no longer be used: after its time, or so long before it that the clock went back."""
        return abs(now - self.since) >= LASTS

    def settlement(self) -> Move:
        """Gives back what is left, and what was used is leased no more. To be sent once, never again."""
        return Move(self.place.key, used=-self.left, leased=-self.granted)


@dataclass(frozen=True, slots=True)
class Ask:
    """What one click asks of one counter: its place, `spare` more on lease, and the settlement of the lease `before`.

    `seen` is the counter as last known.
    """

    place: Place
    spare: int
    before: Lease | None
    seen: Counter

    @property
    def move(self) -> Move:
        """The update that does it. Nothing of it is surely done, or surely not, until it is answered."""
        left, granted = _unsettled(self.before)
        most_used = self.place.limit - 1 - max(self.spare, self.spare * SHARE) + left
        return Move(
            key=self.place.key,
            used=1 + self.spare - left,
            leased=self.spare - granted,
            most_used=most_used,
            most_leased=_allowance(self.place) - self.spare + granted if self.spare else None,
            # A counter that is gone has nothing to settle: giving back to it would open places that are not there.
            begins=not granted and most_used >= 0,
            expires_at=self.place.expires_at,
        )

    def finds_full(self, found: Counter | None) -> bool:
        """Whether this counter, which refused it, has no place for the click, whatever is leased with it.

        Where the counter is not told (None), it is full if it refused no more than one place and nothing to settle.
        """
        left, granted = _unsettled(self.before)
        if found is None:
            return not (self.spare or granted)
        return found.used - left >= self.place.limit


Write = Callable[[Sequence[Ask]], Answer]
"""Makes the moves of all asks and leaves the visitor's mark, or does nothing; without either, it is done."""


class Leases:
    """What one process holds, and which counters it found full. For one click after the other, never two at once.

    While a lease is being settled, it is not held: if the process or the call breaks off there, it is written off.
    """

    def __init__(self) -> None:
        self._held: dict[str, Lease] = {}
        self._full: dict[tuple[str, int], datetime] = {}

    def reserve(self, places: Sequence[Place], now: datetime, write: Write) -> Refusal | None:
        """Takes one of each of the places, from leases or by `write`, all or none, and says which was refused.

        A write that is not answered takes no click under a cap: it may have counted. The visitor's mark alone, not
        answered, lets the click pass.
        """
        if any(self._is_full(place, now) for place in places):
            return Refusal.CAP
        at_hand = [place for place in places if self.holds(place, now)]
        for place in at_hand:
            self._use(place, 1)
        asks, answer = self._written([self._ask(place, now) for place in places if place not in at_hand], now, write)
        if answer.said is Said.DONE:
            self._grant(asks, answer, now)
            return None
        if not asks and answer.said is not Said.DUPLICATE:
            return None
        self._put_back(at_hand, asks if answer.said is not Said.UNKNOWN else ())
        return Refusal.DUPLICATE if answer.said is Said.DUPLICATE else Refusal.CAP

    def holds(self, place: Place, now: datetime) -> bool:
        """Whether the place can be had without a call."""
        lease = self._held.get(place.key)
        return lease is not None and lease.serves(place, now)

    def overdue(self, now: datetime) -> Move | None:
        """The settlement of one lease that is over, which is held no more; to be sent once, whatever is answered."""
        while self._held:
            # The oldest comes first; where a clock went back, or a lease was put back, one is settled a little later.
            lease = next(iter(self._held.values()))
            if not lease.is_over(now):
                return None
            del self._held[lease.place.key]
            if lease.granted and not _is_gone(lease.place, now):
                return lease.settlement()
        return None

    def _ask(self, place: Place, now: datetime) -> Ask:
        before = self._held.pop(place.key, None)
        seen = before.seen if before else Counter()
        return Ask(place, _spare(place, before, seen, now), before, seen)

    def _written(self, asks: Sequence[Ask], now: datetime, write: Write) -> tuple[Sequence[Ask], Answer]:
        """The last asks that were tried, and their answer: with less on lease each time, as long as there is room."""
        answer, tries = write(asks), 1
        while answer.said is Said.NO_ROOM:
            full = [
                ask for ask in asks if _without_room(ask, answer) and ask.finds_full(answer.counters[ask.place.key])
            ]
            self._remember_full(full, answer, now)
            if full or not answer.counters:
                break
            asks = [_smaller(ask, answer, now, tries) for ask in asks]
            answer, tries = write(asks), tries + 1
        return asks, answer

    def _grant(self, asks: Sequence[Ask], answer: Answer, now: datetime) -> None:
        # What is leased goes first: where memory is short, a pace is forgotten rather than a lease.
        for ask in sorted(asks, key=lambda ask: -ask.spare):
            move, seen = ask.move, ask.seen
            after = answer.counters.get(ask.place.key) or Counter(seen.used + move.used, seen.leased + move.leased)
            self._hold(Lease(ask.place, ask.spare, ask.spare, now, after))

    def _hold(self, lease: Lease) -> None:
        if len(self._held) >= HELD:
            oldest = next(iter(self._held.values()))
            if oldest.granted:
                return
            del self._held[oldest.place.key]
        self._held[lease.place.key] = lease

    def _use(self, place: Place, places: int) -> None:
        lease = self._held[place.key]
        self._held[place.key] = Lease(lease.place, lease.granted, lease.left - places, lease.since, lease.seen)

    def _put_back(self, at_hand: Sequence[Place], asks: Sequence[Ask]) -> None:
        for place in at_hand:
            self._use(place, -1)
        for ask in asks:
            if ask.before:
                self._hold(ask.before)

    def _is_full(self, place: Place, now: datetime) -> bool:
        """Whether it was found full and nothing suggests otherwise, such as places of our own to give back."""
        until = self._full.get((place.key, place.limit))
        if until is None or now >= until:
            return False
        held = self._held.get(place.key)
        return held is None or held.left == 0

    def _remember_full(self, asks: Sequence[Ask], answer: Answer, now: datetime) -> None:
        for ask in asks:
            if len(self._full) >= REMEMBERED_FULL:
                self._full.clear()
            found, (_, granted) = answer.counters[ask.place.key], _unsettled(ask.before)
            is_for_good = found is not None and found.leased <= granted
            self._full[ask.place.key, ask.place.limit] = _FOR_GOOD if is_for_good else now + FULL_FOR


def _without_room(ask: Ask, answer: Answer) -> bool:
    return ask.place.key in answer.counters


def _smaller(ask: Ask, answer: Answer, now: datetime, tries: int) -> Ask:
    """The ask once more: as the counter was found, and from the second time on with nothing on lease."""
    if not _without_room(ask, answer):
        return ask if tries == 1 else replace(ask, spare=0)
    found = answer.counters[ask.place.key]
    if found is None:
        return Ask(ask.place, 0, None, Counter())
    spare = _spare(ask.place, ask.before, found, now) if tries == 1 else 0
    return Ask(ask.place, min(spare, ask.spare), ask.before, found)


def _spare(place: Place, before: Lease | None, seen: Counter, now: datetime) -> int:
    """How many places to take ahead of need: by the pace of the lease before, at most twice it, if the cap bears it."""
    if before is None:
        return 0
    clicks, passed = 1 + before.granted - before.left, now - before.since
    size = 2 * (1 + before.granted)
    if passed > timedelta():
        size = min(size, math.ceil(clicks * AHEAD / passed))
    return max(0, min(size - 1, _bearable(place, before, seen)))


def _bearable(place: Place, before: Lease, seen: Counter) -> int:
    """The most that the cap bears: a share of the places left and a quarter of those that may still be leased.

    A quarter, so that neither one process takes them all nor a few that die.
    """
    room = place.limit - (seen.used - before.left) - 1
    leasable = _allowance(place) - (seen.leased - before.granted)
    return min(room // SHARE, math.ceil(leasable / 4))


def _allowance(place: Place) -> int:
    return place.limit // LEASABLE


def _unsettled(lease: Lease | None) -> tuple[int, int]:
    """What is left of the lease and what was granted; of none, nothing."""
    return (lease.left, lease.granted) if lease else (0, 0)


def _is_gone(place: Place, now: datetime) -> bool:
    return place.expires_at is not None and now >= place.expires_at
