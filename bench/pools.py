"""Time and memory of the optimizer for a thousand smartlinks: the target of issue 4.

`python -m bench.pools` creates the counter rows of a few smartlinks as they are stored (sixty days, downsampled, most
in chunks and the newest in blocks) and optimizes some hundred smartlinks in one process: rows, counts, weights, encoded
run. The floor, measured in the same run, decodes the rows only. Times are scaled to a thousand smartlinks;
`--pools 1000` optimizes that many. Smartlinks are optimized one by one, so memory does not grow with their number.
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
"""Default number of smartlinks to optimize."""

CLICKS_A_DAY = 1_000
KINDS = 8
"""Number of different smartlinks; the others repeat them."""

BLOCKS = 100
"""Rows that are not merged yet. Compaction starts at 200."""

CHUNKS = 3
PRINTED_EVERY = 5
CPU_SECONDS, MEGABYTES = 60.0, 512.0
NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
_HOUR = int(NOW.timestamp()) // 3600
_DEVICES = ("mobile", "desktop", "tablet")
_RATE = 0.02
_BINS = (0, 0, 0, 1, 2, 4, 6, 9)

Returned = TypeVar("Returned")


@dataclass(slots=True)
class Meter:
    """CPU seconds by step."""

    seconds: dict[str, float]

    def run(self, step: str, work: Callable[[], Returned]) -> Returned:
        """Return the result of the work, and add its CPU time to the step."""
        start = time.process_time()
        result = work()
        self.seconds[step] = self.seconds.get(step, 0.0) + time.process_time() - start
        return result


@dataclass(frozen=True, slots=True)
class Kind:
    """The rows of one smartlink, and their numbers of cells and clicks."""

    rows: Sequence[bytes]
    cells: int
    clicks: int


def segments() -> list[tuple[str, str]]:
    """Return pairs of country and device."""
    return [(f"{chr(65 + n // 3)}X", _DEVICES[n % 3]) for n in range(SEGMENTS)]


def create_kind(rng: Random, clicks_a_day: int) -> Kind:
    """Draw the rows of a smartlink: clicks by segment and offer follow Zipf's law, hours are uniform."""
    shares = [1 / (1 + n) for n in range(SEGMENTS)]
    popularity = [1 / (1 + n) for n in range(OFFERS)]
    number = clicks_a_day * LEARNING_WINDOW_DAYS
    clicked_segments = rng.choices(segments(), shares, k=number)
    clicked_offers = rng.choices(range(OFFERS), popularity, k=number)
    hourly: LearningCells = {}
    for (country, device), offer in zip(clicked_segments, clicked_offers, strict=True):
        hour = _HOUR - int(rng.random() * (LEARNING_WINDOW_DAYS * 24 - 1))
        cell = LearningCell(hour, 1, country, device, f"cmp_01m7y0t0bjzdjrh2pcx7v6ep{offer:02}")
        add_cells(hourly, {cell: (1, *[0] * (len(COUNTS) - 1))})
        if rng.random() < _RATE:
            payout, revenue = 1_500_000, 2_000_000
            money = (payout, revenue, payout**2, revenue**2, payout * revenue)
            add_cells(hourly, {cell._replace(delay=rng.choice(_BINS)): (0, 1, *money)})
    return _encode_rows(downsample(hourly, NOW, LEARNING_WINDOW_DAYS), number)


def _encode_rows(cells: LearningCells, clicks: int) -> Kind:
    """Encode the cells as rows: those of this hour in blocks, the others in chunks."""
    ordered = sorted(cells.items())
    fresh = [pair for pair in ordered if pair[0].hour == _HOUR]
    older = [pair for pair in ordered if pair[0].hour < _HOUR]
    parts = [*_deal(older, CHUNKS), *_deal(fresh, BLOCKS)]
    return Kind([encode(dict(part), LAYOUT) for part in parts if part], len(cells), clicks)


def _deal(
    cells: Sequence[tuple[LearningCell, list[int]]], parts: int
) -> Iterator[Sequence[tuple[LearningCell, list[int]]]]:
    return (cells[n::parts] for n in range(parts))


def pool_config(pool: str) -> PoolConfig:
    """Return the optimizer's configuration of a smartlink."""
    campaigns = (
        Campaign(f"cmp_01m7y0t0bjzdjrh2pcx7v6ep{n:02}", "https://a.example/", payout=Decimal("1.5"), revenue=Decimal(2))
        for n in range(OFFERS)
    )
    return PoolConfig(pool, 1, OptimizationGoal.EPC, 50, None, tuple(Offer(campaign) for campaign in campaigns))


