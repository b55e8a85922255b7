import json
from pathlib import Path

import pytest
from chalice.app import SQSEvent

from bench import figures
from bench.cost_model.measurements import WANTED, MissingResult, facts, stack
from bench.figures import Part, save_part
from bench.merging import Load
from chalicelib import lambdas
from tests.bench.cost_model.cases import AGGREGATOR, CLICK, COLD, POOLS, some_facts


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Save all required facts."""
    monkeypatch.setattr(figures, "RESULTS", tmp_path)
    for name, facts_of_part in {"click": CLICK, "cold_start": COLD, "aggregator": AGGREGATOR, "pools": POOLS}.items():
        save_part(Part(name, [], facts_of_part), 1)
    return tmp_path


def test_queues_of_the_stack_are_those_that_functions_poll() -> None:
    assert stack().queues == sum(getattr(each, "event_class", None) is SQSEvent for each in vars(lambdas).values())


def test_facts_are_the_saved_results(results: Path) -> None:
    assert facts() == some_facts()


@pytest.mark.parametrize("part", WANTED)
def test_missing_result_names_the_benchmark_to_run(part: str, results: Path) -> None:
    (results / f"{part}.json").unlink()
    with pytest.raises(MissingResult, match=rf"is missing: run `python -m bench\.{part}` first"):
        facts()


def test_missing_fact_names_the_benchmark_to_run(results: Path) -> None:
    document = json.loads((results / "click.json").read_text())
    del document["facts"]["capped_calls_per_click"]
    (results / "click.json").write_text(json.dumps(document))
    with pytest.raises(MissingResult, match=r"lacks capped_calls_per_click: run `python -m bench\.click` again"):
        facts()


def test_load_uses_the_largest_measured_batch_that_it_fills() -> None:
    assert [some_facts().batch(Load(rate, window=1)).clicks for rate in (10, 100, 3_999, 4_000)] == [
        1,
        25,
        1_000,
        1_000,
    ]
    assert some_facts().batch(Load(3_000, window=1)).clicks == 25


def test_beyond_full_batches_blocks_scale_and_units_per_click_do_not() -> None:
    full, tenfold = some_facts().merging(Load(4_000)), some_facts().merging(Load(40_000))
    assert tenfold.write_units == full.write_units
    assert (tenfold.blocks, tenfold.cpu_ms) == (10 * full.blocks, 10 * full.cpu_ms)


def test_stack_configuration_has_memory_interval_and_alarms() -> None:
    assert stack().megabytes["redirect"] > 0
    assert stack().learning_minutes > 0
    assert stack().alarms > 0
