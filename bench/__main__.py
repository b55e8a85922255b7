"""`python -m bench`: every benchmark, one after the other, and the table of all their figures.

Each part is a process of its own and keeps its figures; a part that fails is told, and the others go on. At the end
`bench/RESULTS.md` holds what is kept of all parts, also of those that were not run now.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench.figures import ROOT, Figure, Part, Stamp, kept, stamp, table

PARTS = ("click", "decision", "visitor", "cold_start", "throughput", "aggregator", "reports", "pools", "cost")
"""In this order: the cost model is made of what the others keep."""

FILE = ROOT / "bench" / "RESULTS.md"
LONGEST_SECONDS = 240
_GRACE_SECONDS = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the parts asked for, or all; 1 where one failed, a target missed is no failure."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)} (default: all)")
    names = parser.parse_args(arguments).parts or PARTS
    if unknown := sorted(set(names) - set(PARTS)):
        parser.error(f"no such part: {', '.join(unknown)}")
    failed = run(names)
    found = measured()
    FILE.write_text(document(found))
    print(f"\n{table(_all(found))}\n\n{verdict(_all(found))}")
    if failed:
        print(f"failed: {', '.join(failed)}; their figures above, if any, are older", file=sys.stderr)
    return 1 if failed else 0


def run(names: Sequence[str]) -> list[str]:
    """Runs the parts, telling the seconds that passed; those that failed."""
    began, failed = time.monotonic(), []
    for n, name in enumerate(names, 1):
        print(f"\n[{time.monotonic() - began:3.0f} s] {n} of {len(names)}: bench.{name}", flush=True)
        if not _is_done(name):
            print(f"bench.{name} failed", file=sys.stderr, flush=True)
            failed.append(name)
    print(f"\n[{time.monotonic() - began:3.0f} s] done", flush=True)
    return failed


def _is_done(name: str) -> bool:
    """Whether the part's process ended well in time; one that does not end is stopped with all that it started."""
    command = [sys.executable, "-m", f"bench.{name}"]
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)  # noqa: S603 - this very package
    try:
        return process.wait(LONGEST_SECONDS) == 0
    except subprocess.TimeoutExpired:
        print(f"bench.{name} took more than {LONGEST_SECONDS} s and is stopped", file=sys.stderr)
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


Measured = Mapping[str, tuple[Part, Stamp]]
"""What is kept, by part."""


def measured() -> Measured:
    """What is kept of all parts that were ever run."""
    found = {}
    for name in PARTS:
        try:
            found[name] = kept(name), stamp(name)
        except FileNotFoundError:
            continue
    return found


def _all(found: Measured) -> list[Figure]:
    """All figures, each named with its part."""
    return [
        replace(figure, name=f"{name}: {figure.name}") for name, (part, _) in found.items() for figure in part.figures
    ]


def verdict(figures: Sequence[Figure]) -> str:
    """How many targets there are, and which are missed."""
    missed = [figure.name for figure in figures if figure.is_met is False]
    count = sum(figure.target is not None for figure in figures)
    told = "".join(f"\n- {name}" for name in missed)
    return f"{count - len(missed)} of {count} targets met{'; missed:' if missed else ''}{told}"


def document(found: Measured) -> str:
    """`bench/RESULTS.md`: the figures of each part, with its machine and day."""
    sections = [_section(part, when) for part, when in found.values()]
    figures = [figure for part, _ in found.values() for figure in part.figures]
    return "\n\n".join([_HEAD, f"{verdict(figures)}", *sections]) + "\n"


_HEAD = """# Results of the benchmarks

`make bench` writes this file; edits are lost. A figure is a median of rounds, its floor was measured in the same run,
in turns with it, and the ratio is the figure in floors. docs/benchmarks.md says what each one means, docs/cost.md what
follows from them."""


def _section(part: Part, when: Stamp) -> str:
    return f"## {part.name}\n\n{when.machine}, {when.at}, {when.seconds} s\n\n{table(part.figures)}"


if __name__ == "__main__":
    sys.exit(main())
