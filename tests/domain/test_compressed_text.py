import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.compressed_text import MIN_LENGTH, compress, decompress
from tests import strategies

LONG = '{"countries": ["US", "GB"]}' * 2_000


@given(strategies.texts)
def test_short_text_is_read_as_it_was_written(text: str) -> None:
    assert decompress(compress(text)) == text


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3))
def test_long_text_is_read_as_it_was_written(text: str) -> None:
    assert decompress(compress(text * MIN_LENGTH)) == text * MIN_LENGTH


def test_short_text_stays_readable() -> None:
    assert compress('{"name": "Game A"}') == '{"name": "Game A"}'


def test_long_text_is_stored_in_a_fraction_of_its_size() -> None:
    assert len(compress(LONG)) < len(LONG) / 100


@pytest.mark.parametrize("text", ["zlib:", "zlib:abc"])
def test_text_that_begins_like_a_compressed_one_is_read_as_it_was_written(text: str) -> None:
    assert decompress(compress(text)) == text
