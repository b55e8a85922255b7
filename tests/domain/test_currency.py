import pytest

from chalicelib.domain.currency import CODES, currency_error


def test_codes_are_three_capital_letters() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CODES)
    assert len(CODES) > 150


@pytest.mark.parametrize("code", ["USD", "EUR", "XOF", "ZWG"])
def test_current_code_is_right(code: str) -> None:
    assert currency_error(code) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("usd", "USD", id="lower case"),
        pytest.param(" EUR", "EUR", id="blank"),
        pytest.param("RMB", "CNY", id="usual name"),
        pytest.param("hrk", "EUR", id="replaced"),
    ],
)
def test_error_names_the_code_that_is_meant(text: str, code: str) -> None:
    assert currency_error(text) == f"must be an ISO 4217 currency code such as USD; use {code}"


@pytest.mark.parametrize("text", ["ABC", "XXX", "XTS", "XAU", "CHE", "dollars", ""])
def test_unknown_test_and_fund_codes_are_refused(text: str) -> None:
    assert currency_error(text) == "must be an ISO 4217 currency code such as USD"
