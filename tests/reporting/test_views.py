import csv
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.counters import cells
from chalicelib.counters.blocks import append_blocks
from chalicelib.counters.cells import Cell, Cells
from chalicelib.reporting import aggregation, views
from chalicelib.tables.base import connection
from tests.conftest import Api, ApiResponse
from tests.documents import add_publisher, errors_by_pointer, good, new_campaign, new_publisher, new_smartlink

NIGHT = datetime(2026, 11, 1, 20, 15, tzinfo=UTC)
RANGE = {"from": "2026-11-01", "to": "2026-11-02"}
LIMITS = aggregation.Limits
MONEY = {"conversions": 1, "payout": 1_500_000, "revenue": 2_000_000}


def quarter(hours: float = 0) -> int:
    """The quarter hour `hours` after 20:15 UTC on 1 November 2026."""
    return cells.quarter_of(int((NIGHT.timestamp() + hours * 3600) * 1000))


def a_cell(**changes: Any) -> Cell:
    named = {"smartlink": "sml_1", "campaign": "cmp_1", "publisher": "pub_1", "country": "US", "device": "mobile"}
    return Cell(**{"quarter": quarter(), "os": "ios", **named, **changes})


def count(*counted: tuple[Cell, dict[str, int]]) -> None:
    """Write these counts as one block."""
    cells_to_count: Cells = {}
    for cell, counts in counted:
        cells.add(cells_to_count, cell, **counts)
    with TransactWrite(connection=connection()) as write:
        append_blocks(write, repr(counted), cells_to_count)


def get_report(caller: Api, path: str = "/admin/reports", **query: str) -> ApiResponse:
    return caller.get(f"{path}?{urlencode({**RANGE, **query})}")


def metrics(**changes: Any) -> dict[str, Any]:
    """The metrics of an empty row with changes."""
    clicks = dict.fromkeys(("clicks", "unique_clicks", "duplicate_clicks", "bot_clicks"), 0)
    counts = {**clicks, **dict.fromkeys(("conversions", "pending_conversions", "rejected_conversions"), 0)}
    money = dict.fromkeys(("payout", "pending_payout", "revenue", "profit"), "0.00")
    return {**counts, **money, **dict.fromkeys(("epc", "conversion_rate", "margin")), **changes}


def test_report_has_all_metrics(admin: Api) -> None:
    waiting = {"pending_conversions": 2, "pending_payout": 250_000, "rejected_conversions": 3}
    count((a_cell(), {"unique_clicks": 3, "duplicate_clicks": 1, "bot_clicks": 2}))
    count((a_cell(currency="USD"), {**MONEY, **waiting}), (a_cell(country=""), {"unique_clicks": 1}))
    row = metrics(
        clicks=4,
        unique_clicks=3,
        duplicate_clicks=1,
        bot_clicks=2,
        conversions=1,
        pending_conversions=2,
        rejected_conversions=3,
        payout="1.50",
        pending_payout="0.25",
        revenue="2.00",
        profit="0.50",
        epc="0.375",
        conversion_rate="0.25",
        margin="0.25",
    )
    unknown = metrics(clicks=1, unique_clicks=1, epc="0.00", conversion_rate="0.00")
    totals = {**row, "clicks": 5, "unique_clicks": 4, "epc": "0.30", "conversion_rate": "0.20"}
    assert good(get_report(admin, group_by="campaign,country")) == {
        "from": "2026-11-01T00:00:00.000Z",
        "to": "2026-11-03T00:00:00.000Z",
        "timezone": "UTC",
        "currency": "USD",
        "by": "click",
        "group_by": ["campaign", "country"],
        "rows": [
            {"campaign": "cmp_1", "country": None, "currency": None, **unknown},
            {"campaign": "cmp_1", "country": "US", "currency": "USD", **row},
        ],
        "totals": totals,
        "totals_by_currency": [{"currency": "USD", **totals}],
    }


def test_report_without_data_is_empty(admin: Api) -> None:
    report = good(admin.get("/admin/reports"))
    assert (report["rows"], report["totals"], report["currency"]) == ([], metrics(), None)
    assert report["totals_by_currency"] == []
    assert report["group_by"] == ["day"]


