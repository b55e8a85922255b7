from pathlib import Path

from bench.regret_study.plot import draw
from tests.bench.regret_study.results import some_results


def test_plot_works_for_any_number_of_scenarios(tmp_path: Path) -> None:
    results = some_results(
        tiny={"uniform": 40, "ours": 20}, late={"uniform": 30}, big={"ours": 1}, near_equal={"ours": 0}
    )
    draw(results, tmp_path / "regret.png")
    assert (tmp_path / "regret.png").read_bytes().startswith(b"\x89PNG")
