"""User agents with what is known of them."""

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