def test_days_and_hours_are_local_to_the_time_zone(admin: Api) -> None:
    for hours in (0, 3, 4):
        count((a_cell(quarter=quarter(hours)), {"unique_clicks": 1}))
    rows = good(get_report(admin, group_by="day,hour", timezone="Asia/Kolkata"))["rows"]
    assert [(row["day"], row["hour"], row["clicks"]) for row in rows] == [
        ("2026-11-02", "2026-11-02T01:00+05:30", 1),
        ("2026-11-02", "2026-11-02T04:00+05:30", 1),
        ("2026-11-02", "2026-11-02T05:00+05:30", 1),
    ]


def test_times_are_exact_to_the_quarter_hour(admin: Api) -> None:
    for hours in (0, 0.25, 0.5):
        count((a_cell(quarter=quarter(hours)), {"unique_clicks": 1}))
    given = {"from": "2026-11-01T20:15:00Z", "to": "2026-11-01T20:45:00Z"}
    assert good(get_report(admin, **given))["totals"]["clicks"] == 2


@pytest.mark.parametrize(
    ("name", "dimension", "wanted"),
    [
        ("smartlink_id", "smartlink", "sml_2"),
        ("campaign_id", "campaign", "cmp_2"),
        ("publisher_id", "publisher", "pub_2"),
        ("country", "country", "DE"),
        ("device", "device", "tablet"),
        ("os", "os", "android"),
        ("sub1", "sub1", "a b"),
    ],
)
def test_filter_selects_matching_cells(admin: Api, name: str, dimension: str, wanted: str) -> None:
    count((a_cell(), {"unique_clicks": 1}), (a_cell(**{dimension: wanted}), {"unique_clicks": 2}))
    rows = good(get_report(admin, group_by=dimension, **{name: wanted}))["rows"]
    assert [(row[dimension], row["clicks"]) for row in rows] == [(wanted, 2)]


def test_conversions_are_grouped_by_click_time_or_conversion_time(admin: Api) -> None:
    arrived = {f"arrived_{name}": number for name, number in MONEY.items()}
    count((a_cell(currency="USD"), MONEY), (a_cell(currency="USD", quarter=quarter(24)), arrived))
    paid = {by: good(get_report(admin, by=by))["rows"] for by in ("click", "conversion")}
    assert [(row["day"], row["payout"], row["conversions"]) for row in paid["click"]] == [("2026-11-01", "1.50", 1)]
    assert [(row["day"], row["payout"], row["conversions"]) for row in paid["conversion"]] == [
        ("2026-11-02", "1.50", 1)
    ]


def test_amounts_of_several_currencies_are_in_rows_of_their_own(admin: Api) -> None:
    count((a_cell(campaign=""), {"unique_clicks": 2}), (a_cell(currency="USD"), {**MONEY, "unique_clicks": 3}))
    count((a_cell(currency="EUR"), {**MONEY, "payout": 1_000_000}))
    report = good(get_report(admin))
    assert [(row["currency"], row["clicks"], row["payout"]) for row in report["rows"]] == [
        (None, 2, "0.00"),
        ("EUR", 0, "1.00"),
        ("USD", 3, "1.50"),
    ]
    assert (report["currency"], report["totals"]) == (None, None)
    sums = [(row["currency"], row["clicks"], row["conversions"]) for row in report["totals_by_currency"]]
    assert sums == [(None, 2, 0), ("EUR", 0, 1), ("USD", 3, 1)]


def test_currency_filter_counts_the_clicks_of_its_campaigns(admin: Api) -> None:
    count((a_cell(currency="USD"), {"unique_clicks": 9}), (a_cell(campaign=""), {"unique_clicks": 5}))
    count((a_cell(currency="EUR"), {**MONEY, "payout": 1_000_000, "unique_clicks": 1}))
    report = good(get_report(admin, currency="EUR"))
    totals = report["totals"]
    assert (report["currency"], totals["clicks"], totals["epc"]) == ("EUR", 1, "1.00")
    assert [row["currency"] for row in report["totals_by_currency"]] == ["EUR"]


def test_clicks_counted_without_a_currency_have_that_of_their_campaign(admin: Api) -> None:
    euro = new_campaign(admin, "euro", currency="EUR")["id"]
    count((a_cell(campaign=euro), {"unique_clicks": 1}), (a_cell(campaign="cmp_gone"), {"unique_clicks": 2}))
    count((a_cell(currency="USD"), {"unique_clicks": 4}))
    rows = good(get_report(admin))["rows"]
    assert [(row["currency"], row["clicks"]) for row in rows] == [(None, 2), ("EUR", 1), ("USD", 4)]
    assert good(get_report(admin, currency="EUR"))["totals"]["clicks"] == 1


