"""Regret while the optimizer learns: the optimizer compared with libraries in fifteen simulated pools.

`python -m bench.regret --seeds 20` plays every policy in every scenario and prints the table. Report, data and plot go
to `bench/results`; those of a partial comparison (`--scenario`, `--policy`) go to `.local/regret`.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parent.parent
sys.path[0] = str(ROOT)  # `python bench/regret.py` puts this file's own directory there
os.environ.setdefault("OMP_NUM_THREADS", "1")  # one process per game; numpy reads this when imported

from bench.regret_study.comparison import Game, StudyResults, games, played, results  # noqa: E402
from bench.regret_study.environment import PlayedPool  # noqa: E402
from bench.regret_study.plot import draw  # noqa: E402
from bench.regret_study.policy_list import POLICIES  # noqa: E402
from bench.regret_study.report import data, document  # noqa: E402
from bench.regret_study.scenarios import SCENARIOS  # noqa: E402

_SECONDS_BETWEEN_LINES = 10


def main(arguments: Sequence[str] | None = None) -> None:
    """Play the games, print and write the report."""
    options = _parser().parse_args(arguments)
    scenarios, policies = options.scenario or list(SCENARIOS), options.policy or list(POLICIES)
    is_complete = set(scenarios) == set(SCENARIOS) and set(policies) == set(POLICIES)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    played_results = results(list(_with_progress(games(scenarios, policies, seeds), options.jobs)))
    write(played_results, options.out or ROOT / ("bench/results" if is_complete else ".local/regret"))
    print(document(played_results))


def write(results: StudyResults, directory: Path) -> None:
    """Write the report, its data and the plot."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "regret.md").write_text(document(results))
    (directory / "regret.json").write_text(data(results))
    draw(results, directory / "regret.png")


def _with_progress(games: Sequence[Game], jobs: int) -> Iterator[tuple[Game, PlayedPool, float]]:
    """Yield the games as they end, and print the progress every few seconds."""
    start = printed = monotonic()
    for count, outcome in enumerate(played(games, jobs), start=1):
        yield outcome
        now = monotonic()
        if now - printed >= _SECONDS_BETWEEN_LINES or count == len(games):
            printed, left = now, (now - start) / count * (len(games) - count)
            print(f"played {count} of {len(games)} in {now - start:.0f} s, about {left:.0f} s left", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.regret", description=__doc__)
    parser.add_argument("--seeds", type=_positive, default=20, help="number of seeds (default %(default)s)")
    parser.add_argument("--first-seed", type=int, default=0, help="first seed (default %(default)s)")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="only this one; may be repeated")
    parser.add_argument("--policy", action="append", choices=POLICIES, help="only this one; may be repeated")
    parser.add_argument("--jobs", type=_positive, default=2, help="concurrent games (default %(default)s)")
    parser.add_argument("--out", type=Path, help="output directory")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        message = "must be at least 1"
        raise argparse.ArgumentTypeError(message)
    return number


if __name__ == "__main__":
    main()
