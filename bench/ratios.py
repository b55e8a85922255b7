"""`python -m bench.ratios`: the ratios of the redirect to boto3 with their limits, each the median of three runs.

The figure and its floor are measured in the same run. The exit code is 1 if a limit is exceeded.
"""

import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence

from bench.figures import ROOT, Figure, load_part

PARTS = ("cold_start", "click")
RUNS = 3


def main() -> int:
    """Run both parts three times in turn and print the medians."""
    runs = [_figures() for _ in range(RUNS)]
    lines, is_met = summary(runs)
    print("\n".join(lines))
    return 0 if is_met else 1


def _figures() -> list[Figure]:
    for part in PARTS:
        subprocess.run([sys.executable, "-m", f"bench.{part}"], cwd=ROOT, check=True)  # noqa: S603 - our own
    return [figure for part in PARTS for figure in load_part(part).figures]


def summary(runs: Sequence[Sequence[Figure]]) -> tuple[list[str], bool]:
    """Return a line for each ratio with a limit, and whether all limits are met."""
    ratios: dict[str, list[float]] = {}
    limits: Mapping[str, float] = {
        _name(figure): figure.target.limit for figure in runs[0] if figure.target and figure.target.of_ratio
    }
    for figure in (figure for run in runs for figure in run):
        if _name(figure) in limits and figure.ratio is not None:
            ratios.setdefault(_name(figure), []).append(figure.ratio)
    medians = {name: statistics.median(values) for name, values in ratios.items()}
    lines = [
        f"{name}: {medians[name]:.3f} (limit {limit:.2f}; runs {', '.join(f'{ratio:.3f}' for ratio in ratios[name])})"
        for name, limit in limits.items()
    ]
    return lines, all(medians[name] <= limit for name, limit in limits.items())


def _name(figure: Figure) -> str:
    return f"{figure.name} / {figure.floor.name}" if figure.floor else figure.name


if __name__ == "__main__":
    sys.exit(main())
