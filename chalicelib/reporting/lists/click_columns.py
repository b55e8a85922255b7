"""Columns of clicks in a CSV file: the fields of the document, one column per sub-ID, and those of the decision."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.macros import SUB_IDS
from chalicelib.reporting.click_schemas import ClickFacts

_NESTED = ("sub_ids", "decision")


def click_columns(model: type[ClickFacts]) -> list[str]:
    """Return the columns of a click document, which has a field `decision`."""
    facts = [name for name in model.model_fields if name not in _NESTED]
    decision: Any = model.model_fields["decision"].annotation
    return [*facts, *SUB_IDS, *decision.model_fields]


def flat_click(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a click document by column. The link becomes its URL; the considered offers stay a list."""
    link = document["link"] and document["link"]["url"]
    return {**document, "link": link, **document["sub_ids"], **document["decision"]}
