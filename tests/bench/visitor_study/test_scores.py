import pytest

from bench.visitor_study.labelled_agents import LabelledAgent
from bench.visitor_study.scores import (
    Score,
    better_peers,
    calmer_peers,
    score_of_bots,
    score_of_findings,
)
from bench.visitor_study.tools import Finding
from chalicelib.domain.visitor import Device, OperatingSystem

SCORES = {
    "bots": {"ours": Score(recall=95), "sharp": Score(recall=96), "dull": Score(recall=50)},
    "people": {
        "ours": Score(false_alarms=0.1),
        "sharp": Score(false_alarms=0.05),
        "dull": Score(false_alarms=0),
        "node": Score(false_alarms=0),
    },
}


def test_recall_is_the_share_of_bots_and_false_alarms_are_weighted() -> None:
    agents = [
        LabelledAgent("a", is_bot=True),
        LabelledAgent("b", is_bot=True),
        LabelledAgent("c", is_bot=False, weight=1),
        LabelledAgent("d", is_bot=False, weight=3),
        LabelledAgent("e"),
    ]

    assert score_of_bots(agents, [True, False, True, False, True]) == Score(recall=50, false_alarms=25)


def test_corpus_without_labels_has_no_score() -> None:
    assert score_of_bots([LabelledAgent("a")], [True]) == Score()


@pytest.mark.parametrize(("has_devices", "devices"), [(True, 75), (False, None)])
def test_devices_and_systems_are_compared_with_their_labels(*, has_devices: bool, devices: float | None) -> None:
    agents = [
        LabelledAgent("a", device=Device.TV, weight=3),
        LabelledAgent("b", device=Device.MOBILE, os=OperatingSystem.IOS),
        LabelledAgent("c"),
    ]
    score = score_of_findings(
        agents, lambda _: Finding(is_bot=False, device=Device.TV, os=OperatingSystem.IOS), has_devices=has_devices
    )

    assert score == Score(devices=devices, systems=100)


def test_tool_without_systems_has_no_share_of_them() -> None:
    agents = [LabelledAgent("b", os=OperatingSystem.IOS)]

    assert score_of_findings(agents, lambda _: Finding(is_bot=False), has_devices=False) == Score()


def test_peer_with_higher_recall_is_named() -> None:
    assert better_peers(SCORES, "ours", ["bots"]) == ["sharp on bots"]
    assert better_peers(SCORES, "sharp", ["bots", "people"]) == []


def test_peer_with_fewer_false_alarms_is_named() -> None:
    assert calmer_peers(SCORES, "ours", at_least=80) == ["sharp on people"]
    assert calmer_peers(SCORES, "dull", at_least=80) == []


def test_peer_with_low_recall_on_the_corpus_does_not_count() -> None:
    people_and_bots = {
        "both": {
            "ours": Score(recall=99, false_alarms=1),
            "sharp": Score(recall=81, false_alarms=0.5),
            "dull": Score(recall=80, false_alarms=0),
            "loud": Score(recall=99, false_alarms=2),
        },
        "bots": {"ours": Score(recall=99), "dull": Score(recall=95)},
    }

    assert calmer_peers(people_and_bots, "ours", at_least=80) == ["sharp on both"]
