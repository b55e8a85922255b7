from decimal import Decimal
from typing import Any

import pytest

from chalicelib.conversions.amounts import INVALID_AMOUNT
from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.conversions.schemas import (
    MissingToken,
    PixelQuery,
    PostbackQuery,
    check_complete,
    parse_pixel,
    parse_postback,
)
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed


def query(**parameters: Any) -> PostbackQuery:
    return validate(PostbackQuery, {"click_id": "c1", "token": "t", **parameters})


def errors(**parameters: Any) -> dict[str, str]:
    with pytest.raises(ValidationFailed) as raised:
        parse_postback(query(**parameters), "USD")
    return dict(raised.value.errors)


def test_postback_without_values_leaves_them_to_the_campaign() -> None:
    assert parse_postback(query(), "USD") == ReportedConversion("c1")


def test_postback_values_are_parsed() -> None:
    parameters = {
        "txid": "x",
        "event": "sale",
        "amount": "49.90",
        "payout": "1.5",
        "revenue": "0",
        "currency": "EUR",
        "status": "rejected",
    }
    assert parse_postback(query(**parameters), "EUR") == ReportedConversion(
        "c1", "x", "sale", Decimal("49.90"), Decimal("1.5"), Decimal(0), ConversionStatus.REJECTED
    )


def test_empty_and_unknown_parameters_are_ignored() -> None:
    blank = {"txid": "", "event": " ", "payout": "", "currency": "", "status": "", "utm": "x"}
    assert parse_postback(query(**blank), "USD") == ReportedConversion("c1")


OPTIONAL = ("txid", "event", "amount", "payout", "revenue", "currency", "status")


@pytest.mark.parametrize("value", ["{x}", "{{x}}", "%x%", "[x]", "$x", "#x#", "%7Bx%7D", "%257Bx%257D", "null"])
@pytest.mark.parametrize("name", OPTIONAL)
def test_unreplaced_macro_counts_as_not_sent(name: str, value: str) -> None:
    assert parse_postback(query(**{name: value}), "USD") == ReportedConversion("c1")


@pytest.mark.parametrize("value", ["$5", "50%", "#1", "[1]", "{0}"])
def test_transaction_id_that_is_no_macro_is_kept(value: str) -> None:
    assert parse_postback(query(txid=value), "USD").txid == value


def test_white_space_around_click_id_and_token_is_removed() -> None:
    sent = query(click_id=" c1\n", token=" t ")
    assert (sent.click_id, sent.token) == ("c1", "t")


@pytest.mark.parametrize("absent", ["", " ", "{x}", "{{click_id}}"])
def test_click_id_and_token_are_required(absent: str) -> None:
    with pytest.raises(MissingToken) as raised:
        check_complete(query(click_id=absent, token=absent))
    assert dict(raised.value.errors) == {"/click_id": "is required", "/token": "is required"}


def test_missing_click_id_is_no_missing_token() -> None:
    with pytest.raises(ValidationFailed) as raised:
        check_complete(query(click_id=""))
    assert (type(raised.value), dict(raised.value.errors)) == (ValidationFailed, {"/click_id": "is required"})


def test_click_id_and_token_are_complete() -> None:
    check_complete(query())
    assert PostbackQuery.is_complete({"click_id": "c1", "token": "t"})


@pytest.mark.parametrize("parameters", [{}, {"click_id": "c1"}, {"token": "t"}, {"click_id": "{x}", "token": "t"}])
def test_query_without_click_id_or_token_is_not_complete(parameters: dict[str, str]) -> None:
    assert not PostbackQuery.is_complete(parameters)


def test_all_errors_are_reported_together() -> None:
    long = {"txid": "x" * 256, "event": "e" * 65}
    assert errors(**long, amount="NaN", payout="-1", revenue="1,5", currency="EUR", status="paid") == {
        "/txid": "must have at most 255 characters",
        "/event": "must have at most 64 characters",
        "/amount": INVALID_AMOUNT,
        "/payout": INVALID_AMOUNT,
        "/revenue": INVALID_AMOUNT,
        "/currency": "must be USD, the currency of the campaign",
        "/status": "must be 'pending', 'approved' or 'rejected'",
    }


@pytest.mark.parametrize("currency", ["EUR", "eur", "dollars"])
def test_currency_must_be_the_campaigns(currency: str) -> None:
    assert errors(currency=currency) == {"/currency": "must be USD, the currency of the campaign"}


def test_case_of_currency_and_status_is_ignored() -> None:
    reported = parse_postback(query(currency=" usd", status="APPROVED "), "USD")
    assert reported == ReportedConversion("c1", status=ConversionStatus.APPROVED)


@pytest.mark.parametrize("name", ["amount", "payout", "revenue"])
def test_amounts_are_rounded_to_six_places(name: str) -> None:
    reported = parse_postback(query(**{name: "1.2000000000000002"}), "USD")
    assert (str(getattr(reported, name)), len({reported.amount, reported.payout, reported.revenue})) == ("1.2", 2)


@pytest.mark.parametrize("name", ["amount", "payout", "revenue"])
@pytest.mark.parametrize("amount", ["-1", "abc", "1e-7", "NaN", "9" * 40, "1,5"])
def test_nonsense_for_an_amount_is_an_error(name: str, amount: str) -> None:
    assert errors(**{name: amount}) == {f"/{name}": INVALID_AMOUNT}


def test_txid_and_event_may_have_the_maximum_length() -> None:
    assert parse_postback(query(txid="x" * 255, event="e" * 64), "USD") == ReportedConversion("c1", "x" * 255, "e" * 64)


def test_pixel_reports_no_money_and_no_status() -> None:
    parameters = {"campaign_id": "cmp_1", "txid": "x", "event": "", "payout": "9", "status": "rejected"}
    assert parse_pixel(validate(PixelQuery, parameters), "c1") == ReportedConversion("c1", "x")


@pytest.mark.parametrize("parameters", [{"txid": "x" * 256}, {"event": "e" * 65}], ids=["txid", "event"])
def test_pixel_with_too_long_parameter_reports_nothing(parameters: dict[str, str]) -> None:
    assert parse_pixel(validate(PixelQuery, parameters), "c1") is None


def test_macro_that_earlier_releases_took_for_a_transaction_is_remembered() -> None:
    sent = {"click_id": "c1", "txid": "{txid}", "event": "sale"}
    report = parse_postback(query(**sent), "USD", sent)
    assert (report.txid, report.event, report.earlier) == (None, "sale", ("{txid}", "sale"))
    assert report.earlier_id == ReportedConversion("c1", "{txid}", "sale").earlier_id
    assert parse_postback(query(txid="t1"), "USD", {"txid": "t1", "event": None}).earlier is None
