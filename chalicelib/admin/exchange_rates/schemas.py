"""Request and response models of exchange rates."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from chalicelib.http.fields import Currency, Timestamp
from chalicelib.http.models import RequestModel, ResponseModel
from chalicelib.reporting.schemas import Sparse

_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)


def _validate_rate(text: str) -> str:
    if not _RATE.fullmatch(text) or not Decimal(text):
        message = 'must be a decimal string above 0 with at most 12 decimal places, such as "1.08"'
        raise ValueError(message)
    return text


def _validate_day(text: str) -> str:
    message = f"must be a day between {_FIRST} and {_LAST}, such as 2026-11-01"
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(message) from error
    if not _DAY.fullmatch(text) or not _FIRST <= day < _LAST:
        raise ValueError(message)
    return text


Rate = Annotated[
    str,
    AfterValidator(_validate_rate),
    Field(json_schema_extra={"pattern": f"^{_RATE.pattern}$", "examples": ["1.08"]}),
]
RateDay = Annotated[str, AfterValidator(_validate_day), Field(json_schema_extra={"format": "date"})]


class RatesOfDay(ResponseModel):
    """The rates that are in force from a UTC day until the next day that has rates."""

    from_: str = Field(serialization_alias="from", json_schema_extra={"format": "date"})
    rates: dict[str, str]


class NewRates(RequestModel):
    """Exchange rates: the value of one unit of each currency in units of the base currency.

    They are in force from the UTC day `from`, by default today, until the next day that has rates, and replace those of
    the same day. A currency that is left out has no rate in this time. `base` cannot change once it is set.
    """

    base: Currency
    rates: dict[Currency, Rate] = Field(examples=[{"EUR": "1.08"}])
    from_: RateDay | None = Field(None, alias="from", examples=["2026-11-01"])

    @field_validator("rates")
    @classmethod
    def _without_base(cls, rates: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        base = info.data.get("base")
        if Decimal(rates.get(base or "", 1)) != 1:
            message = f"must not contain the base currency {base}: its rate is always 1"
            raise ValueError(message)
        return {code: rate for code, rate in rates.items() if code != base}


class RatesDocument(Sparse):
    """The base currency, and the rates in force today with the UTC day from which they are.

    One unit of a currency is its rate in units of the base currency. `history` lists all days with rates, newest first,
    the future ones included; at most the newest 250. `base` and `from` are null as long as there are none.
    """

    base: str | None
    from_: str | None = Field(serialization_alias="from", json_schema_extra={"format": "date"})
    rates: dict[str, str]
    history: list[RatesOfDay]
    version: int
    updated_at: Timestamp | None