def test_report_by_currency_has_its_rows_once(admin: Api) -> None:
    count((a_cell(campaign=""), {"unique_clicks": 2}), (a_cell(currency="USD"), MONEY))
    report = good(get_report(admin, group_by="currency"))
    assert [(row["currency"], row["clicks"]) for row in report["rows"]] == [(None, 2), ("USD", 0)]
    assert report["totals"]["clicks"] == 2


def test_clicks_are_in_the_row_without_a_goal(admin: Api) -> None:
    count((a_cell(currency="USD"), {"unique_clicks": 4}), (a_cell(currency="USD", goal="sale"), MONEY))
    rows = good(get_report(admin, group_by="goal"))["rows"]
    assert [(row["goal"], row["clicks"], row["payout"]) for row in rows] == [(None, 4, "0.00"), ("sale", 0, "1.50")]


def test_goal_filter_keeps_all_clicks(admin: Api) -> None:
    count((a_cell(currency="USD"), {"unique_clicks": 4}), (a_cell(currency="USD", goal="sale"), MONEY))
    count((a_cell(currency="USD", goal="default"), {**MONEY, "payout": 9_000_000}))
    totals = good(get_report(admin, goal="sale"))["totals"]
    assert (totals["clicks"], totals["conversions"], totals["payout"], totals["epc"]) == (4, 1, "1.50", "0.375")


def test_pending_and_rejected_conversions_are_counted_by_their_own_time_too(admin: Api) -> None:
    waiting = {"pending_conversions": 2, "pending_payout": 250_000, "rejected_conversions": 3}
    arrived = {f"arrived_{name}": number for name, number in waiting.items()}
    count((a_cell(currency="USD"), waiting), (a_cell(currency="USD", quarter=quarter(24)), arrived))
    for by, day in (("click", "2026-11-01"), ("conversion", "2026-11-02")):
        (row,) = good(get_report(admin, by=by))["rows"]
        assert (row["day"], row["payout"]) == (day, "0.00")
        assert (row["pending_conversions"], row["pending_payout"], row["rejected_conversions"]) == (2, "0.25", 3)


# Exchange rates


def set_rates(admin: Api, day: str, **rates: str) -> None:
    good(admin.put("/admin/exchange-rates", {"base": "USD", "rates": rates, "from": day}))


def test_amounts_are_converted_at_the_rate_of_their_utc_day(admin: Api) -> None:
    set_rates(admin, "2026-10-01", EUR="1.08")
    set_rates(admin, "2026-11-02", EUR="1.10")
    for hours in (0, 3, 4):
        count((a_cell(currency="EUR", quarter=quarter(hours)), {"payout": 1_000_000, "revenue": 2_000_000}))
    count((a_cell(campaign=""), {"unique_clicks": 2}), (a_cell(currency="USD"), MONEY))
    report = good(get_report(admin, convert_to="USD", timezone="Asia/Kolkata"))
    (row,) = report["rows"]
    assert (row["day"], row["currency"], row["payout"], row["revenue"]) == ("2026-11-02", "USD", "4.76", "8.52")
    assert (report["currency"], report["totals"]["payout"], report["totals"]["epc"]) == ("USD", "4.76", "2.38")
    assert [totals["currency"] for totals in report["totals_by_currency"]] == ["USD"]


def test_conversions_by_their_own_time_are_converted_at_the_rate_of_their_own_day(admin: Api) -> None:
    set_rates(admin, "2026-11-01", EUR="1.08")
    set_rates(admin, "2026-11-02", EUR="1.10")
    arrived = {"arrived_payout": 1_000_000}
    count((a_cell(currency="EUR"), {"payout": 1_000_000}), (a_cell(currency="EUR", quarter=quarter(24)), arrived))
    paid = {by: good(get_report(admin, by=by, convert_to="USD"))["totals"]["payout"] for by in ("click", "conversion")}
    assert paid == {"click": "1.08", "conversion": "1.10"}


