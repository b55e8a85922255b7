from decimal import Decimal
from typing import Any

import pytest

from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.conversions.schemas import PixelQuery, PostbackQuery, parse_pixel, parse_postback
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
        "payout": "1.5",
        "revenue": "0",
        "currency": "EUR",
        "status": "rejected",
    }
    assert parse_postback(query(**parameters), "EUR") == ReportedConversion(
        "c1", "x", "sale", None, Decimal("1.5"), Decimal(0), ConversionStatus.REJECTED
    )


def test_empty_and_unknown_parameters_are_ignored() -> None:
    blank: dict[str, Any] = {"txid": "", "event": None, "payout": "", "currency": "", "status": "", "utm": ["x"]}
    assert parse_postback(query(**blank), "USD") == ReportedConversion("c1")


def test_click_id_and_token_are_required() -> None:
    with pytest.raises(ValidationFailed) as raised:
        query(click_id="", token=None)
    assert dict(raised.value.errors) == {"/click_id": "is required", "/token": "is required"}


def test_all_errors_are_reported_together() -> None:
    long = {"txid": "x" * 256, "event": "e" * 65}
    money = 'must be a decimal string of 0 or more, such as "1.50"'
    assert errors(**long, payout="-1", revenue="1,5", currency="EUR", status="paid") == {
        "/txid": "must have at most 255 characters",
        "/event": "must have at most 64 characters",
        "/payout": money,
        "/revenue": money,
        "/currency": "must be USD, the currency of the campaign",
        "/status": "must be 'pending', 'approved' or 'rejected'",
    }


@pytest.mark.parametrize("currency", ["EUR", "usd", "dollars"])
def test_currency_must_be_the_campaigns(currency: str) -> None:
    assert errors(currency=currency) == {"/currency": "must be USD, the currency of the campaign"}


@pytest.mark.parametrize("amount", ["1.0000001", "NaN", "1e3", "+1", " 1", "1.", "0x10", "1234567890123"])
def test_inexact_money_is_an_error(amount: str) -> None:
    assert set(errors(payout=amount)) == {"/payout"}


def test_txid_and_event_may_have_the_maximum_length() -> None:
    assert parse_postback(query(txid="x" * 255, event="e" * 64), "USD") == ReportedConversion("c1", "x" * 255, "e" * 64)


def test_pixel_reports_no_money_and_no_status() -> None:
    parameters = {"campaign_id": "cmp_1", "txid": "x", "event": "", "payout": "9", "status": "rejected"}
    assert parse_pixel(validate(PixelQuery, parameters), "c1") == ReportedConversion("c1", "x")


@pytest.mark.parametrize("parameters", [{"txid": "x" * 256}, {"event": "e" * 65}], ids=["txid", "event"])
def test_pixel_with_too_long_parameter_reports_nothing(parameters: dict[str, str]) -> None:
    assert parse_pixel(validate(PixelQuery, parameters), "c1") is None
