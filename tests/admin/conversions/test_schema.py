from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.admin.conversions.schema import ConversionsQuery
from chalicelib.contract.schema import validated
from chalicelib.errors import Invalid
from tests.builders import NOW


def span(**given: Any) -> tuple[datetime, datetime]:
    query = validated(ConversionsQuery, given)
    return query.since(NOW), query.until(NOW)


def test_unless_said_otherwise_the_last_30_days_are_wanted() -> None:
    assert span() == (datetime(2026, 10, 5, 12, 30, tzinfo=UTC), NOW)


def test_a_day_is_wanted_from_its_beginning_to_its_end() -> None:
    first, last = span(**{"from": "2026-11-01", "to": "2026-11-01"})
    assert (first.isoformat(), last.isoformat()) == ("2026-11-01T00:00:00+00:00", "2026-11-01T23:59:59.999999+00:00")


def test_a_time_is_wanted_exactly() -> None:
    first, last = span(**{"from": "2026-11-01T02:00:00+02:00", "to": "2026-11-02T00:00:00Z"})
    assert (first, last) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))


def test_an_end_alone_means_the_30_days_before_it() -> None:
    assert span(to="2026-11-02T00:00:00Z")[0] == datetime(2026, 10, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2026-13-01", "2026-11-01T00:00:00", "20261101", "1970-12-31", "0001-01-01"),
        *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"),
    ],
)
@pytest.mark.parametrize("name", ["from", "to"])
def test_what_is_neither_day_nor_time_is_a_complaint(name: str, text: str) -> None:
    with pytest.raises(Invalid) as raised:
        span(**{name: text})
    ((pointer, detail),) = raised.value.complaints
    assert (pointer, detail[:11]) == (f"/{name}", "must be a d")
