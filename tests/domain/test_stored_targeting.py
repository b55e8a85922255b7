from typing import Any

import pytest

from chalicelib.domain.click import NO_PARAMETERS
from chalicelib.domain.stored_targeting import STORED_DEFAULTS, from_document
from chalicelib.domain.targeting import Targeting
from tests.builders import a_visitor, campaign_document


def test_defaults_have_no_rule() -> None:
    assert from_document(STORED_DEFAULTS) == Targeting()


def test_empty_list_of_a_document_allows_any_value() -> None:
    assert from_document(campaign_document()["targeting"]) == Targeting(exclude_bots=True)


@pytest.mark.parametrize(
    ("stored", "visitor"),
    [
        pytest.param({"languages": ["nb"]}, {"language": "no"}, id="Norwegian"),
        pytest.param({"languages": ["iw"]}, {"language": "he"}, id="Hebrew"),
        pytest.param({"browsers": ["yandexsearch"]}, {"browser": "yandex browser"}, id="a browser"),
    ],
)
def test_names_of_earlier_releases_match_the_visitors_of_today(stored: dict[str, Any], visitor: dict[str, str]) -> None:
    assert from_document({**STORED_DEFAULTS, **stored}).rejection(a_visitor(**visitor), NO_PARAMETERS) is None


def test_city_matches_in_any_unicode_form() -> None:
    targeting = from_document({**STORED_DEFAULTS, "cities": ["BR/Sa\u0303o Paulo"]})

    assert targeting.rejection(a_visitor(country="BR", city="S\u00e3o Paulo"), NO_PARAMETERS) is None
