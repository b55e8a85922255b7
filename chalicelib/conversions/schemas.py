"""Request and response models of the advertiser's postback and pixel."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, field_validator

from chalicelib.conversions.absent_values import is_absent
from chalicelib.conversions.amounts import parse_amount
from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.domain.goal import MAX_GOAL_NAME
from chalicelib.domain.money import optional_decimal
from chalicelib.http.models import LenientQuery, RequestModel, ResponseModel, validate
from chalicelib.http.problems import ValidationFailed

MAX_TXID = 255
"""Maximum length in characters."""

Amount = Annotated[str, AfterValidator(parse_amount)]


class ReportedAmounts(RequestModel):
    """Validated parameters of a reported conversion."""

    txid: Annotated[str, Field(max_length=MAX_TXID)] | None = None
    event: Annotated[str, Field(max_length=MAX_GOAL_NAME)] | None = None
    amount: Amount | None = None
    payout: Amount | None = None
    revenue: Amount | None = None
    currency: str | None = None
    status: ConversionStatus | None = None

    @field_validator("status", mode="before")
    @classmethod
    def _ignore_case(cls, status: Any) -> Any:  # noqa: ANN401 - a row of an import may have any JSON value
        return status.strip().lower() if isinstance(status, str) else status


class _ReportQuery(LenientQuery):
    """Query that ignores unknown parameters, and those without a value: trackers send macros that they do not know."""

    @classmethod
    def is_absent(cls, value: str) -> bool:
        return is_absent(value)


class PostbackQuery(_ReportQuery):
    """Parameters of a postback. Their values are validated once the click's campaign is known.

    `click_id` and `token` are required; they are empty here if they are missing, so that the refusal can be listed.
    """

    model_config = ConfigDict(json_schema_extra={"required": ["click_id", "token"]})

    click_id: str = ""
    token: str = ""
    txid: Annotated[str, Field(json_schema_extra={"maxLength": MAX_TXID})] | None = None
    event: Annotated[str, Field(json_schema_extra={"maxLength": MAX_GOAL_NAME})] | None = None
    amount: Annotated[str, Field(examples=["49.90"])] | None = None
    payout: Annotated[str, Field(examples=["1.50"])] | None = None
    revenue: Annotated[str, Field(examples=["2.00"])] | None = None
    currency: Annotated[str, Field(examples=["USD"])] | None = None
    status: Annotated[str, Field(json_schema_extra={"enum": [status.value for status in ConversionStatus]})] | None = (
        None
    )

    @field_validator("click_id", "token")
    @classmethod
    def _strip(cls, value: str) -> str:
        return value.strip()

    @classmethod
    def is_complete(cls, parameters: Mapping[str, str]) -> bool:
        return not any(is_absent(parameters.get(name, "")) for name in ("click_id", "token"))


class MissingToken(ValidationFailed):
    """A postback has no token."""


class PixelQuery(_ReportQuery):
    """Parameters of a pixel. An invalid report is ignored: the response is always an image."""

    campaign_id: str = ""
    txid: str | None = None
    event: str | None = None


class Recording(StrEnum):
    """Whether a report was recorded or repeats an earlier one."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"


class RecordedConversionDocument(ResponseModel):
    """Result of a postback. Every report of the same conversion has the same ID.

    `conversion_status` is null if the event is no goal of the campaign.
    """

    status: Recording
    conversion_id: str
    conversion_status: ConversionStatus | None


def check_complete(query: PostbackQuery) -> None:
    """Raise `ValidationFailed` if click ID or token is missing, `MissingToken` if the token is."""
    errors = [(f"/{name}", "is required") for name in ("click_id", "token") if not getattr(query, name)]
    if errors:
        raise ValidationFailed(*errors) if query.token else MissingToken(*errors)


def parse_postback(query: PostbackQuery, currency: str, sent: Mapping[str, Any] | None = None) -> ReportedConversion:
    """Return the report of a postback; raise `ValidationFailed` with every error.

    `currency` is the campaign's; the postback may not name another. `sent` are the parameters as they were sent:
    earlier releases took an unreplaced macro for a transaction ID or event.
    """
    parameters = query.model_dump(include=set(ReportedAmounts.model_fields), exclude_none=True)
    currency_errors = _currency_errors(parameters, currency)
    try:
        amounts = validate(ReportedAmounts, parameters)
    except ValidationFailed as error:
        raise ValidationFailed(*error.errors, *currency_errors) from error
    if currency_errors:
        raise ValidationFailed(*currency_errors)
    return report_of(query.click_id, amounts, _earlier_names(sent or {}))


def report_of(click_id: str, values: ReportedAmounts, earlier: tuple[str, str] | None = None) -> ReportedConversion:
    """Return the report of validated values. `earlier` is as in `ReportedConversion`."""
    return ReportedConversion(
        click_id,
        txid=values.txid,
        event=values.event,
        amount=optional_decimal(values.amount),
        payout=optional_decimal(values.payout),
        revenue=optional_decimal(values.revenue),
        status=values.status,
        earlier=earlier,
    )


def _earlier_names(sent: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return transaction ID and event as earlier releases understood them, if they understood them otherwise."""
    txid, event = (str(sent.get(name) or "") for name in ("txid", "event"))
    return (txid, event) if any(map(is_absent, filter(None, (txid, event)))) else None


def _currency_errors(parameters: dict[str, Any], currency: str) -> list[tuple[str, str]]:
    is_campaigns = parameters.get("currency", currency).strip().upper() == currency
    return [] if is_campaigns else [("/currency", f"must be {currency}, the currency of the campaign")]


def parse_pixel(query: PixelQuery, click_id: str) -> ReportedConversion | None:
    """Return the report of a pixel, or None if a parameter is too long.

    A pixel has no token, so amounts and status are ignored.
    """
    if len(query.txid or "") > MAX_TXID or len(query.event or "") > MAX_GOAL_NAME:
        return None
    return ReportedConversion(click_id, txid=query.txid, event=query.event)
