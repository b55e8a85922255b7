"""Labelled user agents."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.visitor import Device, OperatingSystem


@dataclass(frozen=True, slots=True)
class LabelledAgent:
    """A user agent with its labels; None means no label. `weight` is its share of the traffic it was seen in."""

    text: str
    is_bot: bool | None = None
    weight: float = 1
    device: Device | None = None
    os: OperatingSystem | None = None


_BROWSERS = re.compile(
    r"(?:Mozilla|Opera)/|Dalvik/|UCWEB|.*(?:MIDP|CLDC|Profile/|UP\.Browser|DoCoMo|KDDI|J-PHONE|SoftBank|Vodafone|"
    r"Nokia|BlackBerry|SonyEricsson|SAMSUNG|LGE?[-/])"
)
"""How browsers begin, and words of feature phones."""


def is_no_person(user_agent: str) -> bool:
    """Return whether an agent is no person by the rule that this project was given, whatever its label says.

    It holds a URL or an `@`, or `compatible;` without `MSIE`, or does not begin with `Mozilla/` or `Opera/`. Ecosia,
    Dalvik, UCWEB and feature phones are exceptions. The rule shares nothing with the detector.
    """
    if "://" in user_agent or "@" in user_agent:
        return "(Ecosia" not in user_agent
    return ("compatible;" in user_agent and "MSIE" not in user_agent) or not _BROWSERS.match(user_agent)


def without_doubtful_people(agents: Iterable[LabelledAgent]) -> list[LabelledAgent]:
    """Return the agents; those that are labelled people against the rule have no label of bots any more."""
    return [
        replace(agent, is_bot=None) if agent.is_bot is False and is_no_person(agent.text) else agent for agent in agents
    ]


def merged(agents: Iterable[LabelledAgent]) -> list[LabelledAgent]:
    """Return each agent once, with the weights of its repetitions added up."""
    found: dict[str, LabelledAgent] = {}
    for agent in agents:
        known = found.get(agent.text)
        found[agent.text] = replace(known, weight=known.weight + agent.weight) if known else agent
    return list(found.values())


def sample(agents: Sequence[LabelledAgent], size: int) -> Sequence[LabelledAgent]:
    """Return about `size` agents at equal distances, or all if there are fewer."""
    return agents[:: max(1, len(agents) // size)]
