"""Queries of reports."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from chalicelib.http.fields import Currency, TimeZone
from chalicelib.http.models import QueryModel
from chalicelib.reporting import filter_fields as fields
from chalicelib.reporting.date_range import validate_time
from chalicelib.reporting.dimensions import ALL, OWN, validate_dimensions

_GROUP_BY = (
    "Comma-separated dimensions of the rows: {}. At most one of region, browser, language, source, network and sub2 to "
    "sub10, and not together with country, device, os or sub1"
)


def _validate_all(text: str) -> str:
    return validate_dimensions(text, ALL)


def _validate_own(text: str) -> str:
    return validate_dimensions(text, OWN)


_TIME = "A day in `timezone`, or a time that is a multiple of 15 minutes. {}"
_TIMES = ["2026-11-01", "2026-11-01T13:15:00Z"]
Time = Annotated[str, AfterValidator(validate_time)]
Dimensions = Annotated[
    str,
    AfterValidator(_validate_all),
    Field(description=_GROUP_BY.format(", ".join(ALL)), examples=["campaign,country"]),
]
OwnDimensions = Annotated[
    str,
    AfterValidator(_validate_own),
    Field(description=_GROUP_BY.format(", ".join(OWN)), examples=["campaign,country"]),
]
_CONVERT_TO = (
    "Convert all amounts into this currency at the admin's exchange rates, at the rate of the UTC day in which the "
    "report counts them: the click's, or with `by=conversion` the conversion's own. Rounded half to even to six "
    "decimal places once for each row, currency and day; totals are sums of the rows"
)


class PeriodQuery(QueryModel):
    """The range of a report, by default the last seven days. `to` is inclusive if it is a day. Empty means not set."""

    from_: Time | None = Field(
        None, alias="from", description=_TIME.format("By default seven days before the end"), examples=_TIMES
    )
    to: Time | None = Field(
        None, description=_TIME.format("A day is included, a time is not. By default today"), examples=_TIMES
    )
    timezone: TimeZone = Field(
        "UTC", description="Time zone of hours, days, weeks and months", examples=["Asia/Kolkata"]
    )
    smartlink_id: fields.SmartlinkIds = Field(default_factory=list)
    format: Literal["json", "csv"] = Field("json", description="`csv` returns the rows as a file, without totals")
    cursor: str | None = Field(
        None,
        max_length=20,
        description="The page of a CSV file, from the `Link` header of the page before. Figures may change in between",
    )

    @property
    def parameters(self) -> dict[str, str | list[str]]:
        """Return the parameters as they were sent."""
        parameters: dict[str, str | list[str]] = self.model_dump(
            mode="json", by_alias=True, exclude_unset=True, exclude_none=True
        )
        return parameters


class LostClicksQuery(PeriodQuery):
    """Range and filters of a report of lost clicks."""

    currency: Currency | None = Field(
        None, description="Estimates in this currency only; all clicks are counted", examples=["USD"]
    )


class OwnReportQuery(PeriodQuery):
    """Range, dimensions and filters of a publisher's report. A repeated filter means any of its values."""

    DIMENSIONS: ClassVar[tuple[str, ...]] = OWN
    FILTERS: ClassVar[dict[str, str]] = fields.filters_of(OWN)

    group_by: OwnDimensions = "day"
    campaign_id: fields.CampaignIds = Field(default_factory=list)
    country: fields.Countries = Field(default_factory=list)
    device: fields.Devices = Field(default_factory=list)
    os: fields.OperatingSystems = Field(default_factory=list)
    sub1: fields.SubIds = Field(default_factory=list)
    goal: fields.Goals = Field(default_factory=list)
    currency: fields.Currencies = Field(default_factory=list)
    region: fields.Regions = Field(default_factory=list)
    browser: fields.Browsers = Field(default_factory=list)
    language: fields.Languages = Field(default_factory=list)
    source: fields.Sources = Field(default_factory=list)
    network: fields.Networks = Field(default_factory=list)
    sub2: fields.SubIds = Field(default_factory=list)
    sub3: fields.SubIds = Field(default_factory=list)
    sub4: fields.SubIds = Field(default_factory=list)
    sub5: fields.SubIds = Field(default_factory=list)
    sub6: fields.SubIds = Field(default_factory=list)
    sub7: fields.SubIds = Field(default_factory=list)
    sub8: fields.SubIds = Field(default_factory=list)
    sub9: fields.SubIds = Field(default_factory=list)
    sub10: fields.SubIds = Field(default_factory=list)
    convert_to: Currency | None = Field(None, description=_CONVERT_TO)
    by: Literal["click", "conversion"] = Field(
        "click", description="Date conversions by their click, or by their own time (`conversion`)"
    )

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Return the dimensions in order."""
        return tuple(self.group_by.split(","))

    @property
    def filters(self) -> dict[str, frozenset[str]]:
        """Return the filter values by dimension."""
        values = {dimension: getattr(self, name) for name, dimension in self.FILTERS.items()}
        return {dimension: frozenset(map(str, wanted)) for dimension, wanted in values.items() if wanted}

    @property
    def filter_parameters(self) -> dict[str, str]:
        """Return the dimensions of the filters that are set, by parameter."""
        return {name: dimension for name, dimension in self.FILTERS.items() if getattr(self, name)}


class ReportQuery(OwnReportQuery):
    """Range, dimensions and filters of an admin's report. A repeated filter means any of its values."""

    DIMENSIONS: ClassVar[tuple[str, ...]] = ALL
    FILTERS: ClassVar[dict[str, str]] = fields.filters_of(ALL)

    group_by: Dimensions = "day"
    publisher_id: fields.PublisherIds = Field(default_factory=list)
    advertiser: fields.Advertisers = Field(default_factory=list)
