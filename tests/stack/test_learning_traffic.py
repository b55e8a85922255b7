"""An optimized smartlink learns on the deployed stack: what the traffic maker alone knows is found out and kept."""

from typing import Any

from acceptance.learning.findings import Finding
from acceptance.learning.scenario import ScenarioOptions, prove
from local.up import Running


def test_five_runs_find_each_segments_winner_and_only_a_reset_forgets_it(deployed: dict[str, Any]) -> None:
    running = Running(deployed["url"], deployed["admin_key"], deployed["edge_secret"])
    order = ScenarioOptions(first=840, between=90, last=220, even=True)
    found = [each for each in prove(running, order) if isinstance(each, Finding)]
    assert [f"{each.claim}: {each.figures}" for each in found if not each.holds] == []
    assert len(found) == 12
