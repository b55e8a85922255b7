"""Visitor detection compared with libraries of Python and with isbot, on user agents taken from packages.

`python -m bench.visitors` downloads the packages once, prints one table and writes it to `bench/results/visitors.md`.
False alarms, devices and systems are shares by weight: of traffic, where a corpus has its weights.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bench import figures
from bench.figures import RESULTS, Figure, FigureTarget, Part
from bench.visitor_study.corpora import CORPORA, Corpus
from bench.visitor_study.labelled_agents import LabelledAgent, sample
from bench.visitor_study.node import has_node, isbot
from bench.visitor_study.scores import (
    Score,
    Scores,
    better_peers,
    calmer_peers,
    score_of_bots,
    score_of_findings,
)
from bench.visitor_study.table import table
from bench.visitor_study.tools import OURS, PEERS, TOOLS, Tool
from chalicelib.routing.user_agent import parse_user_agent

AGENTS = 3_000
"""Agents of a corpus at most, at equal distances."""
SLOW_AGENTS = 150
"""Agents whose device and system a slow tool is asked for: device_detector takes 10 ms for each."""
TIMED_AGENTS, SLOW_TIMED_AGENTS = 500, 30
RECALL, FALSE_ALARMS, SHARP = 95.0, 0.1, 80.0
SEEN, NEVER_SEEN, HOSTILE = 10.0, 100.0, 500.0
_PATTERNS = ("Adr", "Android ", "Android;(", "Macintosh ", "(Ecosia ", "Instagram 1 Android (", "a.", "scan", "FB", "@")
HOSTILE_AGENTS = [(f"{start}{part * 1024}")[:1024] for start in ("", "Mozilla/5.0 (iPhone bot ") for part in _PATTERNS]
"""Agents as long as any that is read, on which patterns that try each beginning take longest."""


def measure() -> Part:
    """Compare the tools on every corpus."""
    agents = {corpus.name: sample(corpus.agents(), AGENTS) for corpus in CORPORA}
    scores = {name: _scores(labelled) for name, labelled in agents.items()}
    document = table(CORPORA, scores, {name: len(labelled) for name, labelled in agents.items()})
    (RESULTS / "visitors.md").write_text(f"# Visitor detection, compared\n\n{document}\n")
    print(document, flush=True)
    if not has_node():
        print("Node is not installed: isbot was left out.", flush=True)
    return Part("visitors", [*figures_of(CORPORA, scores), *_times(agents)])


def _scores(agents: Sequence[LabelledAgent]) -> dict[str, Score]:
    scores = {tool.name: score_of_tool(tool, agents) for tool in TOOLS}
    if has_node() and any(agent.is_bot is not None for agent in agents):
        flags, microseconds = isbot([agent.text for agent in agents])
        scores["isbot"] = replace(score_of_bots(agents, flags), microseconds=microseconds)
    return scores


def score_of_tool(tool: Tool, agents: Sequence[LabelledAgent]) -> Score:
    """Return the score of a tool of Python."""
    # The libraries have caches: agents are timed before they were seen.
    timed = sample(agents, SLOW_TIMED_AGENTS if tool.is_slow else TIMED_AGENTS)
    microseconds = _microseconds(tool.find, [agent.text for agent in timed])
    bots = score_of_bots(agents, [tool.is_bot(agent.text) for agent in agents])
    asked = sample(agents, SLOW_AGENTS) if tool.is_slow else agents
    found = score_of_findings(asked, tool.find, has_devices=tool.has_devices)
    return replace(bots, devices=found.devices, systems=found.systems, microseconds=microseconds)


def _microseconds(call: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return microseconds of CPU per call, after one call that loads what the tool needs."""
    call("")
    start = time.process_time()
    for text in texts:
        call(text)
    return (time.process_time() - start) / max(1, len(texts)) * 1e6


def figures_of(corpora: Sequence[Corpus], scores: Scores) -> list[Figure]:
    """Return the figures with targets: our recall and false alarms, and the peers that are better."""
    ours = {corpus.name: scores[corpus.name][OURS.name] for corpus in corpora}
    names = [tool.name for tool in PEERS]
    known = {name: {tool: tools[tool] for tool in (OURS.name, *names)} for name, tools in scores.items()}
    traffic = [corpus.name for corpus in corpora if corpus.has_traffic]
    return [
        *(_recall(corpus, score.recall) for corpus in corpora if (score := ours[corpus.name]).recall is not None),
        *(
            Figure(f"people of {name} flagged", ours[name].false_alarms or 0, "%", target=FigureTarget(FALSE_ALARMS))
            for name in traffic
        ),
        _none("Python peers with higher recall on a corpus", better_peers(known, OURS.name, known)),
        _none(
            "Python peers with recall over 80 % and fewer false alarms", calmer_peers(known, OURS.name, at_least=SHARP)
        ),
    ]


def _recall(corpus: Corpus, recall: float) -> Figure:
    target = None if corpus.doubt else FigureTarget(RECALL, at_least=True)
    return Figure(f"bots of {corpus.name} recognized", recall, "%", target=target)


def _none(name: str, found: Sequence[str]) -> Figure:
    """Return the number of peers, which should be 0."""
    if found:
        print(f"{name}: {', '.join(found)}", flush=True)
    return Figure(name, len(found), "", target=FigureTarget(0))


def _times(agents: Mapping[str, Sequence[LabelledAgent]]) -> list[Figure]:
    """Return microseconds of CPU for the agents of traffic, never seen and seen before, and of hostile ones."""
    texts = [agent.text for agent in agents["user-agents"]]
    new, seen = parse_user_agent.__wrapped__, parse_user_agent
    for text in texts:
        seen(text)
    works = {"new": lambda: [new(text) for text in texts], "seen": lambda: [seen(text) for text in texts]}
    taken = figures.cpu_rounds(works, calls=3)
    limits = (("agent never seen before", "new", NEVER_SEEN), ("agent seen before", "seen", SEEN))
    hostile = {text: lambda text=text: new(text) for text in HOSTILE_AGENTS}
    slowest = max(figures.cpu_rounds(hostile, calls=3).values())
    return [
        *(Figure(name, taken[key] / len(texts), "µs", target=FigureTarget(limit)) for name, key, limit in limits),
        Figure("slowest hostile agent of 1,024 characters", slowest, "µs", target=FigureTarget(HOSTILE)),
    ]


if __name__ == "__main__":
    figures.main(measure)
