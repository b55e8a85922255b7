"""Documents of reports."""

from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.http.fields import Timestamp
from chalicelib.http.models import ResponseModel

Amount = Annotated[str, Field(json_schema_extra={"pattern": r"^-?[0-9]+\.[0-9]{2,6}$", "examples": ["-1.50"]})]


class Sparse(ResponseModel):
    """A document without unset fields."""

    def model_dump_json(self, **options: Any) -> str:  # noqa: ANN401 - pydantic's own options
        return super().model_dump_json(**{"by_alias": True, "exclude_unset": True, **options})


class OwnLabels(ResponseModel):
    """The values of the requested dimensions, with the names of IDs. A value or name that is not known is null.

    `hour` has its UTC offset, `week` is the Monday of the week, `month` is a year and a month: `2026-11`.
    """

    hour: str | None = None
    day: str | None = None
    week: str | None = None
    month: str | None = None
    smartlink: str | None = None
    smartlink_name: str | None = None
    campaign: str | None = None
    campaign_name: str | None = None
    country: str | None = None
    device: str | None = None
    os: str | None = None
    sub1: str | None = None
    goal: str | None = None
    region: str | None = None
    browser: str | None = None
    language: str | None = None
    source: str | None = None
    network: str | None = None
    sub2: str | None = None
    sub3: str | None = None
    sub4: str | None = None
    sub5: str | None = None
    sub6: str | None = None
    sub7: str | None = None
    sub8: str | None = None
    sub9: str | None = None
    sub10: str | None = None


class Labels(OwnLabels):
    """The values of the requested dimensions, including publisher and advertiser. Null is unknown.

    The advertiser is the campaign's today: null for clicks without a campaign, and for campaigns without an advertiser.
    """

    publisher: str | None = None
    publisher_name: str | None = None
    advertiser: str | None = None


class OwnFigures(ResponseModel):
    """A publisher's metrics. `clicks` excludes bots, `epc` is payout ÷ clicks. Ratios are null if the divisor is 0.

    `conversions` and `payout` are those of approved conversions. Pending ones are not paid yet, rejected ones never.
    `fallback_share` is the share of clicks that reached no campaign.
    """

    clicks: int
    unique_clicks: int
    duplicate_clicks: int
    bot_clicks: int
    conversions: int
    pending_conversions: int
    rejected_conversions: int
    payout: Amount
    pending_payout: Amount
    epc: Amount | None
    conversion_rate: Amount | None
    fallback_share: Amount | None


class AllFigures(OwnFigures):
    """An admin's metrics. `profit` is revenue minus payout, `margin` is profit ÷ revenue."""

    revenue: Amount
    profit: Amount
    margin: Amount | None


class _OfCurrency(ResponseModel):
    """The currency of the amounts."""

    currency: str | None


class OwnTotals(OwnFigures, _OfCurrency):
    """The sum of the rows of one currency; `currency` is null for clicks that reached no campaign."""


class AllTotals(AllFigures, _OfCurrency):
    """The sum of the rows of one currency; `currency` is null for clicks that reached no campaign."""


class OwnReportRow(OwnFigures, _OfCurrency, OwnLabels):
    """A publisher's metrics of one combination of dimension values, in one currency.

    `currency` is null for clicks that reached no campaign. If the answer has only one currency and is not grouped by
    it, they are summed with the other clicks of their row.
    """


class ReportRow(AllFigures, _OfCurrency, Labels):
    """The metrics of one combination of dimension values, in one currency.

    `currency` is null for clicks that reached no campaign. If the answer has only one currency and is not grouped by
    it, they are summed with the other clicks of their row.
    """


class _Range(Sparse):
    """The resolved range (`to` is exclusive) and the currency of its amounts, null if there are none or several.

    Clicks and conversions before `counted_until` are counted; null is not known.
    """

    from_: Timestamp = Field(serialization_alias="from")
    to: Timestamp
    timezone: str
    counted_until: Timestamp | None
    currency: str | None


class _Grouped(_Range):
    """The dimensions of the rows, and whether conversions are dated by their click or by their own time."""

    by: Literal["click", "conversion"]
    group_by: list[str]


class OwnReportDocument(_Grouped):
    """A publisher's report. The totals are the sum of the rows, null if these are in several currencies."""

    rows: list[OwnReportRow]
    totals: OwnFigures | None
    totals_by_currency: list[OwnTotals]


class ReportDocument(_Grouped):
    """A report of all publishers. The totals are the sum of the rows, null if these are in several currencies."""

    rows: list[ReportRow]
    totals: AllFigures | None
    totals_by_currency: list[AllTotals]


class LostTotals(ResponseModel):
    """Lost clicks and the estimated lost amounts."""

    clicks: int
    estimated_payout: Amount
    estimated_revenue: Amount
    estimated_profit: Amount


class LostCurrencyTotals(LostTotals, _OfCurrency):
    """The sum of the rows of one currency; `currency` is null for clicks without a value in any."""


class LostRow(_OfCurrency):
    """The lost clicks of a smartlink for one reason. `smartlink_id` is null for direct links.

    Records that cannot be parsed have the reason `poison` and no estimates. Clicks with estimates in several currencies
    are in a row of each. `currency` is null if the estimates are 0 in every currency.
    """

    reason: str
    smartlink_id: str | None
    smartlink_name: str | None
    clicks: int
    estimated_payout: Amount | None
    estimated_revenue: Amount | None
    estimated_profit: Amount | None


class LostClicksDocument(_Range):
    """Lost clicks by reason, smartlink and currency, highest estimated revenue first.

    The totals are the sum of the rows, null if these are in several currencies.
    """

    rows: list[LostRow]
    totals: LostTotals | None
    totals_by_currency: list[LostCurrencyTotals]