def test_any_currency_with_a_rate_can_be_the_target(admin: Api) -> None:
    set_rates(admin, "2026-11-01", EUR="1.25", GBP="1.5")
    count((a_cell(currency="GBP"), {"payout": 1_000_000}), (a_cell(currency="USD"), {"payout": 1_000_000}))
    assert good(get_report(admin, convert_to="EUR"))["totals"]["payout"] == "2.00"


def test_currency_filter_names_the_currency_before_it_is_converted(admin: Api) -> None:
    set_rates(admin, "2026-11-01", EUR="1.25")
    count((a_cell(currency="EUR"), {"payout": 1_000_000}), (a_cell(currency="USD"), {"payout": 5_000_000}))
    report = good(get_report(admin, currency="EUR", convert_to="USD"))
    assert (report["currency"], report["totals"]["payout"]) == ("USD", "1.25")


def test_currency_without_a_rate_is_an_error_that_names_it_and_its_first_day(admin: Api) -> None:
    set_rates(admin, "2026-11-02", EUR="1.08")
    count((a_cell(currency="EUR"), {"payout": 1}), (a_cell(currency="EUR", quarter=quarter(24)), {"payout": 1}))
    assert errors_by_pointer(get_report(admin, convert_to="USD")) == {
        "/convert_to": "is not possible: EUR has no exchange rate on 2026-11-01; an admin sets it with "
        "PUT /admin/exchange-rates, from that day or an earlier one"
    }
    assert good(get_report(admin, convert_to="USD", **{"from": "2026-11-02"}))["totals"]["payout"] == "0.000001"


def test_clicks_alone_need_no_rate(admin: Api) -> None:
    count((a_cell(currency="EUR"), {"unique_clicks": 2}), (a_cell(currency="USD"), MONEY))
    report = good(get_report(admin, convert_to="USD"))
    assert (report["totals"]["clicks"], report["totals"]["payout"]) == (2, "1.50")


