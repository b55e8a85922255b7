"""Simulation of leases: a table, processes with clicks under its caps, and the faults between them."""

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
    """The process dies here."""


@dataclass(slots=True)
class Table:
    """The counters, updated as DynamoDB updates them: all updates of a write or none."""

    counters: dict[str, CounterState] = field(default_factory=dict)

    def allows(self, update: CounterUpdate) -> bool:
        state = self.counters.get(update.key)
        if state is None:
            return update.may_create
        bounds = [(state.used, update.max_used_before), (state.leased, update.max_leased_before)]
        return all(maximum is None or value <= maximum for value, maximum in bounds)

    def apply(self, updates: Sequence[CounterUpdate]) -> dict[str, CounterState | None]:
        """Apply the updates, or nothing and return the counters whose condition failed."""
        failed = {update.key: self.counters.get(update.key) for update in updates if not self.allows(update)}
        if not failed:
            for update in updates:
                before = self.counters.get(update.key, CounterState())
                self.counters[update.key] = CounterState(before.used + update.used, before.leased + update.leased)
        return failed


@dataclass(frozen=True, slots=True)
class Faults:
    """Probability of each fault, per request or per click."""

    killed_before: float = 0
    killed_after: float = 0
    lost_before: float = 0
    lost_after: float = 0
    not_applied: float = 0
    dies: float = 0
    freezes: float = 0
    clock_jumps: float = 0
    crossed: float = 0.2
    """Another process has a click during a request; this is no fault."""


@dataclass(slots=True)
class Process:
    """One process: its leases, its clicks per second, and the error of its clock."""

    rate: float
    skew: timedelta
    leases: LeasePool = field(default_factory=LeasePool)
    is_busy: bool = False


