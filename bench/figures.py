"""Figures of the benchmarks: what was measured, beside its floor of the same run and its target.

Each part (`python -m bench.click`, …) keeps its figures in `bench/results/{part}.json`; `python -m bench` runs all
parts and writes the table of them to `bench/RESULTS.md`.
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
    """What a figure is to reach: its value (or, with `of_ratio`, its ratio to the floor) at most `limit`."""

    limit: float
    of_ratio: bool = False
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that it could cost: what it is, and how much of the figure's unit it took in the same run."""

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
        """The value in floors."""
        return self.value / self.floor.value if self.floor and self.floor.value else None

    @property
    def is_met(self) -> bool | None:
        """Whether it reaches its target; None without one."""
        if self.target is None:
            return None
        reached = self.ratio if self.target.of_ratio else self.value
        assert reached is not None, f"{self.name} has a target in floors and no floor"  # noqa: S101 - a bench's mistake
        return reached >= self.target.limit if self.target.at_least else reached <= self.target.limit


@dataclass(frozen=True, slots=True)
class Part:
    """The figures of one benchmark and what else it counted (`facts`: calls, bytes, …), which other parts build on."""

    name: str
    figures: Sequence[Figure]
    facts: Mapping[str, float] = field(default_factory=dict)


def cpu_rounds(works: Mapping[str, Callable[[], object]], *, calls: int, rounds: int = ROUNDS) -> dict[str, float]:
    """Microseconds of this process's CPU per call, the median of rounds; the works take turns within each round."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        _cpu(work, calls // 10 + 1)
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(_cpu(work, calls))
    return {name: statistics.median(each) for name, each in taken.items()}


def _cpu(work: Callable[[], object], calls: int) -> float:
    began = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - began) / calls * 1e6


def keep(part: Part, seconds: float) -> None:
    """Writes the part's figures to its file, with the machine and the day."""
    RESULTS.mkdir(exist_ok=True)
    document = {"machine": machine(), "at": f"{datetime.now(UTC):%Y-%m-%d}", "seconds": round(seconds), **asdict(part)}
    (RESULTS / f"{part.name}.json").write_text(json.dumps(document, indent=1) + "\n")


def kept(name: str) -> Part:
    """What `keep` wrote of a part; `FileNotFoundError` where it was never run."""
    document = json.loads((RESULTS / f"{name}.json").read_text())
    return Part(name, [_figure(each) for each in document["figures"]], document["facts"])


@dataclass(frozen=True, slots=True)
class Stamp:
    """On which machine and day a part was measured (`2026-11-21`), and how many seconds that took."""

    machine: str
    at: str
    seconds: int


def stamp(name: str) -> Stamp:
    """When and where `keep` wrote a part; `FileNotFoundError` where it was never run."""
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
    """The machine: processor, cores, Python."""
    names = [line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}"


def _cpu_lines() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table: figure, floor, ratio, target, met or not."""
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
    """Measures one part, prints its table and keeps it."""
    began = time.monotonic()
    part = measure()
    seconds = time.monotonic() - began
    keep(part, seconds)
    print(f"{machine()}\n{table(part.figures)}\n{part.name}: {seconds:.0f} s", flush=True)
    missed = [figure.name for figure in part.figures if figure.is_met is False]
    print(f"missed: {', '.join(missed)}" if missed else "every target met", file=sys.stderr)
