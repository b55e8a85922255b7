import pytest

from chalicelib.admin.exchange_rates.schemas import NewRates
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed


@pytest.mark.parametrize("rate", ["1", "0.000061", "1.080000000001", "999999999"])
def test_rate_is_a_decimal_string(rate: str) -> None:
    assert validate(NewRates, {"base": "USD", "rates": {"EUR": rate}}).rates == {"EUR": rate}


@pytest.mark.parametrize("rate", ["0", "0.000", "-1", "1e3", "1.0800000000001", "NaN", "", "1,08", " 1"])
def test_rate_must_be_positive_and_exact(rate: str) -> None:
    with pytest.raises(ValidationFailed) as raised:
        validate(NewRates, {"base": "USD", "rates": {"EUR": rate}})
    (error,) = raised.value.errors
    assert error == ("/rates/EUR", 'must be a decimal string above 0 with at most 12 decimal places, such as "1.08"')


def test_rates_may_be_empty() -> None:
    assert validate(NewRates, {"base": "USD", "rates": {}}).from_ is None
