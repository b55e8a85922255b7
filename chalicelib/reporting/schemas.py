"""Queries and documents of reports."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from chalicelib.domain.visitor import Device, OperatingSystem
from chalicelib.http.fields import Timestamp, TimeZone
from chalicelib.http.models import QueryModel, ResponseModel
from chalicelib.reporting.date_range import validate_time

_OWN = ("hour", "day", "smartlink", "campaign", "country", "device", "os", "sub1")
_ALL = (*_OWN, "publisher")


def _validate_dimensions(text: str, allowed: tuple[str, ...]) -> str:
    names = text.split(",")
    if unknown := [name for name in names if name not in allowed]:
        message = f"must contain only {', '.join(allowed)}; not {', '.join(map(repr, unknown))}"
        raise ValueError(message)
    if len(set(names)) < len(names):
        message = "must contain each dimension once"
        raise ValueError(message)
    return text


def _validate_all(text: str) -> str:
    return _validate_dimensions(text, _ALL)


def _validate_own(text: str) -> str:
    return _validate_dimensions(text, _OWN)


Day = Annotated[
    str,
    AfterValidator(validate_time),
    Field(
        description="A day in `timezone`, or a time that is a multiple of 15 minutes",
        examples=["2026-11-01", "2026-11-01T13:15:00Z"],
    ),
]
Dimensions = Annotated[
    str,
    AfterValidator(_validate_all),
    Field(description=f"Comma-separated list of {', '.join(_ALL)}", examples=["campaign,country"]),
]
OwnDimensions = Annotated[
    str,
    AfterValidator(_validate_own),
    Field(description=f"Comma-separated list of {', '.join(_OWN)}", examples=["campaign,country"]),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])]
FilterValue = Annotated[str, Field(max_length=1000)]
Amount = Annotated[str, Field(json_schema_extra={"pattern": r"^-?[0-9]+\.[0-9]{2,6}$", "examples": ["-1.50"]})]


class PeriodQuery(QueryModel):
    """The range of a report, by default the last seven days. `to` is inclusive if it is a day. Empty means not set."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    timezone: TimeZone = "UTC"
    smartlink_id: FilterValue | None = None
    currency: Currency | None = None

    @property
    def parameters(self) -> dict[str, str]:
        """Return the parameters as they were sent."""
        parameters: dict[str, str] = self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
        return parameters


class LostClicksQuery(PeriodQuery):
    """Range and filter of a report of lost clicks."""


class OwnReportQuery(PeriodQuery):
    """Range, dimensions and filters of a publisher's report."""

    FILTERS: ClassVar[dict[str, str]] = {
        "smartlink_id": "smartlink",
        "campaign_id": "campaign",
        "country": "country",
        "device": "device",
        "os": "os",
        "sub1": "sub1",
    }

    group_by: OwnDimensions = "day"
    campaign_id: FilterValue | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["US"])] | None = None
    device: Device | None = None
    os: OperatingSystem | None = None
    sub1: FilterValue | None = None
    by: Literal["click", "conversion"] = "click"
    format: Literal["json", "csv"] = "json"

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Return the dimensions in order."""
        return tuple(self.group_by.split(","))

    @property
    def filters(self) -> dict[str, str]:
        """Return the filter values by dimension."""
        values = {dimension: getattr(self, name) for name, dimension in self.FILTERS.items()}
        return {dimension: value for dimension, value in values.items() if value is not None}


class ReportQuery(OwnReportQuery):
    """Range, dimensions and filters of an admin's report."""

    FILTERS: ClassVar[dict[str, str]] = {**OwnReportQuery.FILTERS, "publisher_id": "publisher"}

    group_by: Dimensions = "day"
    publisher_id: FilterValue | None = None


class Sparse(ResponseModel):
    """A document without unset fields."""

    def model_dump_json(self, **options: Any) -> str:  # noqa: ANN401 - pydantic's own options
        return super().model_dump_json(**{"by_alias": True, "exclude_unset": True, **options})


class OwnLabels(ResponseModel):
    """The values of the requested dimensions; null is unknown."""

    hour: str | None = None
    day: str | None = None
    smartlink: str | None = None
    campaign: str | None = None
    country: str | None = None
    device: str | None = None
    os: str | None = None
    sub1: str | None = None


class Labels(OwnLabels):
    """The values of the requested dimensions, including the publisher; null is unknown."""

    publisher: str | None = None


class OwnFigures(ResponseModel):
    """A publisher's metrics. `clicks` excludes bots, `epc` is payout ÷ clicks. Ratios are null if the divisor is 0."""

    clicks: int
    unique_clicks: int
    duplicate_clicks: int
    bot_clicks: int
    conversions: int
    payout: Amount
    epc: Amount | None
    conversion_rate: Amount | None


class AllFigures(OwnFigures):
    """An admin's metrics. `profit` is revenue minus payout, `margin` is profit ÷ revenue."""

    revenue: Amount
    profit: Amount
    margin: Amount | None


class OwnReportRow(OwnFigures, OwnLabels):
    """A publisher's metrics of one combination of dimension values."""


class ReportRow(AllFigures, Labels):
    """The metrics of one combination of dimension values."""


class _Range(Sparse):
    """The resolved range (`to` is exclusive) and the currency of its amounts, null if there are none."""

    from_: Timestamp = Field(serialization_alias="from")
    to: Timestamp
    timezone: str
    currency: str | None


class _Grouped(_Range):
    """The dimensions of the rows, and whether conversions are dated by their click or by their own time."""

    by: Literal["click", "conversion"]
    group_by: list[str]


class OwnReportDocument(_Grouped):
    """A publisher's report. The totals are the sum of the rows."""

    rows: list[OwnReportRow]
    totals: OwnFigures


class ReportDocument(_Grouped):
    """A report of all publishers. The totals are the sum of the rows."""

    rows: list[ReportRow]
    totals: AllFigures


class LostTotals(ResponseModel):
    """Lost clicks and the estimated lost amounts."""

    clicks: int
    estimated_payout: Amount
    estimated_revenue: Amount
    estimated_profit: Amount


class LostRow(ResponseModel):
    """The lost clicks of a smartlink for one reason. `smartlink_id` is null for direct links.

    Records that cannot be parsed have the reason `poison` and no estimates.
    """

    reason: str
    smartlink_id: str | None
    clicks: int
    estimated_payout: Amount | None
    estimated_revenue: Amount | None
    estimated_profit: Amount | None


class LostClicksDocument(_Range):
    """Lost clicks by reason and smartlink, highest estimated revenue first. The totals are the sum of the rows."""

    rows: list[LostRow]
    totals: LostTotals
