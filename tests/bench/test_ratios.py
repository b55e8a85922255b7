"""Medians of ratios over several runs."""

from bench.figures import Figure, FigureTarget, Floor
from bench.ratios import summary


def a_run(*values: float, limit: float = 0.3) -> list[Figure]:
    ratio = FigureTarget(limit, of_ratio=True)
    limited = [Figure(f"click {n}", value, "µs", Floor("put", 1000.0), ratio) for n, value in enumerate(values)]
    return [*limited, Figure("click 0", 1.0, "µs", Floor("bare", 2.0)), Figure("calls", 1.0, "calls")]


def test_ratio_is_the_median_of_the_runs() -> None:
    lines, is_met = summary([a_run(280.0), a_run(400.0), a_run(290.0)])
    assert lines == ["click 0 / put: 0.290 (limit 0.30; runs 0.280, 0.400, 0.290)"]
    assert is_met


def test_one_ratio_over_its_limit_is_enough_to_fail() -> None:
    lines, is_met = summary([a_run(280.0, 301.0)] * 3)
    assert len(lines) == 2
    assert not is_met
