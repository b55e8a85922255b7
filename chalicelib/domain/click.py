"""A click: its outcome, the reasons of rejections, and the fields that are stored of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Self, assert_never

from chalicelib.domain import visitor


class RejectionReason(StrEnum):
    """Why an offer may not take a click, in the order of the checks; `code` is the letter that clicks store."""

    code: str

    def __new__(cls, value: str, code: str) -> Self:
        """Create a member from its value and its code."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.code = code
        return member

    DISABLED = "disabled", "x"
    CAMPAIGN_PAUSED = "campaign_paused", "p"
    SCHEDULE = "schedule", "h"
    NOT_APPROVED = "not_approved", "a"
    COUNTRY = "country", "c"
    REGION = "region", "r"
    CITY = "city", "i"
    NETWORK = "network", "n"
    CONNECTION = "connection", "e"
    DEVICE = "device", "d"
    OS = "os", "o"
    OS_VERSION = "os_version", "v"
    BROWSER = "browser", "b"
    LANGUAGE = "language", "l"
    SOURCE = "source", "s"
    SUB_ID = "sub_id", "m"
    BOT = "bot", "t"
    HOSTING = "hosting", "g"
    DUPLICATE = "duplicate", "u"
    CAP = "cap", "k"
    LOWER_TIER = "lower_tier", "w"


_ELIGIBLE = "-"
_BY_CODE: dict[str, RejectionReason | None] = {_ELIGIBLE: None, **{reason.code: reason for reason in RejectionReason}}


def encode_rejections(reasons: Iterable[RejectionReason | None]) -> str:
    """Return one letter for each offer of a route, in its order; None is an eligible offer."""
    return "".join([_ELIGIBLE if reason is None else reason.code for reason in reasons])


def decode_rejections(click: Mapping[str, Any]) -> list[RejectionReason | None]:
    """Return the rejection of each offer from a stored click; empty for a click that considered none."""
    return [_BY_CODE[letter] for letter in click.get("refusals") or ""]


def is_unique(click: Mapping[str, Any]) -> bool:
    """Return whether a stored click is by a human and not a duplicate."""
    return not (click.get("is_bot") or click.get("is_duplicate"))


class Outcome(StrEnum):
    """Where a click went."""

    OFFER = "offer"
    CATCH_ALL = "catch_all"
    FAIL_URL = "fail_url"
    FALLBACK = "fallback"
    PAUSED = "paused"
    NO_OFFER = "no_offer"

    @property
    def is_paying(self) -> bool:
        """Whether the click reached a campaign, which pays for conversions."""
        match self:
            case Outcome.OFFER | Outcome.CATCH_ALL:
                return True
            case Outcome.FAIL_URL | Outcome.FALLBACK | Outcome.PAUSED | Outcome.NO_OFFER:
                return False
            case _:
                assert_never(self)


class ExperimentArm(StrEnum):
    """Whose weights selected the offer: the admin's, the learned ones, or the admin's in the hold-out."""

    WEIGHTED = "weighted"
    OPTIMIZED = "optimized"
    HOLDOUT = "holdout"


@dataclass(frozen=True, slots=True)
class TrackingParameters:
    """Parameters of a click that the publisher set: sub-IDs, source, their own click ID, and the rest of the query.

    `query` holds the other parameters, percent-encoded.
    """

    sub_ids: dict[str, str] = field(default_factory=dict)
    source: str | None = None
    external_click_id: str | None = None
    query: str = ""


NO_PARAMETERS = TrackingParameters()


class FieldKind(StrEnum):
    """How a field is stored: as string, number, boolean, or JSON in a string."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    JSON = "json"


class ClickField(NamedTuple):
    """One field: its name in the table, its kind, and its value in clicks of releases that did not write it.

    A field that `is_shown` is copied to the click document as it is.
    """

    stored: str
    kind: FieldKind = FieldKind.TEXT
    default: Any = None
    is_shown: bool = False


CLICK_FIELDS: Mapping[str, ClickField] = {
    "click_id": ClickField("click_id"),
    "at": ClickField("at", FieldKind.NUMBER),
    "format": ClickField("fo", FieldKind.NUMBER, default=1),
    "code": ClickField("lc"),
    "route_id": ClickField("ro"),
    "route_version": ClickField("rv", FieldKind.NUMBER),
    "epoch": ClickField("ep", FieldKind.NUMBER),
    "publisher_id": ClickField("pu", is_shown=True),
    "outcome": ClickField("ou", is_shown=True),
    "campaign_id": ClickField("ca", is_shown=True),
    "refusals": ClickField("re"),
    "arm": ClickField("ar"),
    "propensity": ClickField("pr"),
    "weights_version": ClickField("wv", FieldKind.NUMBER),
    "segment": ClickField("sg"),
    **{name: ClickField(stored, is_shown=name != "isp") for name, stored in visitor.STORED_FIELDS.items()},
    "is_bot": ClickField("bo", FieldKind.FLAG),
    "is_duplicate": ClickField("du", FieldKind.FLAG),
    "sub_ids": ClickField("su", FieldKind.JSON),
    "source": ClickField("so", is_shown=True),
    "external_click_id": ClickField("ex", is_shown=True),
    "parameters": ClickField("qu"),
    "currency": ClickField("cu"),
    "terms_version": ClickField("tv", FieldKind.NUMBER),
}
"""Fields by name. Short names keep a click under 1 KB; None is not stored.

A click without `format` has format 1, which is the one written: a number in every click would cost bytes for nothing.
The first change of a field's meaning writes 2, and `complete_click` translates.
"""

_DEFAULTS = {name: each.default for name, each in CLICK_FIELDS.items() if each.default is not None}


def complete_click(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored click with defaults for what its release did not write. Every reader of clicks calls this."""
    return {**_DEFAULTS, **{name: value for name, value in stored.items() if value is not None}}
