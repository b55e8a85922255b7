"""Figures of the benchmarks: measured values with the floor of the same run and a target.

Each part (`python -m bench.click`, …) saves its figures to `bench/results/{part}.json`. `python -m bench` runs all
parts and writes their tables to `bench/RESULTS.md`.
"""

import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class FigureTarget:
    """A target: the value (with `of_ratio`, the ratio to the floor) is at most `limit`, or with `at_least` at least."""

    limit: float
    of_ratio: bool = False
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Floor:
    """A lower bound for a figure: its name, and its value in the same run and unit."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure, a median of rounds unless its name says otherwise."""

    name: str
    value: float
    unit: str
    floor: Floor | None = None
    target: FigureTarget | None = None

    @property
    def ratio(self) -> float | None:
        """The value divided by the floor."""
        return self.value / self.floor.value if self.floor and self.floor.value else None

    @property
    def is_met(self) -> bool | None:
        """Whether the figure meets its target; None without a target."""
        if self.target is None:
            return None
        reached = self.ratio if self.target.of_ratio else self.value
        assert reached is not None, f"{self.name} has a ratio target but no floor"  # noqa: S101 - a mistake in a benchmark
        return reached >= self.target.limit if self.target.at_least else reached <= self.target.limit


@dataclass(frozen=True, slots=True)
class Part:
    """The figures of one benchmark, and other counts (`facts`: calls, bytes, …) that other parts use."""

    name: str
    figures: Sequence[Figure]
    facts: Mapping[str, float] = field(default_factory=dict)


def cpu_rounds(works: Mapping[str, Callable[[], object]], *, calls: int, rounds: int = ROUNDS) -> dict[str, float]:
    """Return microseconds of this process's CPU per call, the median of rounds. The works alternate in each round."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        _cpu(work, calls // 10 + 1)
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(_cpu(work, calls))
    return {name: statistics.median(times) for name, times in taken.items()}


def _cpu(work: Callable[[], object], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - start) / calls * 1e6


def save_part(part: Part, seconds: float) -> None:
    """Write the part's figures to its file, with machine and date."""
    RESULTS.mkdir(exist_ok=True)
    document = {"machine": machine(), "at": f"{datetime.now(UTC):%Y-%m-%d}", "seconds": round(seconds), **asdict(part)}
    (RESULTS / f"{part.name}.json").write_text(json.dumps(document, indent=1) + "\n")


def load_part(name: str) -> Part:
    """Read a saved part. Raise FileNotFoundError if it was never run."""
    document = json.loads((RESULTS / f"{name}.json").read_text())
    return Part(name, [_figure(figure) for figure in document["figures"]], document["facts"])


@dataclass(frozen=True, slots=True)
class Stamp:
    """The machine and date (`2026-11-21`) of a measurement, and its duration in seconds."""

    machine: str
    at: str
    seconds: int


def load_stamp(name: str) -> Stamp:
    """Read the stamp of a saved part. Raise FileNotFoundError if it was never run."""
    document = json.loads((RESULTS / f"{name}.json").read_text())
    return Stamp(document["machine"], document["at"], document["seconds"])


def _figure(document: Mapping[str, object]) -> Figure:
    fields = dict(document)
    floor, target = fields.pop("floor"), fields.pop("target")
    return Figure(
        **fields,  # type: ignore[arg-type]
        floor=Floor(**floor) if isinstance(floor, dict) else None,
        target=FigureTarget(**target) if isinstance(target, dict) else None,
    )


def machine() -> str:
    """Return the machine: processor, cores, Python version."""
    names = [line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}"


def _cpu_lines() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as a Markdown table: figure, floor, ratio, target, met or missed."""
    lines = ["| figure | | floor | ratio | target | |", "|---|---:|---|---:|---|---|"]
    return "\n".join([*lines, *(_line(figure) for figure in figures)])


def _line(figure: Figure) -> str:
    floor = f"{figure.floor.name}: {_number(figure.floor.value)} {figure.unit}" if figure.floor else ""
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    met = {None: "", True: "met", False: "**missed**"}[figure.is_met]
    return f"| {figure.name} | {_number(figure.value)} {figure.unit} | {floor} | {ratio} | {_target(figure)} | {met} |"


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    unit = "x the floor" if figure.target.of_ratio else figure.unit
    return f"{'at least' if figure.target.at_least else 'at most'} {_number(figure.target.limit)} {unit}"


_WHOLE_FROM = 100


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _WHOLE_FROM or value == int(value) else f"{value:.3g}"


def main(measure: Callable[[], Part]) -> None:
    """Measure one part, save it and print its table."""
    start = time.monotonic()
    part = measure()
    seconds = time.monotonic() - start
    save_part(part, seconds)
    print(f"{machine()}\n{table(part.figures)}\n{part.name}: {seconds:.0f} s", flush=True)
    missed = [figure.name for figure in part.figures if figure.is_met is False]
    print(f"missed: {', '.join(missed)}" if missed else "every target met", file=sys.stderr)
