from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from chalicelib.counters.detail_places import OTHER
from chalicelib.domain.browsers import BROWSERS
from chalicelib.domain.languages import LANGUAGE_ALIASES
from chalicelib.reporting import filter_fields
from chalicelib.reporting.filter_fields import filters_of
from chalicelib.routing.languages import language


def test_ids_are_filtered_by_a_parameter_of_their_own_and_times_by_none() -> None:
    assert filters_of(["day", "hour", "campaign", "os", "advertiser"]) == {
        "campaign_id": "campaign",
        "os": "os",
        "advertiser": "advertiser",
    }


@pytest.mark.parametrize("code", ["us", "USA", "", "U1", "\u00dcS"])
def test_country_is_two_capital_letters(code: str) -> None:
    countries: TypeAdapter[Any] = TypeAdapter(filter_fields.Countries)
    assert countries.validate_python(["US", "GB"]) == ["US", "GB"]
    with pytest.raises(ValidationError, match="must be a country code of two capital letters, such as GB"):
        countries.validate_python([code])


def test_usual_alias_of_a_country_is_refused_with_its_code() -> None:
    with pytest.raises(ValidationError, match="must be a country code such as GB; UK is GB"):
        TypeAdapter(filter_fields.Countries).validate_python(["UK"])


@pytest.mark.parametrize(
    ("values", "sent", "counted"),
    [
        (filter_fields.Browsers, "Samsung Internet", "samsung"),
        (filter_fields.Browsers, "Chrome", "chrome"),
        (filter_fields.Languages, "jp", "ja"),
        (filter_fields.Languages, "en-US", "en"),
        (filter_fields.Networks, "7018", "AS7018"),
        (filter_fields.Networks, "as7018", "AS7018"),
        (filter_fields.Regions, "us-ca", "US-CA"),
    ],
)
def test_other_spelling_of_a_value_is_refused_with_that_of_the_rows(values: Any, sent: str, counted: str) -> None:
    with pytest.raises(ValidationError, match=f"must be {counted}, as rows of reports have it; not {sent}"):
        TypeAdapter(values).validate_python([sent])
    assert TypeAdapter(values).validate_python([counted, OTHER]) == [counted, OTHER]


def test_every_counted_browser_and_language_may_be_filtered() -> None:
    languages = {code for each in (*LANGUAGE_ALIASES, *LANGUAGE_ALIASES.values(), "kr") if (code := language(each))}
    TypeAdapter(list[filter_fields.Browser]).validate_python([*BROWSERS, "other"])
    TypeAdapter(list[filter_fields.Language]).validate_python(sorted(languages))
