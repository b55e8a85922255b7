from decimal import Decimal
from typing import Any

import pytest

from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.conversions.schemas import PixelQuery, PostbackQuery, claim, pixel_claim
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed


def query(**given: Any) -> PostbackQuery:
    return validate(PostbackQuery, {"click_id": "c1", "token": "t", **given})


def complaints(**given: Any) -> dict[str, str]:
    with pytest.raises(ValidationFailed) as raised:
        claim(query(**given), "USD")
    return dict(raised.value.errors)


def test_a_bare_postback_claims_what_the_campaign_says() -> None:
    assert claim(query(), "USD") == ReportedConversion("c1")


def test_a_full_postback_claims_what_it_says() -> None:
    given = {"txid": "x", "event": "sale", "payout": "1.5", "revenue": "0", "currency": "EUR", "status": "rejected"}
    assert claim(query(**given), "EUR") == ReportedConversion(
        "c1", "x", "sale", Decimal("1.5"), Decimal(0), ConversionStatus.REJECTED
    )


def test_what_is_empty_is_absent_and_what_is_unknown_ignored() -> None:
    blank: dict[str, Any] = {"txid": "", "event": None, "payout": "", "currency": "", "status": "", "utm": ["x"]}
    assert claim(query(**blank), "USD") == ReportedConversion("c1")


def test_without_click_and_token_there_is_no_postback() -> None:
    with pytest.raises(ValidationFailed) as raised:
        query(click_id="", token=None)
    assert dict(raised.value.errors) == {"/click_id": "is required", "/token": "is required"}


def test_every_complaint_is_made_at_once() -> None:
    long = {"txid": "x" * 256, "event": "e" * 65}
    money = 'must be a decimal string of 0 or more, such as "1.50"'
    assert complaints(**long, payout="-1", revenue="1,5", currency="EUR", status="paid") == {
        "/txid": "must have at most 255 characters",
        "/event": "must have at most 64 characters",
        "/payout": money,
        "/revenue": money,
        "/currency": "must be USD, the campaign's",
        "/status": "must be 'approved' or 'rejected'",
    }


@pytest.mark.parametrize("currency", ["EUR", "usd", "dollars"])
def test_figures_are_in_the_campaigns_currency(currency: str) -> None:
    assert complaints(currency=currency) == {"/currency": "must be USD, the campaign's"}


@pytest.mark.parametrize("amount", ["1.0000001", "NaN", "1e3", "+1", " 1", "1.", "0x10", "1234567890123"])
def test_what_is_no_exact_money_is_refused(amount: str) -> None:
    assert set(complaints(payout=amount)) == {"/payout"}


def test_names_may_be_as_long_as_they_may() -> None:
    assert claim(query(txid="x" * 255, event="e" * 64), "USD") == ReportedConversion("c1", "x" * 255, "e" * 64)


def test_a_pixel_claims_no_money_and_no_status() -> None:
    given = {"campaign_id": "cmp_1", "txid": "x", "event": "", "payout": "9", "status": "rejected"}
    assert pixel_claim(validate(PixelQuery, given), "c1") == ReportedConversion("c1", "x")


@pytest.mark.parametrize("given", [{"txid": "x" * 256}, {"event": "e" * 65}], ids=["txid", "event"])
def test_a_pixel_that_says_too_much_claims_nothing(given: dict[str, str]) -> None:
    assert pixel_claim(validate(PixelQuery, given), "c1") is None
