"""How much a pool loses while it learns: the job's own learning against libraries, in fifteen made-up pools.

`python -m bench.regret --seeds 20` plays every policy in every scenario and prints the table; the report, its figures
and a plot go to `bench/results`. A part of the comparison (`--scenario`, `--policy`) goes to `.local/regret`.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parent.parent
sys.path[0] = str(ROOT)  # `python bench/regret.py` puts this file's own directory there
os.environ.setdefault("OMP_NUM_THREADS", "1")  # each game has a process of its own: numpy reads this when imported

from bench.regret_study.comparison import Game, Results, games, played, results  # noqa: E402
from bench.regret_study.environment import Played  # noqa: E402
from bench.regret_study.plot import draw  # noqa: E402
from bench.regret_study.policy_list import POLICIES  # noqa: E402
from bench.regret_study.report import data, document  # noqa: E402
from bench.regret_study.scenarios import SCENARIOS  # noqa: E402

_SECONDS_BETWEEN_LINES = 10


def main(arguments: Sequence[str] | None = None) -> None:
    """Play, print and write."""
    asked = _parser().parse_args(arguments)
    scenarios, policies = asked.scenario or list(SCENARIOS), asked.policy or list(POLICIES)
    whole = set(scenarios) == set(SCENARIOS) and set(policies) == set(POLICIES)
    seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
    found = results(list(_watched(games(scenarios, policies, seeds), asked.jobs)))
    write(found, asked.out or ROOT / ("bench/results" if whole else ".local/regret"))
    print(document(found))


def write(found: Results, directory: Path) -> None:
    """Write the report, its figures and the plot."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "regret.md").write_text(document(found))
    (directory / "regret.json").write_text(data(found))
    draw(found, directory / "regret.png")


def _watched(asked: Sequence[Game], jobs: int) -> Iterator[tuple[Game, Played, float]]:
    """The games as they end, with a line on the way now and then."""
    began = told = monotonic()
    for count, ended in enumerate(played(asked, jobs), start=1):
        yield ended
        now = monotonic()
        if now - told >= _SECONDS_BETWEEN_LINES or count == len(asked):
            told, left = now, (now - began) / count * (len(asked) - count)
            print(f"played {count} of {len(asked)} in {now - began:.0f} s, about {left:.0f} s left", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.regret", description=__doc__)
    parser.add_argument("--seeds", type=_positive, default=20, help="how many seeds (default %(default)s)")
    parser.add_argument("--first-seed", type=int, default=0, help="the first of them (default %(default)s)")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="only this one; may be repeated")
    parser.add_argument("--policy", action="append", choices=POLICIES, help="only this one; may be repeated")
    parser.add_argument("--jobs", type=_positive, default=2, help="how many games at once (default %(default)s)")
    parser.add_argument("--out", type=Path, help="where the report goes")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        message = "must be at least 1"
        raise argparse.ArgumentTypeError(message)
    return number


if __name__ == "__main__":
    main()
