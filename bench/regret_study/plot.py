"""Plot of regret over time: one panel per scenario, one line per policy."""

from collections.abc import Mapping
from math import ceil
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from bench.regret_study.comparison import PolicyResult, StudyResults
from bench.regret_study.policy_list import OURS, POLICIES

_COLUMNS = 3
_COLOURS = dict(zip(POLICIES, mpl.colormaps["tab10"].colors, strict=False))  # type: ignore[attr-defined]


def draw(results: StudyResults, file: Path) -> None:
    """Write a PNG of the mean cumulative regret, in per cent of the oracle's final value."""
    mpl.use("agg")
    rows = ceil(len(results) / _COLUMNS)
    figure, axes = plt.subplots(rows, _COLUMNS, figsize=(4.2 * _COLUMNS, 2.9 * rows), squeeze=False)
    for panel in axes.flat[len(results) :]:
        panel.axis("off")
    for panel, (name, row) in zip(axes.flat, results.items(), strict=False):
        _draw_scenario(panel, name, row)
    handles = {
        label: line for panel in axes.flat for line, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="lower center", ncols=len(handles), frameon=False, fontsize=9)
    figure.supylabel("regret so far, % of the oracle's value")
    figure.tight_layout(rect=(0, 0.4 / (2.9 * rows), 1, 1))
    figure.savefig(file, dpi=80)
    plt.close(figure)


def _draw_scenario(axes: Axes, name: str, row: Mapping[str, PolicyResult]) -> None:
    for policy, result in row.items():
        days = np.arange(1, len(result.curve) + 1) / 24
        axes.plot(days, result.curve, label=policy, color=_COLOURS[policy], linewidth=2.4 if policy == OURS else 1.2)
    axes.set_title(name, fontsize=10)
    axes.set_xlabel("days", fontsize=8)
    axes.tick_params(labelsize=8)
    means = [result.mean for policy, result in row.items() if policy != "uniform" or len(row) == 1]
    axes.set_ylim(0, max(1.0, 1.25 * max(means)))
