import csv
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from chalicelib.counters.cells import Cell
from chalicelib.reporting import aggregation, report_request
from tests.conftest import Api
from tests.documents import errors_by_pointer, good, new_smartlink
from tests.reporting.counted_cells import MONEY, a_cell, count, get_report, quarter


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
        "counted_until": None,
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
    ids = {"smartlink_id": smartlink, "smartlink_name": None}
    row = {"reason": reason, **ids, "clicks": clicks, "currency": currency}
    return {**row, **dict(zip(names, money, strict=True))}


def test_lost_clicks_that_are_too_large_as_json_are_rejected(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    count((a_cell(campaign="", reason="cap"), {"unique_clicks": 2}))
    monkeypatch.setattr(report_request, "MAX_BYTES", 100)
    error = errors_by_pointer(get_report(admin, "/admin/lost-clicks"))["/from"]
    advice = "request it day by day as CSV: /admin/lost-clicks?from=2026-11-01&to=2026-11-01&format=csv"
    assert error == f"produces a response of more than 0 MB; {advice}"
    assert get_report(admin, "/admin/lost-clicks", format="csv").status == 200


def test_lost_clicks_of_too_many_segments_are_rejected(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    count((a_cell(), {"unique_clicks": 1}), (a_cell(country="GB"), {"unique_clicks": 1}))
    limits = aggregation.Limits(groups=1)
    monkeypatch.setattr(aggregation, "Limits", lambda: limits)
    assert errors_by_pointer(get_report(admin, "/admin/lost-clicks"))["/from"].startswith("produces more than 1 rows;")


def test_lost_clicks_can_be_limited_to_smartlinks(admin: Api) -> None:
    count((a_cell(reason="cap"), {"unique_clicks": 2}), (a_cell(reason="cap", smartlink="sml_2"), {"unique_clicks": 1}))
    count((Cell(quarter()), {"poison": 4}))
    rows = good(get_report(admin, "/admin/lost-clicks", smartlink_id="sml_2"))["rows"]
    assert rows == [lost_row("cap", "sml_2", 1, None, ("0.00", "0.00", "0.00"))]
    both = good(admin.get("/admin/lost-clicks?from=2026-11-01&to=2026-11-02&smartlink_id=sml_1&smartlink_id=sml_2"))
    assert [row["smartlink_id"] for row in both["rows"]] == ["sml_1", "sml_2"]


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
        "request it day by day as CSV: /admin/lost-clicks?from=2025-01-01&to=2025-01-01&format=csv"
    )


def test_lost_clicks_have_the_names_of_their_smartlinks(admin: Api) -> None:
    smartlink = new_smartlink(admin, name="Winter")["id"]
    count((a_cell(reason="cap", smartlink=smartlink), {"unique_clicks": 1}))
    (row,) = good(get_report(admin, "/admin/lost-clicks"))["rows"]
    assert (row["smartlink_id"], row["smartlink_name"]) == (smartlink, "Winter")


def test_lost_clicks_have_the_name_of_a_deleted_smartlink(admin: Api) -> None:
    smartlink = new_smartlink(admin, name="Winter")["id"]
    count((a_cell(reason="cap", smartlink=smartlink), {"unique_clicks": 1}))
    assert admin.delete(f"/admin/smartlinks/{smartlink}").status == 204
    (row,) = good(get_report(admin, "/admin/lost-clicks", smartlink_id=smartlink))["rows"]
    assert row["smartlink_name"] == "Winter"


def test_lost_clicks_are_returned_as_a_file(admin: Api) -> None:
    smartlink = new_smartlink(admin, name="=Winter")["id"]
    count((a_cell(smartlink=smartlink), {"unique_clicks": 1}), (a_cell(smartlink=smartlink, currency="USD"), MONEY))
    count((a_cell(reason="cap", smartlink=smartlink), {"unique_clicks": 1}), (Cell(quarter()), {"poison": 4}))
    response = get_report(admin, "/admin/lost-clicks", format="csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="lost-clicks-2026-11-01-2026-11-02.csv"'
    assert list(csv.reader(StringIO(response.text.removeprefix("\ufeff")))) == [
        [
            *("reason", "smartlink_id", "smartlink_name", "currency", "clicks", "estimated_payout"),
            *("estimated_revenue", "estimated_profit"),
        ],
        ["cap", smartlink, "'=Winter", "USD", "1", "1.50", "2.00", "0.50"],
        ["poison", "", "", "", "4", "", "", ""],
    ]
