from typing import Any

import pytest

from chalicelib.admin.publishers.terms_schemas import TermsSettings
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed

CAP = {"metric": "clicks", "window": "day", "limit": "5"}
NAMES = [{"name": "sale"}, {"name": "sale"}]
NO_MONEY = 'must be a decimal string of 0 or more, such as "1.50"'


def test_every_field_is_optional() -> None:
    settings = validate(TermsSettings, {}).model_dump(mode="json")
    assert settings == {"payout": None, "payout_percent": None, "goals": [], "caps": None}


def test_caps_of_terms_are_of_scope_publisher() -> None:
    caps = [CAP, {**CAP, "window": "total", "scope": "publisher"}]
    assert {cap.scope for cap in validate(TermsSettings, {"caps": caps}).caps or []} == {"publisher"}


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "a negative payout": ({"payout": "-1"}, "/payout", NO_MONEY),
    "a revenue": ({"revenue": "1"}, "/revenue", "is not a known field"),
    "a large percentage": ({"payout_percent": "1000.1"}, "/payout_percent", "must be 1000 or less"),
    "a goal without a name": ({"goals": [{"payout": "1"}]}, "/goals/0/name", "is required"),
    "how a goal counts": ({"goals": [{"name": "a", "counts": "once"}]}, "/goals/0/counts", "is not a known field"),
    "two goals of a name": ({"goals": NAMES}, "/goals", "must not contain two goals of the same name"),
    "a cap of everyone": (
        {"caps": [{**CAP, "scope": "campaign"}]},
        "/caps/0/scope",
        "must be publisher: caps of scope campaign are settings of the campaign",
    ),
    "half a click": ({"caps": [{**CAP, "limit": "0.5"}]}, "/caps/0/limit", "must be a whole number above 0"),
    "a cap twice": (
        {"caps": [CAP, CAP]},
        "/caps",
        "must not contain two caps of the same metric, window, scope and time zone",
    ),
    "21 caps": ({"caps": [CAP] * 21}, "/caps", "must have at most 20 entries"),
}


@pytest.mark.parametrize(("document", "pointer", "detail"), WRONG.values(), ids=WRONG)
def test_invalid_field_has_a_pointer(document: dict[str, Any], pointer: str, detail: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(TermsSettings, document)
    assert caught.value.errors == ((pointer, detail),)
