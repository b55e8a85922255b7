import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.targeting_values.languages import language_error, meant_language
from chalicelib.domain.languages import fold_language
from tests import strategies as some

PREFIX = "must be a language code such as en; "
CODES = {getattr(each, "alpha_2", each.alpha_3) for each in pycountry.languages}
REFUSED = {"kr", "mis", "mul", "und", "zxx"}


def test_every_language_of_iso_that_visitors_can_have_is_accepted() -> None:
    refused = {code for code in CODES if language_error(code)}

    assert refused == REFUSED | {code for code in CODES if fold_language(code) != code}


@pytest.mark.parametrize("code", ["en", "de", "he", "id", "no", "uk", "zh", "se", "gsw", "yue", "fil", "EN", "Pt"])
def test_code_is_accepted_in_any_case(code: str) -> None:
    assert language_error(code) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("jp", "ja", id="Japan"),
        pytest.param("cn", "zh", id="China"),
        pytest.param("kr", "ko", id="Korea"),
        pytest.param("ua", "uk", id="Ukraine"),
        pytest.param("gr", "el", id="Greece"),
        pytest.param("cz", "cs", id="Czechia"),
        pytest.param("dk", "da", id="Denmark"),
        pytest.param("us", "en", id="United States"),
        pytest.param("vn", "vi", id="Vietnam"),
        pytest.param("JP", "ja", id="capitals"),
        pytest.param("iw", "he", id="old code of Hebrew"),
        pytest.param("in", "id", id="old code of Indonesian"),
        pytest.param("nb", "no", id="Bokmål"),
        pytest.param("nn", "no", id="Nynorsk"),
        pytest.param("en-US", "en", id="a region"),
        pytest.param("en_US", "en", id="a region behind an underscore"),
        pytest.param("zh-Hant-TW", "zh", id="script and region"),
        pytest.param("nb-NO", "no", id="a region behind an old code"),
        pytest.param("jp-JP", "ja", id="a region behind a country"),
        pytest.param("eng", "en", id="three letters"),
        pytest.param("ger", "de", id="three letters, bibliographic"),
        pytest.param("nob", "no", id="three letters of an old code"),
        pytest.param("English", "en", id="a name"),
        pytest.param("german", "de", id="a name in small letters"),
        pytest.param("Greek", "el", id="a name that ISO qualifies"),
        pytest.param("Norwegian Bokmål", "no", id="a name of an old code"),
        pytest.param("Mandarin", "zh", id="a usual name"),
        pytest.param("Deutsch", "de", id="in its own language"),
        pytest.param("日本語", "ja", id="in its own letters"),
        pytest.param("Swiss German", "gsw", id="a name of a code of three letters"),
        pytest.param(" en\n", "en", id="spaces"),
    ],
)
def test_complaint_names_the_right_language(text: str, code: str) -> None:
    assert language_error(text) == f"{PREFIX}{text.strip()} is {code}"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("Englsh", "Englsh is not one; did you mean en?", id="a mistyped name"),
        pytest.param("xx", "xx is not one", id="no code"),
        pytest.param("xx-US", "xx-US is not one", id="no code with a region"),
        pytest.param("und", "und is not a language; leave the list empty to accept any", id="undetermined"),
        pytest.param("*", "* is not a language; leave the list empty to accept any", id="any"),
        pytest.param("", "an empty value is not one", id="empty"),
        pytest.param("x" * 500, f"{'x' * 40}… is not one", id="long"),
    ],
)
def test_complaint_says_what_is_wrong(text: str, complaint: str) -> None:
    assert language_error(text) == PREFIX + complaint


tags = st.from_regex(r"\A[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?\Z")


@given(some.texts | tags)
def test_meant_language_is_always_accepted(text: str) -> None:
    assert (meant := meant_language(text)) is None or language_error(meant) is None


TWO_LETTERS = {each.alpha_2: each for each in pycountry.languages if hasattr(each, "alpha_2")}


@pytest.mark.parametrize("code", sorted(TWO_LETTERS.keys() - {"kr"}))
def test_each_name_and_code_of_a_language_of_two_letters_means_it(code: str) -> None:
    iso = TWO_LETTERS[code]

    assert {meant_language(text) for text in (iso.name, iso.alpha_3, code.upper(), f"{code}-XX")} == {
        fold_language(code)
    }
