"""Scores of a tool on a corpus: recall of bots, false alarms, and shares of devices and systems that are right."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.visitor_study.labelled_agents import LabelledAgent
from bench.visitor_study.tools import Finding


@dataclass(frozen=True, slots=True)
class Score:
    """Percentages; None if the corpus has no such labels or the tool no such findings. `microseconds` is per call."""

    recall: float | None = None
    false_alarms: float | None = None
    devices: float | None = None
    systems: float | None = None
    microseconds: float | None = None


def score_of_bots(agents: Sequence[LabelledAgent], flags: Sequence[bool]) -> Score:
    """Return recall and false alarms by weight. `flags` says of each agent whether the tool takes it for a bot."""
    pairs = list(zip(agents, flags, strict=True))
    return Score(
        recall=_share((agent.weight, flag) for agent, flag in pairs if agent.is_bot),
        false_alarms=_share((agent.weight, flag) for agent, flag in pairs if agent.is_bot is False),
    )


def score_of_findings(agents: Sequence[LabelledAgent], find: Callable[[str], Finding], *, has_devices: bool) -> Score:
    """Return the shares of devices and systems that are right, by weight."""
    pairs = [(agent, find(agent.text)) for agent in agents if agent.device or agent.os]
    devices = [(agent.weight, found.device is agent.device) for agent, found in pairs if agent.device]
    systems = [(agent.weight, found.os is agent.os) for agent, found in pairs if agent.os]
    tells_systems = any(found.os for _, found in pairs)
    return Score(devices=_share(devices if has_devices else ()), systems=_share(systems if tells_systems else ()))


def _share(parts: Iterable[tuple[float, bool]]) -> float | None:
    weighted = list(parts)
    whole = sum(weight for weight, _ in weighted)
    return 100 * sum(weight for weight, is_one in weighted if is_one) / whole if whole else None


Scores = Mapping[str, Mapping[str, Score]]
"""Scores by corpus and tool."""


def better_peers(scores: Scores, ours: str, corpora: Iterable[str]) -> list[str]:
    """Return the peers with higher recall than ours on a corpus, as `peer on corpus`."""
    return [
        f"{peer} on {corpus}"
        for corpus in corpora
        for peer, score in scores[corpus].items()
        if (score.recall or 0) > (scores[corpus][ours].recall or 0)
    ]


def calmer_peers(scores: Scores, ours: str, *, at_least: float) -> list[str]:
    """Return the peers with fewer false alarms than ours on a corpus, as `peer on corpus`.

    Only peers whose recall on the corpus is over `at_least` count; where it has no bots, their best recall decides.
    """
    return [
        f"{peer} on {corpus}"
        for corpus, tools in scores.items()
        for peer, score in tools.items()
        if _recall(scores, corpus, peer) > at_least and (score.false_alarms or 0) < (tools[ours].false_alarms or 0)
    ]


def _recall(scores: Scores, corpus: str, tool: str) -> float:
    own = scores[corpus][tool].recall
    return (
        max((tools[tool].recall or 0 for tools in scores.values() if tool in tools), default=0) if own is None else own
    )
