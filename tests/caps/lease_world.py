"""A world for leases: a table, processes that click under its caps, and everything that can go wrong between them."""

import heapq
from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from chalicelib.caps.counter_update import CounterState, CounterUpdate, WriteResult, WriteStatus
from chalicelib.caps.lease_request import LEASED_DIVISOR, LeaseRequest
from chalicelib.caps.leases import LeasePool
from chalicelib.caps.windows import CapCounter
from chalicelib.domain.click import RejectionReason

START = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Killed(BaseException):
    """The process ends here."""


@dataclass(slots=True)
class Table:
    """The counters, changed as the table changes them: all moves of a write together or none."""

    counters: dict[str, CounterState] = field(default_factory=dict)

    def allows(self, move: CounterUpdate) -> bool:
        now = self.counters.get(move.key)
        if now is None:
            return move.may_create
        bounds = [(now.used, move.max_used_before), (now.leased, move.max_leased_before)]
        return all(most is None or at <= most for at, most in bounds)

    def make(self, moves: Sequence[CounterUpdate]) -> dict[str, CounterState | None]:
        """Makes the moves, unless some are not allowed: then gives the counters that refused."""
        refused = {move.key: self.counters.get(move.key) for move in moves if not self.allows(move)}
        if not refused:
            for move in moves:
                was = self.counters.get(move.key, CounterState())
                self.counters[move.key] = CounterState(was.used + move.used, was.leased + move.leased)
        return refused


@dataclass(frozen=True, slots=True)
class Faults:
    """How likely each mishap is, per call or per click."""

    killed_before: float = 0
    killed_after: float = 0
    unanswered_before: float = 0
    unanswered_after: float = 0
    undone: float = 0
    dies: float = 0
    freezes: float = 0
    clock_jumps: float = 0
    crossed: float = 0.2
    """Another process clicks while a call is under way: no mishap."""


@dataclass(slots=True)
class Process:
    """One process: what it holds, how many clicks a second it gets, and how far its clock is off."""

    rate: float
    skew: timedelta
    leases: LeasePool = field(default_factory=LeasePool)
    is_busy: bool = False


