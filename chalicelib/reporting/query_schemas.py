"""Queries of reports."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from chalicelib.domain.visitor import Device, OperatingSystem
from chalicelib.http.fields import Currency, TimeZone
from chalicelib.http.models import QueryModel
from chalicelib.reporting.date_range import validate_time

_OWN = ("hour", "day", "smartlink", "campaign", "country", "device", "os", "sub1", "goal", "currency")
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
FilterValue = Annotated[str, Field(max_length=1000)]
GoalFilter = Annotated[
    str,
    Field(
        max_length=1000,
        description="Only conversions of this goal, and all clicks: a click has no goal. So `epc` is the payout of the "
        "goal per click. Grouped by goal, clicks are in the rows of `goal` null",
        examples=["default", "sale"],
    ),
]
CurrencyFilter = Annotated[
    Currency, Field(description="Only clicks that reached a campaign in this currency, and its conversions")
]
TargetCurrency = Annotated[
    Currency,
    Field(
        description="Convert all amounts into this currency at the admin's exchange rates, at the rate of the UTC day "
        "in which the report counts them: the click's, or with `by=conversion` the conversion's own. Rounded half to "
        "even to six decimal places once for each row, currency and day; totals are sums of the rows"
    ),
]


class PeriodQuery(QueryModel):
    """The range of a report, by default the last seven days. `to` is inclusive if it is a day. Empty means not set."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    timezone: TimeZone = "UTC"
    smartlink_id: FilterValue | None = None

    @property
    def parameters(self) -> dict[str, str]:
        """Return the parameters as they were sent."""
        parameters: dict[str, str] = self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
        return parameters


class LostClicksQuery(PeriodQuery):
    """Range and filters of a report of lost clicks."""

    currency: (
        Annotated[Currency, Field(description="Estimates in this currency only; all clicks are counted")] | None
    ) = None


class OwnReportQuery(PeriodQuery):
    """Range, dimensions and filters of a publisher's report."""

    FILTERS: ClassVar[dict[str, str]] = {
        "smartlink_id": "smartlink",
        "campaign_id": "campaign",
        "country": "country",
        "device": "device",
        "os": "os",
        "sub1": "sub1",
        "goal": "goal",
        "currency": "currency",
    }

    group_by: OwnDimensions = "day"
    campaign_id: FilterValue | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["US"])] | None = None
    device: Device | None = None
    os: OperatingSystem | None = None
    sub1: FilterValue | None = None
    goal: GoalFilter | None = None
    currency: CurrencyFilter | None = None
    convert_to: TargetCurrency | None = None
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
