"""How long it takes to learn of a thousand pools, and how much memory: the target of issue 4.

`python -m bench.pools` makes the counters' rows of a few pools as the store holds them (sixty days, coarsened, most in
chunks and the newest in blocks), and learns of some hundred pools, in one process: rows → what is counted → weights,
packed. The floor, measured in the same run, is to unpack the rows without looking into them. Times are told for a
thousand pools; `--pools 1000` learns of as many. Each pool is learned of by itself, so memory does not grow with them.
"""

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import TypeVar

from bench.figures import Figure, FigureTarget, Floor, Part, main
from chalicelib.counters.cells import add_cells
from chalicelib.counters.column_codec import decode_columns, encode
from chalicelib.counters.learning_cells import COUNTS, LAYOUT, LearningCell, LearningCells, downsample
from chalicelib.domain.campaign import Campaign
from chalicelib.domain.smartlink import Offer, OptimizationGoal
from chalicelib.optimizer.history.size_limit import EncodedRun, build_run_record, fit_to_item_size
from chalicelib.optimizer.inputs.bucket_counts import sum_by_bucket
from chalicelib.optimizer.inputs.build_statistics import RunClock, build_statistics
from chalicelib.optimizer.inputs.pool_config import PoolConfig
from chalicelib.optimizer.model.weights import compute_weights
from chalicelib.settings import LEARNING_WINDOW_DAYS

POOLS, OFFERS, SEGMENTS = 1_000, 20, 50
MEASURED = 200
"""Pools that are learned of unless more are asked for."""

CLICKS_A_DAY = 1_000
KINDS = 8
"""Different pools; the others are these over again."""

BLOCKS = 100
"""Rows that are not merged yet: they are from 200 on."""

CHUNKS = 3
TOLD_EVERY = 5
CPU_SECONDS, MEGABYTES = 60.0, 512.0
NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
_HOUR = int(NOW.timestamp()) // 3600
_DEVICES = ("mobile", "desktop", "tablet")
_RATE = 0.02
_BINS = (0, 0, 0, 1, 2, 4, 6, 9)

Returned = TypeVar("Returned")


@dataclass(slots=True)
class Meter:
    """The CPU seconds of each step."""

    seconds: dict[str, float]

    def run(self, step: str, work: Callable[[], Returned]) -> Returned:
        """The work's result; its time is added to the step's."""
        began = time.process_time()
        result = work()
        self.seconds[step] = self.seconds.get(step, 0.0) + time.process_time() - began
        return result


@dataclass(frozen=True, slots=True)
class Kind:
    """The rows of one pool, and how many cells and clicks are in them."""

    rows: Sequence[bytes]
    cells: int
    clicks: int


def segments() -> list[tuple[str, str]]:
    """Countries and devices."""
    return [(f"{chr(65 + n // 3)}X", _DEVICES[n % 3]) for n in range(SEGMENTS)]


def made(dice: Random, clicks_a_day: int) -> Kind:
    """A pool whose segments and offers have clicks by Zipf's law, each click counted in the hour of its own."""
    shares = [1 / (1 + n) for n in range(SEGMENTS)]
    wanted = [1 / (1 + n) for n in range(OFFERS)]
    number = clicks_a_day * LEARNING_WINDOW_DAYS
    where = dice.choices(segments(), shares, k=number)
    taken = dice.choices(range(OFFERS), wanted, k=number)
    hourly: LearningCells = {}
    for (country, device), offer in zip(where, taken, strict=True):
        hour = _HOUR - int(dice.random() * (LEARNING_WINDOW_DAYS * 24 - 1))
        cell = LearningCell(hour, 1, country, device, f"cmp_01m7y0t0bjzdjrh2pcx7v6ep{offer:02}")
        add_cells(hourly, {cell: (1, *[0] * (len(COUNTS) - 1))})
        if dice.random() < _RATE:
            payout, revenue = 1_500_000, 2_000_000
            money = (payout, revenue, payout**2, revenue**2, payout * revenue)
            add_cells(hourly, {cell._replace(delay=dice.choice(_BINS)): (0, 1, *money)})
    return _stored(downsample(hourly, NOW, LEARNING_WINDOW_DAYS), number)


def _stored(cells: LearningCells, clicks: int) -> Kind:
    """The cells in rows: those of this hour in blocks, the others in chunks."""
    ordered = sorted(cells.items())
    fresh = [each for each in ordered if each[0].hour == _HOUR]
    older = [each for each in ordered if each[0].hour < _HOUR]
    parts = [*_dealt(older, CHUNKS), *_dealt(fresh, BLOCKS)]
    return Kind([encode(dict(part), LAYOUT) for part in parts if part], len(cells), clicks)


