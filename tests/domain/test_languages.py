import re

import pytest

from chalicelib.domain.languages import COUNTRY_CODES, LANGUAGE_ALIASES, fold_language, sent_language


@pytest.mark.parametrize(
    ("subtag", "code"),
    [
        *(("iw", "he"), ("in", "id"), ("ji", "yi"), ("jw", "jv"), ("mo", "ro"), ("sh", "sr"), ("tl", "fil")),
        *(("nb", "no"), ("nn", "no"), ("nob", "no"), ("nno", "no"), ("nor", "no")),
        *(("eng", "en"), ("deu", "de"), ("ger", "de"), ("fra", "fr"), ("fre", "fr"), ("zho", "zh"), ("chi", "zh")),
        *(("heb", "he"), ("ind", "id"), ("cze", "cs"), ("ces", "cs"), ("cmn", "zh"), ("tgl", "fil"), ("fil", "fil")),
        *(("EN", "en"), ("Iw", "he"), ("en", "en"), ("gsw", "gsw"), ("xx", "xx")),
    ],
)
def test_codes_of_one_language_fold_to_one(subtag: str, code: str) -> None:
    assert fold_language(subtag) == code


@pytest.mark.parametrize("code", sorted(COUNTRY_CODES))
def test_country_is_sent_for_its_language(code: str) -> None:
    assert sent_language(code.upper()) == COUNTRY_CODES[code]


@pytest.mark.parametrize(
    ("subtag", "code"),
    [("en", "en"), ("iw", "he"), ("gsw", "gsw"), ("jp", "ja"), ("kr", "ko"), ("kau", "kr"), ("xx", None), ("uu", None)],
)
def test_sent_code_of_two_letters_is_that_of_a_language(subtag: str, code: str | None) -> None:
    assert sent_language(subtag) == code


def test_stored_code_of_kanuri_stays() -> None:
    assert fold_language("kr") == "kr"


def test_folding_twice_changes_nothing() -> None:
    assert {fold_language(code) for code in LANGUAGE_ALIASES.values()} == set(LANGUAGE_ALIASES.values())


def test_aliases_are_codes_of_two_or_three_letters() -> None:
    assert all(re.fullmatch("[a-z]{2,3}", code) for pair in LANGUAGE_ALIASES.items() for code in pair)
    assert all(alias != code for alias, code in LANGUAGE_ALIASES.items())


def test_every_language_of_two_letters_has_its_code_of_three() -> None:
    assert len({code for alias, code in LANGUAGE_ALIASES.items() if len(alias) == 3 and len(code) == 2}) == 179
