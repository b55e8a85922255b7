from urllib.parse import unquote

import pytest
from hypothesis import given

from chalicelib.domain.percent_encoding import decoded, percent_encode
from tests import strategies as some


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        pytest.param("abc123", "abc123", id="letters and digits"),
        pytest.param("a-b.c_d~e", "a-b.c_d~e", id="unreserved characters"),
        pytest.param("a b+c/d", "a%20b%2Bc%2Fd", id="reserved characters"),
        pytest.param("é٣", "%C3%A9%D9%A3", id="letters and digits beyond ASCII"),
        pytest.param("a\ud800", "a%3F", id="half a surrogate pair"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_all_but_unreserved_characters_are_encoded(text: str, encoded: str) -> None:
    assert percent_encode(text) == encoded


@given(some.texts)
def test_encoded_text_decodes_to_itself(text: str) -> None:
    assert unquote(percent_encode(text)) == text


@pytest.mark.parametrize(
    ("text", "plain"), [("a", "a"), ("%41", "A"), ("%2541", "A"), ("%252541", "A"), ("%", "%"), ("%zz", "%zz")]
)
def test_text_is_decoded_until_nothing_is_left(text: str, plain: str) -> None:
    assert decoded(text) == plain


def test_decoding_ends_after_ten_times() -> None:
    assert decoded("%" + "25" * 10 + "41") == "%41"
