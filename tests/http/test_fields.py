from typing import Any

import pytest

from chalicelib.http.fields import Currency, DateTimeInput, Money, TimeZone
from chalicelib.http.models import RequestModel, validate
from tests.http.support import errors_of


class Fields(RequestModel):
    price: Money = "0"
    zone: TimeZone = "UTC"
    currency: Currency = "USD"
    at: DateTimeInput = "2026-11-01T00:00:00.000Z"


def _errors(**document: Any) -> list[tuple[str, str]]:
    return errors_of(Fields, document)


@pytest.mark.parametrize("text", ["0", "1.5", "1.50", "000.000001", "999999999999.999999"])
def test_decimal_string_is_money(text: str) -> None:
    assert validate(Fields, {"price": text}).price == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "-1",
        "+1",
        "1.",
        ".5",
        "1,50",
        "1e3",
        " 1",
        "1 ",
        "1\n",
        "0x1",
        "NaN",
        "1.2.3",
        "1.1234567",
        "1" * 13,
        "\N{ARABIC-INDIC DIGIT ONE}",
    ],
)
def test_money_must_be_a_decimal_string(text: str) -> None:
    assert _errors(price=text) == [("/price", 'must be a decimal string of 0 or more, such as "1.50"')]


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_time_zone_is_an_iana_name(name: str) -> None:
    assert validate(Fields, {"zone": name}).zone == name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Mars/Olympus", id="unknown place"),
        pytest.param("", id="empty"),
        pytest.param("Europe", id="a folder"),
        pytest.param("zone.tab", id="a file that is not a zone"),
        pytest.param("../../etc/passwd", id="a path to another folder"),
        pytest.param("/etc/passwd", id="an absolute path"),
        pytest.param("UTC\x00", id="a zero byte"),
        pytest.param("x" * 5000, id="longer than a file name"),
    ],
)
def test_unknown_time_zone_is_rejected(name: str) -> None:
    assert _errors(zone=name) == [("/zone", f"is not a known time zone: {name}")]


def test_currency_must_be_an_iso_code() -> None:
    assert _errors(currency="eur") == [("/currency", "must be an ISO 4217 currency code such as USD; use EUR")]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        pytest.param("2026-11-01T00:00:00Z", "2026-11-01T00:00:00.000Z", id="UTC"),
        pytest.param("2026-11-01T02:00:00+02:00", "2026-11-01T00:00:00.000Z", id="an offset"),
        pytest.param("2026-11-01T00:00:00.123999Z", "2026-11-01T00:00:00.123Z", id="microseconds"),
    ],
)
def test_time_is_converted_to_utc_with_milliseconds(text: str, utc: str) -> None:
    assert validate(Fields, {"at": text}).at == utc


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        pytest.param("yesterday", "must be an ISO 8601 time such as 2026-11-01T00:00:00Z", id="no time"),
        pytest.param(
            "2026-11-01T00:00:00", "must include a UTC offset, for example 2026-11-01T00:00:00Z", id="no offset"
        ),
        pytest.param("0001-01-01T00:00:00+14:00", "is outside the years 1 to 9999 in UTC", id="before year 1 in UTC"),
    ],
)
def test_invalid_time_is_rejected_with_a_reason(text: str, detail: str) -> None:
    assert _errors(at=text) == [("/at", detail)]
