from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.conversions import conversion
from chalicelib.conversions.conversion import ReportedConversion, Worth
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.domain.goal import Goal
from tests.builders import NOW, a_campaign
from tests.conversions.stored_click import CLICK, CLICK_AT, CLICK_ID, NOW_MS

GOAL = Goal("default", payout=Decimal("1.50"), revenue=Decimal("2.00"))
SALE = Goal("sale", payout=Decimal("0.50"), payout_percent=Decimal(8), revenue_percent=Decimal(10))
texts = st.none() | st.text(max_size=5)


def stored(report: ReportedConversion | None = None, **click: Any) -> dict[str, Any]:
    return conversion.new_fields(report or ReportedConversion(CLICK_ID), {**CLICK, **click}, GOAL, "EUR", NOW)


# IDs


def test_id_depends_on_click_goal_and_transaction_only() -> None:
    conversion_id = ReportedConversion(CLICK_ID, txid="t1", event="sale").conversion_id(SALE)
    assert (conversion_id[:4], len(conversion_id)) == ("cnv_", 30)
    assert set(conversion_id[4:]) <= set("0123456789abcdefghjkmnpqrstvwxyz")
    amounts = (Decimal(9), Decimal(9), Decimal(9))
    other = ReportedConversion(CLICK_ID, "t1", "SALE", *amounts, ConversionStatus.REJECTED)
    assert other.conversion_id(SALE) == conversion_id


def test_ids_do_not_change_between_releases() -> None:
    report = ReportedConversion(CLICK_ID, "t1", "sale")
    assert report.earlier_id == "cnv_rv69rgk8hsdnh162w2pp6kj9xn"
    assert report.conversion_id(SALE) == report.earlier_id
    assert report.conversion_id(GOAL) == ReportedConversion(CLICK_ID, "t1").earlier_id


@given(texts, texts)
def test_every_event_of_a_transaction_has_the_id_of_its_goal(first: str | None, second: str | None) -> None:
    one, other = ReportedConversion(CLICK_ID, "t1", first), ReportedConversion(CLICK_ID, "t1", second)
    assert one.conversion_id(GOAL) == other.conversion_id(GOAL)


@given(st.tuples(texts, texts), st.tuples(texts, texts))
def test_two_reports_without_a_goal_share_an_id_only_if_they_are_about_the_same(
    first: tuple[str | None, str | None], second: tuple[str | None, str | None]
) -> None:
    is_same = [part or "" for part in first] == [part or "" for part in second]
    one, other = ReportedConversion(CLICK_ID, *first), ReportedConversion(CLICK_ID, *second)
    assert (one.conversion_id(None) == other.conversion_id(None)) is is_same


def test_route_day_is_the_route_and_day_of_the_click() -> None:
    assert stored()["route_day"] == "sml_1#2026-11-03"
    midnight = int(datetime(2026, 11, 4, tzinfo=UTC).timestamp()) * 1000
    assert [stored(at=at)["route_day"] for at in (midnight - 1, midnight)] == ["sml_1#2026-11-03", "sml_1#2026-11-04"]


# The attribution window


@pytest.mark.parametrize(("late", "is_within"), [(-1, True), (0, True), (1, False)], ids=["before", "at", "after"])
def test_window_ends_after_its_days_to_the_millisecond(late: int, is_within: bool) -> None:
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=CLICK_AT + late, days=7)
    assert conversion.is_within_attribution_window(CLICK, a_campaign(attribution_window_days=7), now) is is_within


# Fields


def test_fields_come_from_the_click_and_the_campaign_at_click_time() -> None:
    fields = stored(ReportedConversion(CLICK_ID, "t1", "sale"), terms_version=3)
    assert fields == {
        "id": fields["id"],
        "format": 2,
        "click_id": CLICK_ID,
        "txid": "t1",
        "event": "sale",
        "goal": "default",
        "revision": 1,
        "at": NOW_MS,
        "click_at": CLICK_AT,
        "campaign_id": "cmp_1",
        "route_id": "sml_1",
        "epoch": 3,
        "publisher_id": "pub_1",
        "device": "mobile",
        "os": "ios",
        "country": "US",
        "sub1": "jan",
        "details": {"sub2": "x"},
        "arm": "optimized",
        "terms_version": 3,
        "learned": True,
        "amount": None,
        "payout": "1.50",
        "revenue": "2.00",
        "currency": "EUR",
        "day_shard": "2026-11-04#3",
        "moment": f"{NOW_MS}#{fields['id']}",
        "route_day": "sml_1#2026-11-03",
    }


def test_unknown_fields_of_the_click_stay_unknown() -> None:
    fields = stored(country=None, sub_ids=None)
    assert (fields["country"], fields["sub1"]) == (None, None)


@pytest.mark.parametrize(
    ("reported", "stored_amount"),
    [(None, "1.50"), ("0", "0"), ("3.000001", "3.000001"), ("999999999999.999999", "999999999999.999999")],
)
def test_reported_amount_overrides_the_campaigns(reported: str | None, stored_amount: str) -> None:
    report = ReportedConversion(CLICK_ID, payout=None if reported is None else Decimal(reported))
    assert (stored(report)["payout"], stored(report)["revenue"]) == (stored_amount, "2.00")


def test_money_is_stored_without_exponent() -> None:
    assert stored(ReportedConversion(CLICK_ID, payout=Decimal("1E+3"), revenue=Decimal("1E-6")))["payout"] == "1000"
    assert stored(ReportedConversion(CLICK_ID, revenue=Decimal("1E-6")))["revenue"] == "0.000001"


# Worth


def test_percentages_are_of_the_reported_amount() -> None:
    worth = conversion.worth_of(ReportedConversion(CLICK_ID, amount=Decimal("19.90")), SALE)
    assert worth.fields == {"payout": "2.092", "revenue": "1.99"}


def test_reported_amounts_take_the_place_of_the_goals() -> None:
    report = ReportedConversion(CLICK_ID, amount=Decimal(100), payout=Decimal("0.1"), revenue=Decimal(7))
    assert conversion.worth_of(report, SALE) == Worth(Decimal("0.1"), Decimal(7))


def test_event_that_is_no_goal_is_worth_nothing_whatever_is_reported() -> None:
    report = ReportedConversion(CLICK_ID, event="level-9", payout=Decimal(50), revenue=Decimal(70))
    assert conversion.worth_of(report, None) == Worth(Decimal(0), Decimal(0))
    assert conversion.new_fields(report, CLICK, None, "EUR", NOW)["goal"] is None
