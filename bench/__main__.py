"""`python -m bench`: run every benchmark in turn and write the table of all figures.

Each part runs in its own process and saves its figures. A failed part is reported, and the others still run. At the end
`bench/RESULTS.md` contains the saved figures of all parts, including those of earlier runs.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench.figures import ROOT, Figure, Part, Stamp, load_part, load_stamp, table

PARTS = (
    "click",
    "decision",
    "visitor",
    "countries",
    "visitors",
    "cold_start",
    "refused",
    "throughput",
    "aggregator",
    "reports",
    "year",
    "event_lists",
    "lists",
    "pools",
    "cost",
)
"""In this order: the cost model uses the saved figures of the others."""

FILE = ROOT / "bench" / "RESULTS.md"
LONGEST_SECONDS = 240
_GRACE_SECONDS = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the given parts, or all. Return 1 if one failed; a missed target is not a failure."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)} (default: all)")
    names = parser.parse_args(arguments).parts or PARTS
    if unknown := sorted(set(names) - set(PARTS)):
        parser.error(f"unknown part: {', '.join(unknown)}")
    failed = run(names)
    results = load_results()
    FILE.write_text(document(results))
    figures = _all_figures(results)
    print(f"\n{table(figures)}\n\n{verdict(figures)}")
    if failed:
        print(f"failed: {', '.join(failed)}; their figures above, if any, are from an earlier run", file=sys.stderr)
    return 1 if failed else 0


def run(names: Sequence[str]) -> list[str]:
    """Run the parts, print the elapsed seconds, and return the failed parts."""
    start, failed = time.monotonic(), []
    for n, name in enumerate(names, 1):
        print(f"\n[{time.monotonic() - start:3.0f} s] {n} of {len(names)}: bench.{name}", flush=True)
        if not _run_part(name):
            print(f"bench.{name} failed", file=sys.stderr, flush=True)
            failed.append(name)
    print(f"\n[{time.monotonic() - start:3.0f} s] done", flush=True)
    return failed


def _run_part(name: str) -> bool:
    """Run one part and return whether it succeeded. Stop it and its child processes if it exceeds the time limit."""
    command = [sys.executable, "-m", f"bench.{name}"]
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)  # noqa: S603 - this very package
    try:
        return process.wait(LONGEST_SECONDS) == 0
    except subprocess.TimeoutExpired:
        print(f"bench.{name} took more than {LONGEST_SECONDS} s and was stopped", file=sys.stderr)
        return False
    finally:
        if process.poll() is None:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


Results = Mapping[str, tuple[Part, Stamp]]
"""The saved results by part."""


def load_results() -> Results:
    """Return the saved results of all parts that were ever run."""
    results = {}
    for name in PARTS:
        try:
            results[name] = load_part(name), load_stamp(name)
        except FileNotFoundError:
            continue
    return results


def _all_figures(results: Results) -> list[Figure]:
    """Return all figures, with the part in each name."""
    return [
        replace(figure, name=f"{name}: {figure.name}") for name, (part, _) in results.items() for figure in part.figures
    ]


def verdict(figures: Sequence[Figure]) -> str:
    """Return the number of met targets and the names of missed ones, as text."""
    missed = [figure.name for figure in figures if figure.is_met is False]
    count = sum(figure.target is not None for figure in figures)
    names = "".join(f"\n- {name}" for name in missed)
    return f"{count - len(missed)} of {count} targets met{'; missed:' if missed else ''}{names}"


def document(results: Results) -> str:
    """Return `bench/RESULTS.md`: the figures of each part, with machine and date."""
    sections = [_section(part, stamp) for part, stamp in results.values()]
    figures = [figure for part, _ in results.values() for figure in part.figures]
    return "\n\n".join([_HEAD, f"{verdict(figures)}", *sections]) + "\n"


_HEAD = """# Results of the benchmarks

`make bench` generates this file. A figure is a median of rounds. Its floor was measured in the same run, alternating
with it; the ratio is figure / floor. docs/benchmarks.md explains each figure, docs/cost.md derives the cost of a
click."""


def _section(part: Part, stamp: Stamp) -> str:
    return f"## {part.name}\n\n{stamp.machine}, {stamp.at}, {stamp.seconds} s\n\n{table(part.figures)}"


if __name__ == "__main__":
    sys.exit(main())
