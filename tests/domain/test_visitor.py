from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from chalicelib.domain.visitor import STORED_FIELDS, Visitor, caller_address, stored_fields, visitor_of_click
from tests import strategies as some
from tests.builders import a_visitor


def _stored(visitor: Visitor) -> dict[str, Any]:
    """Return the fields of the visitor that a click stores; unknown ones are left out."""
    stored = {**stored_fields(visitor), "is_bot": visitor.is_bot}
    return {name: value for name, value in stored.items() if value is not None}


@given(some.visitors)
def test_stored_visitor_is_the_same_visitor(visitor: Visitor) -> None:
    assert visitor_of_click(_stored(visitor)) == visitor


def test_address_and_user_agent_are_not_stored() -> None:
    assert visitor_of_click(_stored(a_visitor())) == replace(a_visitor(), address="", user_agent="")


@pytest.mark.parametrize("is_bot", [None, False])
def test_click_that_stores_no_bot_is_of_a_person(*, is_bot: bool | None) -> None:
    assert visitor_of_click({"device": "tablet", "os": "android", "is_bot": is_bot}).is_bot is False


def test_click_of_an_earlier_release_has_the_names_of_today() -> None:
    visitor = visitor_of_click({"device": "mobile", "os": "android", "language": "nb", "browser": "yandexsearch"})

    assert (visitor.language, visitor.browser) == ("no", "yandex browser")


def test_stored_fields_are_those_of_the_table() -> None:
    assert list(stored_fields(a_visitor())) == list(STORED_FIELDS)


def test_stored_names_of_fields_differ() -> None:
    assert len(set(STORED_FIELDS.values())) == len(STORED_FIELDS) == 11


EDGE = {"x-edge-secret": "secret", "cloudfront-viewer-address": "198.51.100.9:4711", "x-forwarded-for": "192.0.2.1"}


@pytest.mark.parametrize(
    ("headers", "secret", "address"),
    [
        pytest.param(EDGE, "secret", "198.51.100.9", id="from the edge"),
        pytest.param(EDGE, "other", "203.0.113.7", id="with a wrong secret"),
        pytest.param({**EDGE, "x-edge-secret": "\ud800"}, "secret", "203.0.113.7", id="with half a surrogate pair"),
        pytest.param({**EDGE, "x-edge-secret": ""}, "", "203.0.113.7", id="without a configured secret"),
        pytest.param({**EDGE, "cloudfront-viewer-address": "here"}, "secret", "203.0.113.7", id="no address"),
        pytest.param({"x-forwarded-for": "192.0.2.1"}, "secret", "203.0.113.7", id="direct"),
    ],
)
def test_callers_address_is_the_viewers_only_with_the_edge_secret(
    headers: dict[str, str], secret: str, address: str
) -> None:
    assert caller_address(headers, "203.0.113.7", secret) == address
