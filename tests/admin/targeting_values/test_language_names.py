import pycountry

from chalicelib.admin.targeting_values.language_names import NAME_ALIASES
from chalicelib.admin.targeting_values.languages import language_error
from chalicelib.admin.targeting_values.wording import name_key
from chalicelib.domain.languages import COUNTRY_CODES


def test_other_names_and_codes_lead_to_languages() -> None:
    assert [code for code in {*COUNTRY_CODES.values(), *NAME_ALIASES.values()} if language_error(code)] == []


def test_codes_of_countries_are_no_languages_but_for_kanuri() -> None:
    languages = {getattr(each, "alpha_2", None) for each in pycountry.languages}

    assert COUNTRY_CODES.keys() & languages == {"kr"}


def test_names_are_written_as_they_are_compared() -> None:
    assert [name for name in NAME_ALIASES if name_key(name) != name] == []
    assert {NAME_ALIASES[name_key(name)] for name in ("Español", "castellano")} == {"es"}