def _dealt(
    cells: Sequence[tuple[LearningCell, list[int]]], parts: int
) -> Iterator[Sequence[tuple[LearningCell, list[int]]]]:
    return (cells[n::parts] for n in range(parts))


def a_lesson(pool: str) -> PoolConfig:
    """The pool with its offers."""
    campaigns = (
        Campaign(f"cmp_01m7y0t0bjzdjrh2pcx7v6ep{n:02}", "https://a.example/", payout=Decimal("1.5"), revenue=Decimal(2))
        for n in range(OFFERS)
    )
    return PoolConfig(pool, 1, OptimizationGoal.EPC, 50, None, tuple(Offer(each) for each in campaigns))


def learn_of(pool: str, kind: Kind, meter: Meter) -> EncodedRun:
    """Learns of the pool as the job does; what it would publish."""
    lesson = a_lesson(pool)
    pieces = meter.run("unpack the rows (the floor)", lambda: [decode_columns(row, LAYOUT) for row in kind.rows])
    counted = meter.run("count", lambda: sum_by_bucket(pieces, lesson.goal, _HOUR, LEARNING_WINDOW_DAYS * 24))
    known = meter.run("count", lambda: build_statistics(lesson, counted, (), RunClock(NOW, 5)))
    learned = meter.run("learn", lambda: compute_weights(known))
    return meter.run("pack", lambda: fit_to_item_size(build_run_record(learned, known, lesson.goal, 0)))


def report(rounds: Sequence[Meter], kinds: Sequence[Kind]) -> None:
    """Prints what each step took."""
    cells, clicks = sum(kind.cells for kind in kinds) / KINDS, sum(kind.clicks for kind in kinds) / KINDS
    print(f"pools of {OFFERS} offers and {SEGMENTS} segments: {clicks:,.0f} clicks in {cells:,.0f} cells each")
    for step in rounds[0].seconds:
        print(f"  {step:<28} {_median(rounds, step) / KINDS * 1e3:8.2f} ms a pool")


def measured(pools: int = MEASURED, clicks_a_day: int = CLICKS_A_DAY) -> Part:
    """Learns of about so many pools, in rounds of one of each kind; the figures are told for a thousand."""
    print(f"making the rows of {KINDS} pools", file=sys.stderr)
    kinds, rounds = [made(Random(seed), clicks_a_day) for seed in range(KINDS)], list[Meter]()
    for n in range(max(1, pools // KINDS)):
        rounds.append(Meter({}))
        learned = [learn_of(f"sml_{n}_{place}", kind, rounds[-1]) for place, kind in enumerate(kinds)]
        if n % TOLD_EVERY == 0:
            print(f"{n * KINDS} of {pools} pools", file=sys.stderr)
    report(rounds, kinds)
    return Part("pools", _figures(rounds), {**_facts(rounds), **_sizes(kinds, learned)})


def _median(rounds: Sequence[Meter], step: str) -> float:
    """CPU seconds of a step in the median round."""
    return statistics.median(meter.seconds[step] for meter in rounds)


def _whole(rounds: Sequence[Meter]) -> float:
    """CPU seconds of the median round."""
    return statistics.median(sum(meter.seconds.values()) for meter in rounds)


def _figures(rounds: Sequence[Meter]) -> list[Figure]:
    scale, first = POOLS / KINDS, next(iter(rounds[0].seconds))
    floor = Floor(first, _median(rounds, first) * scale)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    learned = len(rounds) * KINDS
    name = f"learn of {POOLS:,} pools of {OFFERS} offers and {SEGMENTS} segments (scaled from {learned:,}), CPU"
    return [
        Figure(name, _whole(rounds) * scale, "s", floor, FigureTarget(CPU_SECONDS)),
        Figure(f"memory at most, after {learned:,} pools", peak, "MB", target=FigureTarget(MEGABYTES)),
    ]


def _facts(rounds: Sequence[Meter]) -> dict[str, float]:
    return {"cpu_ms_per_pool": _whole(rounds) / KINDS * 1e3}


def _sizes(kinds: Sequence[Kind], learned: Sequence[EncodedRun]) -> dict[str, float]:
    """Bytes of one pool: the rows read, the weights published, the figures behind them."""
    return {
        "rows_bytes": sum(len(row) for kind in kinds for row in kind.rows) / KINDS,
        "weights_bytes": sum(len(each.weights) for each in learned) / KINDS,
        "run_bytes": sum(len(each.run) for each in learned) / KINDS,
    }


def measure() -> Part:
    """What the command line asks for: by default as many pools as take a quarter of a minute."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pools", type=int, default=MEASURED)
    parser.add_argument("--clicks", type=int, default=CLICKS_A_DAY, help="clicks a day of each pool")
    asked = parser.parse_args()
    return measured(asked.pools, asked.clicks)


if __name__ == "__main__":
    main(measure)