class World:
    """Processes with clicks under caps (key to limit); every click counts under all of them."""

    def __init__(self, random: Random, limits: Mapping[str, int], rates: Sequence[float], faults: Faults) -> None:
        self.random, self.faults, self.table = random, faults, Table()
        self.limits, self.max_taken = dict(limits), dict(limits)
        self.max_leased = {key: limit // LEASED_DIVISOR for key, limit in limits.items()}
        self.taken, self.unknown = Tally[str](), Tally[str]()
        self.now, self.requests, self.clicks, self.last_taken = START, 0, 0, START
        self.processes = [self._process(rate) for rate in rates]

    def run(self, clicks: int) -> None:
        """Simulate clicks, those of each process at random times of its own rate."""
        due = [(self._next_click(process), n) for n, process in enumerate(self.processes)]
        heapq.heapify(due)
        for _ in range(clicks):
            self.now, n = due[0]
            self.click(n)
            heapq.heapreplace(due, (self._next_click(self.processes[n]), n))

    def exhaust(self) -> None:
        """Simulate a click per second in every process until no click was taken for two minutes."""
        self.last_taken = self.now
        while self.now - self.last_taken < timedelta(minutes=2):
            self.now += timedelta(seconds=1)
            for n in range(len(self.processes)):
                self.click(n)

    def edit(self, key: str, limit: int) -> None:
        """Change a limit, for all processes at once; clicks taken above it stay counted."""
        self.limits[key] = limit
        self.max_taken[key] = max(limit, self.taken[key])
        self.max_leased[key] = max(self.max_leased[key], limit // LEASED_DIVISOR)

    def click(self, n: int) -> None:
        """Simulate a click in the n-th process; if the process dies of it, a new one replaces it."""
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
        clock = self.now + process.skew
        self.clicks += 1
        counters = [CapCounter(key, limit, None) for key, limit in self.limits.items()]
        if process.leases.reserve(counters, clock, self._write) is None:
            self._count(counters)
        release = process.leases.pop_expired(clock)
        if release:
            self._release(release)
        if self._happens(self.faults.dies):
            raise Killed

    def _count(self, counters: Sequence[CapCounter]) -> None:
        self.last_taken = self.now
        for counter in counters:
            self.taken[counter.key] += 1
            assert self.taken[counter.key] <= self.max_taken[counter.key], "more clicks than the cap allows"

    def _write(self, requests: Sequence[LeaseRequest]) -> WriteResult:
        if not requests:
            return WriteResult(WriteStatus.APPLIED)
        self.requests += 1
        if self._happens(self.faults.crossed):
            self.click(self.random.randrange(len(self.processes)))
        if self._happens(self.faults.not_applied):
            return WriteResult(WriteStatus.NOT_APPLIED)
        return self._respond(requests)

    def _respond(self, requests: Sequence[LeaseRequest]) -> WriteResult:
        if self._is_lost(self.faults.killed_before, self.faults.lost_before, requests):
            return WriteResult(WriteStatus.UNKNOWN)
        failed = self.table.apply([request.update for request in requests])
        self.check()
        if self._is_lost(self.faults.killed_after, self.faults.lost_after, requests):
            return WriteResult(WriteStatus.UNKNOWN)
        if failed:
            return WriteResult(WriteStatus.LIMIT_REACHED, failed)
        # Only a single update returns the new state.
        keys = [request.counter.key for request in requests]
        return WriteResult(WriteStatus.APPLIED, {keys[0]: self.table.counters[keys[0]]} if len(keys) == 1 else {})

    def _is_lost(self, killed: float, lost: float, requests: Sequence[LeaseRequest]) -> bool:
        """Return whether the request gets no response; raise `Killed` if the process dies here."""
        is_killed, is_lost = self._happens(killed), self._happens(lost)
        if is_killed or is_lost:
            self.unknown.update(request.counter.key for request in requests)
        if is_killed:
            raise Killed
        return is_lost

    def _release(self, update: CounterUpdate) -> None:
        self.requests += 1
        if self._happens(self.faults.killed_before):
            raise Killed
        if not self._happens(self.faults.lost_before):
            self.table.apply([update])
        self.check()
        if self._happens(self.faults.killed_after):
            raise Killed

    def check(self) -> None:
        """Check the invariants: every click taken is counted, and leases stay within their share."""
        for key, counter in self.table.counters.items():
            assert counter.used >= self.taken[key]
            assert 0 <= counter.leased <= self.max_leased[key]

    def _process(self, rate: float) -> Process:
        return Process(rate, timedelta(seconds=self.random.uniform(-600, 600)))

    def _next_click(self, process: Process) -> datetime:
        """Return the time of the process's next click; the clock of a frozen process keeps running."""
        if self._happens(self.faults.clock_jumps):
            process.skew = timedelta(seconds=self.random.uniform(-600, 600))
        frozen = self.random.uniform(10, 600) if self._happens(self.faults.freezes) else 0
        return self.now + timedelta(seconds=self.random.expovariate(process.rate) + frozen)

    def _happens(self, probability: float) -> bool:
        return probability > 0 and self.random.random() < probability


def steady(rate: float, *, limit: int, seconds: int, leases: LeasePool | None = None) -> World:
    """Simulate one process with a click every 1 / rate seconds under one cap."""
    world = World(Random(1), {"day": limit}, [rate], Faults(crossed=0))  # noqa: S311 - no draw matters here
    world.processes[0].leases = leases or LeasePool()
    for n in range(int(rate * seconds)):
        world.now = START + timedelta(seconds=n / rate)
        world.click(0)
    return world


def rejections(
    leases: LeasePool, counters: Sequence[CapCounter], table: Table, times: Sequence[datetime]
) -> list[RejectionReason | None]:
    """Return the results of clicks at these times, one after the other, without faults."""

    def write(requests: Sequence[LeaseRequest]) -> WriteResult:
        failed = table.apply([request.update for request in requests])
        states = {request.counter.key: table.counters.get(request.counter.key) for request in requests}
        return WriteResult(WriteStatus.LIMIT_REACHED, failed) if failed else WriteResult(WriteStatus.APPLIED, states)

    return [leases.reserve(counters, time, write) for time in times]