class World:
    """Processes that click under caps (key to limit); every click asks for a place under all of them."""

    def __init__(self, random: Random, limits: Mapping[str, int], rates: Sequence[float], faults: Faults) -> None:
        self.random, self.faults, self.table = random, faults, Table()
        self.limits, self.ceilings = dict(limits), dict(limits)
        self.most_leased = {key: limit // LEASED_DIVISOR for key, limit in limits.items()}
        self.taken, self.unanswered = Tally[str](), Tally[str]()
        self.now, self.calls, self.clicks, self.last_taken = START, 0, 0, START
        self.processes = [self._process(rate) for rate in rates]

    def run(self, clicks: int) -> None:
        """Lets that many clicks happen, each process's at random moments of its own rate."""
        due = [(self._next(process), n) for n, process in enumerate(self.processes)]
        heapq.heapify(due)
        for _ in range(clicks):
            self.now, n = due[0]
            self.click(n)
            heapq.heapreplace(due, (self._next(self.processes[n]), n))

    def exhaust(self) -> None:
        """Lets every process click once a second until nobody has taken anything for two minutes."""
        self.last_taken = self.now
        while self.now - self.last_taken < timedelta(minutes=2):
            self.now += timedelta(seconds=1)
            for n in range(len(self.processes)):
                self.click(n)

    def edit(self, key: str, limit: int) -> None:
        """The cap gets another limit, which every process knows at once; what was taken above it stays taken."""
        self.limits[key] = limit
        self.ceilings[key] = max(limit, self.taken[key])
        self.most_leased[key] = max(self.most_leased[key], limit // LEASED_DIVISOR)

    def click(self, n: int) -> None:
        """A click in the n-th process, and after it, perhaps, its end: another takes its place."""
        process = self.processes[n]
        if process.is_busy:
            return
        process.is_busy = True
        try:
            self._click(process)
        except Killed:
            self.processes[n] = self._process(process.rate)
        finally:
            process.is_busy = False

    def _click(self, process: Process) -> None:
        at = self.now + process.skew
        self.clicks += 1
        places = [CapCounter(key, limit, None) for key, limit in self.limits.items()]
        if process.leases.reserve(places, at, self._write) is None:
            self._took(places)
        settled = process.leases.pop_expired(at)
        if settled:
            self._settle(settled)
        if self._happens(self.faults.dies):
            raise Killed

    def _took(self, places: Sequence[CapCounter]) -> None:
        self.last_taken = self.now
        for place in places:
            self.taken[place.key] += 1
            assert self.taken[place.key] <= self.ceilings[place.key], "more clicks than the cap allows"

    def _write(self, asks: Sequence[LeaseRequest]) -> WriteResult:
        if not asks:
            return WriteResult(WriteStatus.APPLIED)
        self.calls += 1
        if self._happens(self.faults.crossed):
            self.click(self.random.randrange(len(self.processes)))
        if self._happens(self.faults.undone):
            return WriteResult(WriteStatus.NOT_APPLIED)
        return self._answered(asks)

    def _answered(self, asks: Sequence[LeaseRequest]) -> WriteResult:
        if self._breaks(self.faults.killed_before, self.faults.unanswered_before, asks):
            return WriteResult(WriteStatus.UNKNOWN)
        refused = self.table.make([ask.update for ask in asks])
        self.check()
        if self._breaks(self.faults.killed_after, self.faults.unanswered_after, asks):
            return WriteResult(WriteStatus.UNKNOWN)
        if refused:
            return WriteResult(WriteStatus.LIMIT_REACHED, refused)
        # Only a single update tells what came of it.
        told = {asks[0].counter.key: self.table.counters[asks[0].counter.key]} if len(asks) == 1 else {}
        return WriteResult(WriteStatus.APPLIED, told)

    def _breaks(self, killed: float, unanswered: float, asks: Sequence[LeaseRequest]) -> bool:
        """Whether the call goes unanswered here, or raises the process's end."""
        is_killed, is_unanswered = self._happens(killed), self._happens(unanswered)
        if is_killed or is_unanswered:
            self.unanswered.update(ask.counter.key for ask in asks)
        if is_killed:
            raise Killed
        return is_unanswered

    def _settle(self, move: CounterUpdate) -> None:
        self.calls += 1
        if self._happens(self.faults.killed_before):
            raise Killed
        if not self._happens(self.faults.unanswered_before):
            self.table.make([move])
        self.check()
        if self._happens(self.faults.killed_after):
            raise Killed

    def check(self) -> None:
        """What holds at all times: every click taken is counted, and no more is out on leases than may be."""
        for key, counter in self.table.counters.items():
            assert counter.used >= self.taken[key]
            assert 0 <= counter.leased <= self.most_leased[key]

    def _process(self, rate: float) -> Process:
        return Process(rate, timedelta(seconds=self.random.uniform(-600, 600)))

    def _next(self, process: Process) -> datetime:
        """When the process clicks next; one that freezes comes back with its clock at the right time."""
        if self._happens(self.faults.clock_jumps):
            process.skew = timedelta(seconds=self.random.uniform(-600, 600))
        frozen = self.random.uniform(10, 600) if self._happens(self.faults.freezes) else 0
        return self.now + timedelta(seconds=self.random.expovariate(process.rate) + frozen)

    def _happens(self, likely: float) -> bool:
        return likely > 0 and self.random.random() < likely


def steady(rate: float, *, limit: int, seconds: int, leases: LeasePool | None = None) -> World:
    """One process with a click every 1 / rate seconds under one cap."""
    world = World(Random(1), {"day": limit}, [rate], Faults(crossed=0))  # noqa: S311 - no draw matters here
    world.processes[0].leases = leases or LeasePool()
    for n in range(int(rate * seconds)):
        world.now = START + timedelta(seconds=n / rate)
        world.click(0)
    return world


def refusals(
    leases: LeasePool, places: Sequence[CapCounter], table: Table, times: Sequence[datetime]
) -> list[RejectionReason | None]:
    """What clicks at these times are told, one after the other, where nothing goes wrong."""

    def write(asks: Sequence[LeaseRequest]) -> WriteResult:
        refused = table.make([ask.update for ask in asks])
        told = {ask.counter.key: table.counters.get(ask.counter.key) for ask in asks}
        return WriteResult(WriteStatus.LIMIT_REACHED, refused) if refused else WriteResult(WriteStatus.APPLIED, told)

    return [leases.reserve(places, at, write) for at in times]
