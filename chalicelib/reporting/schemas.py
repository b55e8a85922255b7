"""What reports are asked for, and their documents."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from chalicelib.domain.visitor import Device, OperatingSystem
from chalicelib.http.fields import Timestamp, TimeZone
from chalicelib.http.models import RequestModel, ResponseModel
from chalicelib.reporting.date_range import validate_time

_OWN = ("hour", "day", "smartlink", "campaign", "country", "device", "os", "sub1")
_ALL = (*_OWN, "publisher")


def _listed(text: str, known: tuple[str, ...]) -> str:
    names = text.split(",")
    if unknown := [name for name in names if name not in known]:
        message = f"must name dimensions of {', '.join(known)}; not {', '.join(map(repr, unknown))}"
        raise ValueError(message)
    if len(set(names)) < len(names):
        message = "must name each dimension once"
        raise ValueError(message)
    return text


def _all(text: str) -> str:
    return _listed(text, _ALL)


def _own(text: str) -> str:
    return _listed(text, _OWN)


Day = Annotated[
    str,
    AfterValidator(validate_time),
    Field(
        description="A day of `timezone`, or a time on a quarter of an hour",
        examples=["2026-11-01", "2026-11-01T13:15:00Z"],
    ),
]
Dimensions = Annotated[
    str, AfterValidator(_all), Field(description=f"One or more of {', '.join(_ALL)}", examples=["campaign,country"])
]
OwnDimensions = Annotated[
    str, AfterValidator(_own), Field(description=f"One or more of {', '.join(_OWN)}", examples=["campaign,country"])
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])]
FilterValue = Annotated[str, Field(max_length=1000)]
Amount = Annotated[str, Field(json_schema_extra={"pattern": r"^-?[0-9]+\.[0-9]{2,6}$", "examples": ["-1.50"]})]


class PeriodQuery(RequestModel):
    """The range, with `to` included if it is a day; by default the seven days up to today. Empty means not given."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    timezone: TimeZone = "UTC"
    smartlink_id: FilterValue | None = None
    currency: Currency | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if value != ""}

    @property
    def given(self) -> dict[str, str]:
        """The parameters as they were sent."""
        sent: dict[str, str] = self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
        return sent


class LostClicksQuery(PeriodQuery):
    """Whose lost clicks, and when."""


class OwnReportQuery(PeriodQuery):
    """What a publisher may ask of their own clicks."""

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
        """What to group by, in order."""
        return tuple(self.group_by.split(","))

    @property
    def filters(self) -> dict[str, str]:
        """The values that cells must have, by dimension."""
        wanted = {dimension: getattr(self, name) for name, dimension in self.FILTERS.items()}
        return {dimension: value for dimension, value in wanted.items() if value is not None}


class ReportQuery(OwnReportQuery):
    """What an admin may ask of all clicks."""

    FILTERS: ClassVar[dict[str, str]] = {**OwnReportQuery.FILTERS, "publisher_id": "publisher"}

    group_by: Dimensions = "day"
    publisher_id: FilterValue | None = None


class Sparse(ResponseModel):
    """A document that leaves out what it was not given, such as dimensions that nobody asked for."""

    def model_dump_json(self, **options: Any) -> str:  # noqa: ANN401 - pydantic's own options
        return super().model_dump_json(**{"by_alias": True, "exclude_unset": True, **options})


class OwnLabels(ResponseModel):
    """The dimensions that were asked for; null is unknown."""

    hour: str | None = None
    day: str | None = None
    smartlink: str | None = None
    campaign: str | None = None
    country: str | None = None
    device: str | None = None
    os: str | None = None
    sub1: str | None = None


class Labels(OwnLabels):
    """The dimensions that were asked for, of everybody's clicks; null is unknown."""

    publisher: str | None = None


class OwnFigures(ResponseModel):
    """Clicks leave bots out. Ratios are null over nothing: `epc` is payout ÷ clicks."""

    clicks: int
    unique_clicks: int
    duplicate_clicks: int
    bot_clicks: int
    conversions: int
    payout: Amount
    epc: Amount | None
    conversion_rate: Amount | None


class AllFigures(OwnFigures):
    """Both sides' money: `profit` is revenue less payout, `margin` is profit ÷ revenue."""

    revenue: Amount
    profit: Amount
    margin: Amount | None


class OwnReportRow(OwnFigures, OwnLabels):
    """A publisher's figures of one combination of the dimensions."""


class ReportRow(AllFigures, Labels):
    """The figures of one combination of the dimensions."""


class _Range(Sparse):
    """What the range was resolved to, `to` left out, and the currency of its money (null: it holds none)."""

    from_: Timestamp = Field(serialization_alias="from")
    to: Timestamp
    timezone: str
    currency: str | None


class _Grouped(_Range):
    """What a report's rows are grouped by, and whether conversions stand in the time of their click or their own."""

    by: Literal["click", "conversion"]
    group_by: list[str]


class OwnReportDocument(_Grouped):
    """A publisher's own figures; the rows add up to the totals."""

    rows: list[OwnReportRow]
    totals: OwnFigures


class ReportDocument(_Grouped):
    """Everybody's figures; the rows add up to the totals."""

    rows: list[ReportRow]
    totals: AllFigures


class LostTotals(ResponseModel):
    """Lost clicks, and the money that they would have brought."""

    clicks: int
    estimated_payout: Amount
    estimated_revenue: Amount
    estimated_profit: Amount


class LostRow(ResponseModel):
    """The clicks of a smartlink (null: of direct links) lost for one reason.

    Records that cannot be read have the reason `poison`: of their money nothing is known.
    """

    reason: str
    smartlink_id: str | None
    clicks: int
    estimated_payout: Amount | None
    estimated_revenue: Amount | None
    estimated_profit: Amount | None


class LostClicksDocument(_Range):
    """Lost clicks by reason and smartlink, the costliest first; the rows add up to the totals."""

    rows: list[LostRow]
    totals: LostTotals
