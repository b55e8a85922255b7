import csv
from io import StringIO
from typing import Any

import pytest

from chalicelib.reporting import aggregation, report_csv, report_request, views
from tests.conftest import Api
from tests.documents import add_publisher, errors_by_pointer, good, new_campaign, new_publisher, new_smartlink
from tests.reporting.counted_cells import MONEY, a_cell, count, get_report, quarter

LIMITS = aggregation.Limits


def metrics(**changes: Any) -> dict[str, Any]:
    """The metrics of an empty row with changes."""
    clicks = dict.fromkeys(("clicks", "unique_clicks", "duplicate_clicks", "bot_clicks"), 0)
    counts = {**clicks, **dict.fromkeys(("conversions", "pending_conversions", "rejected_conversions"), 0)}
    money = dict.fromkeys(("payout", "pending_payout", "revenue", "profit"), "0.00")
    return {**counts, **money, **dict.fromkeys(("epc", "conversion_rate", "margin", "fallback_share")), **changes}


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
        fallback_share="0.00",
    )
    unknown = metrics(clicks=1, unique_clicks=1, epc="0.00", conversion_rate="0.00", fallback_share="0.00")
    totals = {**row, "clicks": 5, "unique_clicks": 4, "epc": "0.30", "conversion_rate": "0.20"}
    assert good(get_report(admin, group_by="campaign,country")) == {
        "from": "2026-11-01T00:00:00.000Z",
        "to": "2026-11-03T00:00:00.000Z",
        "timezone": "UTC",
        "counted_until": None,
        "currency": "USD",
        "by": "click",
        "group_by": ["campaign", "country"],
        "rows": [
            {"campaign": "cmp_1", "campaign_name": None, "country": None, "currency": None, **unknown},
            {"campaign": "cmp_1", "campaign_name": None, "country": "US", "currency": "USD", **row},
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
            *("profit", "epc", "conversion_rate", "margin", "fallback_share"),
        ],
        [
            *("US", "'=1+1", "USD", "1", "1", "0", "0", "0", "0", "0", "1.50", "0.00", "0.00"),
            *("-1.50", "1.50", "0.00", "", "0.00"),
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


def test_json_that_is_too_large_is_rejected(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_request, "MAX_BYTES", 100)
    assert list(errors_by_pointer(get_report(admin))) == ["/group_by"]


def test_pages_of_a_file_have_the_rows_with_names(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = new_campaign(admin)["id"]
    count(*((a_cell(campaign=campaign, country=country), {"unique_clicks": 1}) for country in ("DE", "FR", "US")))
    monkeypatch.setattr(report_csv, "ROWS_PER_STEP", 2)
    monkeypatch.setattr(report_csv, "MAX_BYTES", 400)
    first = get_report(admin, group_by="campaign,country", format="csv")
    assert [line.split(",")[:3] for line in first.text.splitlines()] == [
        ["\ufeffcampaign", "campaign_name", "country"],
        [campaign, "game", "DE"],
        [campaign, "game", "FR"],
    ]
    url, relation = first.headers["Link"].removeprefix("<").split(">; ")
    base, path = url.split("/admin/")
    assert (base, relation) == ("http://api1.execute-api.localhost:4566", 'rel="next"')
    second = admin.get(f"/admin/{path}")
    assert [line.split(",")[:3] for line in second.text.splitlines()[1:]] == [[campaign, "game", "US"]]
    assert "Link" not in second.headers


def test_too_many_groups_are_rejected(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregation, "Limits", lambda: LIMITS(groups=1))
    count(*((a_cell(sub1=f"{n}"), {"unique_clicks": 1}) for n in range(3)))
    assert errors_by_pointer(get_report(admin, group_by="sub1"))["/group_by"].startswith(
        "produces more than 1 rows; request it day"
    )


# Names, details and filters


def test_rows_have_the_names_of_their_ids(admin: Api) -> None:
    campaign, ann = new_campaign(admin), new_publisher(admin, "Ann")
    smartlink = new_smartlink(admin, name="Winter")
    count((a_cell(smartlink=smartlink["id"], campaign=campaign["id"], publisher=ann.id), {"unique_clicks": 1}))
    admin.delete(f"/admin/smartlinks/{smartlink['id']}")
    (row,) = good(get_report(admin, group_by="publisher,smartlink,campaign"))["rows"]
    assert list(row.values())[:6] == [smartlink["id"], "Winter", campaign["id"], "game", ann.id, "Ann"]
    assert list(row)[:6] == [
        *("smartlink", "smartlink_name", "campaign", "campaign_name", "publisher", "publisher_name"),
    ]


def test_repeated_filters_mean_any_of(admin: Api) -> None:
    count(*((a_cell(country=country), {"unique_clicks": 1}) for country in ("US", "GB", "DE")))
    response = admin.get("/admin/reports?from=2026-11-01&to=2026-11-02&group_by=country&country=US&country=GB")
    assert [row["country"] for row in good(response)["rows"]] == ["GB", "US"]


def test_advertisers_are_those_of_the_campaigns_today(admin: Api) -> None:
    games = [new_campaign(admin, name, advertiser="Acme")["id"] for name in ("one", "two")]
    count(*((a_cell(campaign=game), {"unique_clicks": 1}) for game in (*games, "cmp_gone")))
    rows = good(get_report(admin, group_by="advertiser"))["rows"]
    assert [(row["advertiser"], row["clicks"]) for row in rows] == [(None, 1), ("Acme", 2)]
    assert good(get_report(admin, advertiser="Acme"))["totals"]["clicks"] == 2


def test_archived_campaign_counts_for_its_advertiser(admin: Api) -> None:
    campaign = new_campaign(admin, "one", advertiser="Acme")["id"]
    count((a_cell(campaign=campaign), {"unique_clicks": 1}))
    assert admin.delete(f"/admin/campaigns/{campaign}").status < 300
    (row,) = good(get_report(admin, group_by="advertiser,campaign", advertiser="Acme"))["rows"]
    assert (row["advertiser"], row["campaign_name"], row["clicks"]) == ("Acme", "one", 1)


def test_clicks_without_details_are_in_the_row_of_the_unknown_value(admin: Api) -> None:
    count((a_cell(), {"unique_clicks": 3}), (a_cell(reason="cap"), {"unique_clicks": 1}))
    (row,) = good(get_report(admin, group_by="browser"))["rows"]
    assert (row["browser"], row["clicks"], row["fallback_share"]) == (None, 4, "0.25")
    assert good(get_report(admin, group_by="browser", browser="chrome"))["rows"] == []


def test_what_was_not_counted_together_is_rejected(admin: Api) -> None:
    errors = errors_by_pointer(get_report(admin, group_by="browser", country="US", sub2="a"))
    assert sorted(errors) == ["/country", "/sub2"]
    assert errors["/country"].endswith("query the archive of clicks, which comes with the next release")


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
        "fallback_share": "0.00",
    }
    labels = {"campaign": "cmp_1", "campaign_name": None, "currency": "USD"}
    assert (report["rows"], report["totals"]) == ([{**labels, **own}], own)
    assert report["totals_by_currency"] == [{"currency": "USD", **own}]
    response = get_report(ann.api, "/publisher/reports", format="csv")
    assert response.text.splitlines()[0] == (
        "\ufeffday,currency,clicks,unique_clicks,duplicate_clicks,bot_clicks,conversions,pending_conversions,"
        "rejected_conversions,payout,pending_payout,epc,conversion_rate,fallback_share"
    )


def test_publisher_may_not_group_or_filter_by_publisher(admin: Api) -> None:
    ann = new_publisher(admin, "Ann")
    own = {"group_by": "publisher", "publisher_id": ann.id, "advertiser": "Acme"}
    response = get_report(ann.api, "/publisher/reports", **own)
    assert sorted(errors_by_pointer(response)) == ["/advertiser", "/group_by", "/publisher_id"]
    assert "/group_by" in errors_by_pointer(get_report(ann.api, "/publisher/reports", group_by="advertiser"))
    assert "/group_by" in errors_by_pointer(get_report(ann.api, "/publisher/reports", group_by="network,os"))
    assert good(get_report(ann.api, "/publisher/reports", group_by="network"))["rows"] == []


def test_publisher_may_query_only_own_smartlinks_and_campaigns(admin: Api) -> None:
    campaign, ann = new_campaign(admin), new_publisher(admin, "Ann")
    smartlink, other = new_smartlink(admin, campaign), new_smartlink(admin)
    add_publisher(admin, smartlink, ann)
    count((a_cell(publisher=ann.id, smartlink=smartlink["id"], campaign=campaign["id"]), {"unique_clicks": 1}))
    own = {"smartlink_id": smartlink["id"], "campaign_id": campaign["id"]}
    assert good(get_report(ann.api, "/publisher/reports", **own))["totals"]["clicks"] == 1
    assert get_report(ann.api, "/publisher/reports", smartlink_id=other["id"]).status == 404
    assert get_report(ann.api, "/publisher/reports", campaign_id=new_campaign(admin)["id"]).status == 404
    both = f"smartlink_id={smartlink['id']}&smartlink_id={other['id']}&campaign_id={campaign['id']}"
    assert ann.api.get(f"/publisher/reports?{both}").status == 404


def test_publisher_may_query_the_catch_all_campaign_that_took_their_clicks(admin: Api) -> None:
    ann, campaign = new_publisher(admin, "Ann"), new_campaign(admin, "rest")
    count((a_cell(publisher=ann.id, campaign=campaign["id"]), {"unique_clicks": 2}))
    (row,) = good(get_report(ann.api, "/publisher/reports", group_by="campaign"))["rows"]
    found = good(get_report(ann.api, "/publisher/reports", group_by="campaign", campaign_id=row["campaign"]))
    assert [(each["campaign_name"], each["clicks"]) for each in found["rows"]] == [("rest", 2)]
    other = new_publisher(admin, "Bob")
    assert get_report(other.api, "/publisher/reports", campaign_id=campaign["id"]).status == 404


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
