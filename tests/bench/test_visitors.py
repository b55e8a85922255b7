from pathlib import Path

import pytest

from bench import visitors
from bench.figures import FigureTarget
from bench.visitor_study.corpora import Corpus
from bench.visitor_study.labelled_agents import LabelledAgent
from bench.visitor_study.packages import Package
from bench.visitor_study.scores import Score
from chalicelib.domain.visitor import Device

PACKAGE = Package("a@1", (), source="installed")
AGENTS = [
    LabelledAgent("Googlebot/2.1", is_bot=True),
    LabelledAgent("Nokia6230i/2.0 (03.80)", is_bot=False, device=Device.MOBILE),
]
CORPORA = (
    Corpus("user-agents", lambda _: AGENTS, PACKAGE, has_traffic=True),
    Corpus("doubted", lambda _: AGENTS[:1], PACKAGE, doubt="some are browsers"),
)
TOOLS = ("smartlink", "ua-parser", "user-agents", "device_detector", "crawlerdetect")


def _scores(ours: Score, peers: Score) -> dict[str, Score]:
    return dict.fromkeys(TOOLS, peers) | {"smartlink": ours}


def test_figures_have_the_targets_of_recall_and_false_alarms() -> None:
    perfect = _scores(Score(recall=96, false_alarms=0.05), Score(recall=95, false_alarms=0.05))
    figures = visitors.figures_of(CORPORA, {corpus.name: perfect for corpus in CORPORA})

    assert [(figure.name, figure.value, figure.is_met) for figure in figures] == [
        ("bots of user-agents recognized", 96, True),
        ("bots of doubted recognized", 96, None),
        ("people of user-agents flagged", 0.05, True),
        ("Python peers with higher recall on a corpus", 0, True),
        ("Python peers with recall over 80 % and fewer false alarms", 0, True),
    ]
    assert figures[0].target == FigureTarget(95, at_least=True)


def test_better_peers_miss_the_target(capsys: pytest.CaptureFixture[str]) -> None:
    worse = _scores(Score(recall=90, false_alarms=0.2), Score(recall=95, false_alarms=0.1))
    figures = visitors.figures_of(CORPORA[:1], {"user-agents": worse})

    assert [figure.is_met for figure in figures] == [False, False, False, False]
    assert "ua-parser on user-agents" in capsys.readouterr().out


def test_benchmark_writes_the_table_and_runs_without_node(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(visitors, "CORPORA", CORPORA)
    monkeypatch.setattr(visitors, "RESULTS", tmp_path)
    monkeypatch.setattr(visitors, "has_node", lambda: False)
    part = visitors.measure()

    assert part.name == "visitors"
    assert [figure.value for figure in part.figures[:3]] == [100, 100, 0]
    assert [figure.unit for figure in part.figures[-3:]] == ["µs"] * 3
    assert (tmp_path / "visitors.md").read_text().count("| smartlink |") == 2
    assert "isbot was left out" in capsys.readouterr().out


def test_isbot_is_a_tool_where_node_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "has_node", lambda: True)
    monkeypatch.setattr(visitors, "isbot", lambda _: ([True, False], 1.5))
    scores = visitors._scores(AGENTS)

    assert scores["isbot"] == Score(recall=100, false_alarms=0, microseconds=1.5)
    assert set(scores) == {*TOOLS, "isbot"}
