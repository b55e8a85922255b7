"""What advertisers send, checked, and what they are told."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.fields import Money
from chalicelib.http.models import RequestModel, ResponseModel, validate
from chalicelib.http.problems import ValidationFailed

MAX_TXID, MAX_EVENT = 255, 64


class ReportedAmounts(RequestModel):
    """What a postback says of a conversion, where it is in order."""

    txid: Annotated[str, Field(max_length=MAX_TXID)] | None = None
    event: Annotated[str, Field(max_length=MAX_EVENT)] | None = None
    payout: Money | None = None
    revenue: Money | None = None
    currency: str | None = None
    status: ConversionStatus = ConversionStatus.APPROVED


class _Lenient(RequestModel):
    """Advertisers append parameters of their own, and send empty ones for what they do not know."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if value not in ("", None)}


class PostbackQuery(_Lenient):
    """A postback's parameters; what they say is checked by `claim`, when it is known which campaign they are about."""

    click_id: str
    token: str
    txid: Annotated[str, Field(json_schema_extra={"maxLength": MAX_TXID})] | None = None
    event: Annotated[str, Field(json_schema_extra={"maxLength": MAX_EVENT})] | None = None
    payout: Annotated[str, Field(examples=["1.50"])] | None = None
    revenue: Annotated[str, Field(examples=["2.00"])] | None = None
    currency: Annotated[str, Field(examples=["USD"])] | None = None
    status: Annotated[str, Field(json_schema_extra={"enum": [status.value for status in ConversionStatus]})] | None = (
        None
    )


class PixelQuery(_Lenient):
    """A pixel's parameters. Nothing of them can be wrong: a pixel is an image whatever happens."""

    campaign_id: str = ""
    txid: str | None = None
    event: str | None = None


class Recording(StrEnum):
    """Whether a call changed anything."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"


class RecordedConversionDocument(ResponseModel):
    """What became of a postback; the same conversion keeps its ID however often it is reported."""

    status: Recording
    conversion_id: str


def claim(query: PostbackQuery, currency: str) -> ReportedConversion:
    """What the postback claims in the campaign's `currency`, or `Invalid` with every complaint."""
    said = query.model_dump(include=set(ReportedAmounts.model_fields), exclude_none=True)
    foreign = (
        [] if said.get("currency", currency) == currency else [("/currency", f"must be {currency}, the campaign's")]
    )
    try:
        figures = validate(ReportedAmounts, said)
    except ValidationFailed as error:
        raise ValidationFailed(*error.errors, *foreign) from error
    if foreign:
        raise ValidationFailed(*foreign)
    return ReportedConversion(
        query.click_id,
        txid=figures.txid,
        event=figures.event,
        payout=_decimal(figures.payout),
        revenue=_decimal(figures.revenue),
        status=figures.status,
    )


def pixel_claim(query: PixelQuery, click_id: str) -> ReportedConversion | None:
    """What the pixel claims, money never: anybody can call it. None where it says more than a postback may."""
    if len(query.txid or "") > MAX_TXID or len(query.event or "") > MAX_EVENT:
        return None
    return ReportedConversion(click_id, txid=query.txid, event=query.event)


def _decimal(amount: str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)