def run_optimizer(pool: str, kind: Kind, meter: Meter) -> EncodedRun:
    """Optimize the smartlink as the job does, and return the encoded run that it would publish."""
    config = pool_config(pool)
    pieces = meter.run("unpack the rows (the floor)", lambda: [decode_columns(row, LAYOUT) for row in kind.rows])
    counts = meter.run("count", lambda: sum_by_bucket(pieces, config.goal, _HOUR, LEARNING_WINDOW_DAYS * 24))
    pool_statistics = meter.run("count", lambda: build_statistics(config, counts, (), RunClock(NOW, 5)))
    learned = meter.run("learn", lambda: compute_weights(pool_statistics))
    return meter.run("pack", lambda: fit_to_item_size(build_run_record(learned, pool_statistics, config.goal, 0)))


def report(rounds: Sequence[Meter], kinds: Sequence[Kind]) -> None:
    """Print the time of each step."""
    cells, clicks = sum(kind.cells for kind in kinds) / KINDS, sum(kind.clicks for kind in kinds) / KINDS
    print(f"pools of {OFFERS} offers and {SEGMENTS} segments: {clicks:,.0f} clicks in {cells:,.0f} cells each")
    for step in rounds[0].seconds:
        print(f"  {step:<28} {_median(rounds, step) / KINDS * 1e3:8.2f} ms a pool")


def measure_pools(pools: int = MEASURED, clicks_a_day: int = CLICKS_A_DAY) -> Part:
    """Optimize about `pools` smartlinks, in rounds of one of each kind. The figures are scaled to a thousand."""
    print(f"creating the rows of {KINDS} smartlinks", file=sys.stderr)
    kinds, rounds = [create_kind(Random(seed), clicks_a_day) for seed in range(KINDS)], list[Meter]()
    for n in range(max(1, pools // KINDS)):
        rounds.append(Meter({}))
        learned = [run_optimizer(f"sml_{n}_{k}", kind, rounds[-1]) for k, kind in enumerate(kinds)]
        if n % PRINTED_EVERY == 0:
            print(f"{n * KINDS} of {pools} smartlinks", file=sys.stderr)
    report(rounds, kinds)
    return Part("pools", _figures(rounds), {**_facts(rounds), **_sizes(kinds, learned)})


def _median(rounds: Sequence[Meter], step: str) -> float:
    """Return the CPU seconds of a step in the median round."""
    return statistics.median(meter.seconds[step] for meter in rounds)


def _median_round(rounds: Sequence[Meter]) -> float:
    """Return the CPU seconds of the median round."""
    return statistics.median(sum(meter.seconds.values()) for meter in rounds)


def _figures(rounds: Sequence[Meter]) -> list[Figure]:
    scale, first = POOLS / KINDS, next(iter(rounds[0].seconds))
    floor = Floor(first, _median(rounds, first) * scale)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    learned = len(rounds) * KINDS
    name = f"learn of {POOLS:,} pools of {OFFERS} offers and {SEGMENTS} segments (scaled from {learned:,}), CPU"
    return [
        Figure(name, _median_round(rounds) * scale, "s", floor, FigureTarget(CPU_SECONDS)),
        Figure(f"memory at most, after {learned:,} pools", peak, "MB", target=FigureTarget(MEGABYTES)),
    ]


def _facts(rounds: Sequence[Meter]) -> dict[str, float]:
    return {"cpu_ms_per_pool": _median_round(rounds) / KINDS * 1e3}


def _sizes(kinds: Sequence[Kind], learned: Sequence[EncodedRun]) -> dict[str, float]:
    """Return the bytes of one smartlink: rows read, weights, run record."""
    return {
        "rows_bytes": sum(len(row) for kind in kinds for row in kind.rows) / KINDS,
        "weights_bytes": sum(len(run.weights) for run in learned) / KINDS,
        "run_bytes": sum(len(run.run) for run in learned) / KINDS,
    }


def measure() -> Part:
    """Measure with the options of the command line. The default takes a quarter of a minute."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pools", type=int, default=MEASURED)
    parser.add_argument("--clicks", type=int, default=CLICKS_A_DAY, help="clicks per day of each smartlink")
    options = parser.parse_args()
    return measure_pools(options.pools, options.clicks)


if __name__ == "__main__":
    main(measure)
