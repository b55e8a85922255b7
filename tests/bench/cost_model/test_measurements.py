import json
from pathlib import Path

import pytest

from bench import figures
from bench.cost_model.measurements import WANTED, Missing, facts, stack
from bench.figures import Part, keep
from bench.merging import Load
from tests.bench.cost_model.cases import AGGREGATOR, CLICK, COLD, POOLS, some_facts


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that is wanted, kept."""
    monkeypatch.setattr(figures, "RESULTS", tmp_path)
    for name, known in {"click": CLICK, "cold_start": COLD, "aggregator": AGGREGATOR, "pools": POOLS}.items():
        keep(Part(name, [], known), 1)
    return tmp_path


def test_facts_are_what_the_benches_kept(results: Path) -> None:
    assert facts() == some_facts()


@pytest.mark.parametrize("part", WANTED)
def test_a_bench_that_was_not_run_is_named(part: str, results: Path) -> None:
    (results / f"{part}.json").unlink()
    with pytest.raises(Missing, match=rf"is missing: run `python -m bench\.{part}` first"):
        facts()


def test_a_fact_that_was_not_kept_is_named(results: Path) -> None:
    kept = json.loads((results / "click.json").read_text())
    del kept["facts"]["capped_calls_per_click"]
    (results / "click.json").write_text(json.dumps(kept))
    with pytest.raises(Missing, match=r"lacks capped_calls_per_click: run `python -m bench\.click` again"):
        facts()


def test_a_load_is_taken_for_the_largest_measured_batch_that_it_fills() -> None:
    assert [some_facts().batch(Load(rate, window=1)).clicks for rate in (10, 100, 3_999, 4_000)] == [
        1,
        25,
        1_000,
        1_000,
    ]
    assert some_facts().batch(Load(3_000, window=1)).clicks == 25


def test_beyond_full_batches_merging_has_more_blocks_and_as_many_units_a_click() -> None:
    full, tenfold = some_facts().merging(Load(4_000)), some_facts().merging(Load(40_000))
    assert tenfold.write_units == full.write_units
    assert (tenfold.blocks, tenfold.cpu_ms) == (10 * full.blocks, 10 * full.cpu_ms)


def test_the_stack_says_its_memory_and_its_interval() -> None:
    assert stack().megabytes["api_handler"] > 0
    assert stack().learning_minutes > 0
    assert stack().alarms > 0
