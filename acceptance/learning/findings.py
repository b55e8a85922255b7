"""What is found out about the platform, and a recorded click as it is judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ApiDocument = Mapping[str, Any]
"""JSON from the API."""

Keys = Mapping[str, str]
"""The keys of the offers by campaign ID."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim about the platform, the figures it was held against, and whether it holds."""

    claim: str
    figures: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """A recorded click as it is judged: its visitor's segment, and the key of the offer that took it."""

    click_id: str
    segment: str
    key: str
    arm: str
    weights_version: int | None
    route_version: int


def chosen(document: ApiDocument, keys: Keys) -> Chosen:
    """What a click document says of the choice."""
    decision = document["decision"]
    return Chosen(
        click_id=document["click_id"],
        segment=f"{document['country']}|{document['device']}",
        key=keys[document["campaign_id"]],
        arm=decision["arm"],
        weights_version=decision["weights_version"],
        route_version=decision["route_version"],
    )
