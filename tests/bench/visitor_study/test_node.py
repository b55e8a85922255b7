from pathlib import Path

import pytest

from bench.visitor_study import node, packages
from bench.visitor_study.node import has_node, isbot


def test_machine_without_node_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert not has_node()


@pytest.mark.skipif(not has_node(), reason="Node is not installed")
def test_node_flags_each_agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packages, "FOLDER", tmp_path)
    path = node.PACKAGE.path("index.js")
    path.parent.mkdir(parents=True)
    path.write_text("exports.isbot = (agent) => agent.includes('bot');")
    flags, microseconds = isbot(["Googlebot/2.1", "Chrome"])

    assert flags == [True, False]
    assert microseconds > 0
