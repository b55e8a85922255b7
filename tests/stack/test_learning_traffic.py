"""The deployed optimizer finds and keeps the best offers, which only the traffic generator knows."""

from typing import Any

import pytest

from acceptance.learning.findings import Finding
from acceptance.learning.scenario import ScenarioOptions, prove
from local.up import Running


@pytest.mark.long
def test_five_runs_find_the_winner_of_each_segment_and_only_a_reset_discards_it(deployed: dict[str, Any]) -> None:
    running = Running(deployed["url"], deployed["admin_key"], deployed["edge_secret"], deployed["tracking_url"])
    order = ScenarioOptions(first=840, between=90, last=220, even=True)
    found = [each for each in prove(running, order) if isinstance(each, Finding)]
    assert [f"{each.claim}: {each.figures}" for each in found if not each.holds] == []
    assert len(found) == 12
