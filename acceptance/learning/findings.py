"""Findings about the platform, and the recorded clicks that they are based on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ApiDocument = Mapping[str, Any]
"""JSON from the API."""

Keys = Mapping[str, str]
"""The keys of the offers by campaign ID."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim about the platform, the figures it was checked against, and whether it holds."""

    claim: str
    figures: str
    holds: bool


@dataclass(frozen=True, slots=True)
class RecordedClick:
    """A recorded click with its visitor's segment and the key of its offer."""

    click_id: str
    segment: str
    key: str
    arm: str
    weights_version: int | None
    route_version: int


def recorded_click(document: ApiDocument, keys: Keys) -> RecordedClick:
    """Return the fields of a click document that the checks use."""
    decision = document["decision"]
    return RecordedClick(
        click_id=document["click_id"],
        segment=f"{document['country']}|{document['device']}",
        key=keys[document["campaign_id"]],
        arm=decision["arm"],
        weights_version=decision["weights_version"],
        route_version=decision["route_version"],
    )