def test_csv_has_rows_without_totals(admin: Api) -> None:
    count((a_cell(sub1="=1+1"), {"unique_clicks": 1}), (a_cell(sub1="=1+1", currency="USD"), {"payout": 1_500_000}))
    response = get_report(admin, group_by="country,sub1", format="csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="report-2026-11-01-2026-11-02.csv"'
    assert response.text.startswith("\ufeff")
    assert list(csv.reader(StringIO(response.text.removeprefix("\ufeff")))) == [
        [
            *("country", "sub1", "currency", "clicks", "unique_clicks", "duplicate_clicks", "bot_clicks"),
            *("conversions", "pending_conversions", "rejected_conversions", "payout", "pending_payout", "revenue"),
            *("profit", "epc", "conversion_rate", "margin"),
        ],
        [
            *("US", "'=1+1", "USD", "1", "1", "0", "0", "0", "0", "0", "1.50", "0.00", "0.00"),
            *("-1.50", "1.50", "0.00", ""),
        ],
    ]


def test_range_of_more_than_400_days_is_rejected_with_a_suggestion(admin: Api) -> None:
    assert errors_by_pointer(get_report(admin, **{"from": "2025-01-01"}, group_by="hour,sub1")) == {
        "/from": "must be at most 400 days before `to`; request it day by day as CSV: "
        "/admin/reports?group_by=hour,sub1&from=2025-01-01&to=2025-01-01&format=csv"
    }


def test_too_many_cells_are_rejected_with_a_suggestion(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregation, "Limits", lambda: LIMITS(cells=2))
    count(*((a_cell(sub1=f"{n}"), {"unique_clicks": 1}) for n in range(3)))
    assert errors_by_pointer(get_report(admin)) == {
        "/from": "contains more than 2 cells; request it day by day as CSV: "
        "/admin/reports?from=2026-11-01&to=2026-11-01&format=csv"
    }


def test_too_many_rows_are_rejected_as_json_and_returned_as_csv(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MAX_ROWS", 2)
    count(*((a_cell(sub1=f"{n}"), {"unique_clicks": 1}) for n in range(3)))
    assert errors_by_pointer(get_report(admin, group_by="sub1", to="2026-11-01")) == {
        "/group_by": "produces 3 rows, and JSON returns at most 2; request it as CSV: "
        "/admin/reports?group_by=sub1&from=2026-11-01&to=2026-11-01&format=csv"
    }
    assert get_report(admin, group_by="sub1", to="2026-11-01", format="csv").text.count("\r\n") == 4


@pytest.mark.parametrize("media", ["json", "csv"])
def test_response_that_is_too_large_is_rejected(admin: Api, monkeypatch: pytest.MonkeyPatch, media: str) -> None:
    monkeypatch.setattr(views, "MAX_BYTES", 100)
    assert list(errors_by_pointer(get_report(admin, format=media))) == ["/group_by"]


def test_too_many_groups_are_rejected(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregation, "Limits", lambda: LIMITS(groups=1))
    count(*((a_cell(sub1=f"{n}"), {"unique_clicks": 1}) for n in range(3)))
    assert errors_by_pointer(get_report(admin, group_by="sub1"))["/group_by"].startswith(
        "produces more than 1 rows; request it day"
    )


# The publisher's report


def test_publisher_sees_own_metrics_without_revenue(admin: Api) -> None:
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    count((a_cell(publisher=ann.id), {"unique_clicks": 2}), (a_cell(publisher=ann.id, currency="USD"), MONEY))
    count((a_cell(publisher=bob.id), {"unique_clicks": 5}))
    report = good(get_report(ann.api, "/publisher/reports", group_by="campaign"))
    own = {
        "clicks": 2,
        "unique_clicks": 2,
        "duplicate_clicks": 0,
        "bot_clicks": 0,
        "conversions": 1,
        "pending_conversions": 0,
        "rejected_conversions": 0,
        "payout": "1.50",
        "pending_payout": "0.00",
        "epc": "0.75",
        "conversion_rate": "0.50",
    }
    assert (report["rows"], report["totals"]) == ([{"campaign": "cmp_1", "currency": "USD", **own}], own)
    assert report["totals_by_currency"] == [{"currency": "USD", **own}]
    response = get_report(ann.api, "/publisher/reports", format="csv")
    assert response.text.splitlines()[0] == (
        "\ufeffday,currency,clicks,unique_clicks,duplicate_clicks,bot_clicks,conversions,pending_conversions,"
        "rejected_conversions,payout,pending_payout,epc,conversion_rate"
    )


def test_publisher_may_not_group_or_filter_by_publisher(admin: Api) -> None:
    ann = new_publisher(admin, "Ann")
    response = get_report(ann.api, "/publisher/reports", group_by="publisher", publisher_id=ann.id)
    assert sorted(errors_by_pointer(response)) == ["/group_by", "/publisher_id"]


def test_publisher_may_query_only_own_smartlinks_and_campaigns(admin: Api) -> None:
    campaign, ann = new_campaign(admin), new_publisher(admin, "Ann")
    smartlink, other = new_smartlink(admin, campaign), new_smartlink(admin)
    add_publisher(admin, smartlink, ann)
    count((a_cell(publisher=ann.id, smartlink=smartlink["id"], campaign=campaign["id"]), {"unique_clicks": 1}))
    own = {"smartlink_id": smartlink["id"], "campaign_id": campaign["id"]}
    assert good(get_report(ann.api, "/publisher/reports", **own))["totals"]["clicks"] == 1
    assert get_report(ann.api, "/publisher/reports", smartlink_id=other["id"]).status == 404
    assert get_report(ann.api, "/publisher/reports", campaign_id=new_campaign(admin)["id"]).status == 404


def test_revenue_in_another_currency_does_not_affect_the_publisher(admin: Api) -> None:
    ann = new_publisher(admin, "Ann")
    count((a_cell(publisher=ann.id, currency="USD"), MONEY))
    count((a_cell(publisher=ann.id, currency="EUR"), {"revenue": 1_000_000}))
    assert good(get_report(ann.api, "/publisher/reports"))["currency"] == "USD"
    assert good(get_report(admin))["totals"] is None


def test_publisher_of_two_currencies_sees_both_and_may_convert_them(admin: Api) -> None:
    ann = new_publisher(admin, "Ann")
    count((a_cell(publisher=ann.id, currency="USD"), MONEY), (a_cell(publisher=ann.id, currency="EUR"), MONEY))
    count((a_cell(publisher=ann.id, currency="GBP"), {"revenue": 1_000_000}))
    rows = good(get_report(ann.api, "/publisher/reports"))["rows"]
    assert [(row["currency"], row["payout"]) for row in rows] == [("EUR", "1.50"), ("USD", "1.50")]
    set_rates(admin, "2026-11-01", EUR="1.10")
    converted = good(get_report(ann.api, "/publisher/reports", convert_to="USD"))
    assert converted["totals"]["payout"] == "3.15"


def test_publisher_may_group_and_filter_by_goal_and_currency(admin: Api) -> None:
    ann = new_publisher(admin, "Ann")
    count((a_cell(publisher=ann.id, currency="USD", goal="sale"), MONEY))
    report = good(get_report(ann.api, "/publisher/reports", group_by="goal,currency", goal="sale", currency="USD"))
    assert [(row["goal"], row["currency"], row["conversions"]) for row in report["rows"]] == [("sale", "USD", 1)]


# Lost clicks


def test_lost_clicks_have_reasons_and_estimates(admin: Api) -> None:
    count((a_cell(), {"unique_clicks": 3, "duplicate_clicks": 1}), (a_cell(currency="USD"), MONEY))
    count((a_cell(campaign="", reason="cap"), {"unique_clicks": 2, "bot_clicks": 9}))
    count((a_cell(campaign="", reason="paused", smartlink="sml_2"), {"unique_clicks": 1}))
    count((Cell(quarter()), {"poison": 4}))
    document = good(get_report(admin, "/admin/lost-clicks"))
    totals = {"clicks": 7, "estimated_payout": "0.75", "estimated_revenue": "1.00", "estimated_profit": "0.25"}
    assert document == {
        "from": "2026-11-01T00:00:00.000Z",
        "to": "2026-11-03T00:00:00.000Z",
        "timezone": "UTC",
        "currency": "USD",
        "rows": [
            lost_row("cap", "sml_1", 2, "USD", ("0.75", "1.00", "0.25")),
            lost_row("paused", "sml_2", 1, None, ("0.00", "0.00", "0.00")),
            lost_row("poison", None, 4, None, (None, None, None)),
        ],
        "totals": totals,
        "totals_by_currency": [{"currency": "USD", **totals}],
    }
    assert sum(Decimal(row["estimated_revenue"] or 0) for row in document["rows"]) == Decimal("1.00")


def lost_row(
    reason: str, smartlink: str | None, clicks: int, currency: str | None, money: tuple[str | None, ...]
) -> dict[str, Any]:
    names = ("estimated_payout", "estimated_revenue", "estimated_profit")
    row = {"reason": reason, "smartlink_id": smartlink, "clicks": clicks, "currency": currency}
    return {**row, **dict(zip(names, money, strict=True))}


def test_lost_clicks_can_be_limited_to_one_smartlink(admin: Api) -> None:
    count((a_cell(reason="cap"), {"unique_clicks": 2}), (a_cell(reason="cap", smartlink="sml_2"), {"unique_clicks": 1}))
    count((Cell(quarter()), {"poison": 4}))
    rows = good(get_report(admin, "/admin/lost-clicks", smartlink_id="sml_2"))["rows"]
    assert rows == [lost_row("cap", "sml_2", 1, None, ("0.00", "0.00", "0.00"))]


def test_lost_clicks_are_estimated_in_each_currency(admin: Api) -> None:
    count((a_cell(), {"unique_clicks": 1}), (a_cell(currency="USD"), MONEY), (a_cell(currency="EUR"), MONEY))
    count((a_cell(reason="cap"), {"unique_clicks": 2}))
    both = good(get_report(admin, "/admin/lost-clicks"))
    assert (both["currency"], both["totals"]) == (None, None)
    expected = [(currency, 2, "4.00") for currency in ("EUR", "USD")]
    for rows in (both["rows"], both["totals_by_currency"]):
        assert [(row["currency"], row["clicks"], row["estimated_revenue"]) for row in rows] == expected
    document = good(get_report(admin, "/admin/lost-clicks", currency="EUR"))
    assert (document["currency"], document["totals"]["estimated_revenue"]) == ("EUR", "4.00")


def test_lost_clicks_of_too_long_a_range_are_rejected_with_a_suggestion(admin: Api) -> None:
    assert errors_by_pointer(get_report(admin, "/admin/lost-clicks", **{"from": "2025-01-01"}))["/from"].endswith(
        "request it day by day: /admin/lost-clicks?from=2025-01-01&to=2025-01-01"
    )
