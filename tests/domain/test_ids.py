import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import ids
from tests import strategies as some
from tests.builders import NOW, time_of

entropies = st.binary(min_size=10, max_size=10)


def _to_the_millisecond(now: datetime) -> datetime:
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def test_time_ordered_id_has_26_characters_of_time_and_entropy() -> None:
    identifier = ids.time_ordered_id(datetime(2026, 11, 4, 12, 30, tzinfo=UTC), bytes(range(10)))

    assert identifier == "01m6k8k8a0" + "000g40r40m30e209"


@given(some.times, entropies)
def test_each_character_of_a_time_ordered_id_has_5_of_its_130_bits(now: datetime, entropy: bytes) -> None:
    number = 0
    for letter in ids.time_ordered_id(now, entropy):
        number = number * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(letter)

    assert number.to_bytes(17) == (int(_to_the_millisecond(now).timestamp() * 1000)).to_bytes(7) + entropy


@given(some.times, some.times, entropies, entropies)
def test_time_ordered_ids_sort_by_time(one: datetime, other: datetime, this: bytes, that: bytes) -> None:
    earlier, later = sorted([_to_the_millisecond(one), _to_the_millisecond(other)])

    assert earlier == later or ids.time_ordered_id(earlier, this) < ids.time_ordered_id(later, that)


@given(some.times, entropies, st.sampled_from(["", "cmp_", "app_sml_1_"]))
def test_time_of_an_id_is_that_of_its_creation(now: datetime, entropy: bytes, prefix: str) -> None:
    assert time_of(prefix + ids.time_ordered_id(now, entropy)) == _to_the_millisecond(now)


@given(some.times, entropies, entropies)
def test_ids_of_one_moment_differ_if_their_entropy_does(now: datetime, one: bytes, other: bytes) -> None:
    assert (ids.time_ordered_id(now, one) == ids.time_ordered_id(now, other)) is (one == other)


def test_additional_entropy_is_ignored() -> None:
    assert ids.time_ordered_id(NOW, bytes(10)) == ids.time_ordered_id(NOW, bytes(10) + b"more")
    assert ids.new_link_code(bytes(8)) == ids.new_link_code(bytes(8) + b"more")


def test_time_of_an_id_is_exact_after_2038() -> None:
    moments = [datetime(2038, 6, 1, tzinfo=UTC) + timedelta(milliseconds=n) for n in range(1000)]

    assert [time_of(ids.time_ordered_id(now, bytes(10))) for now in moments] == moments


@given(st.binary(min_size=8, max_size=8))
def test_new_link_code_is_a_link_code(entropy: bytes) -> None:
    assert ids.is_link_code(ids.new_link_code(entropy))


@pytest.mark.parametrize(
    ("entropy", "code"),
    [
        pytest.param(0, "0000000000", id="0"),
        pytest.param(61, "z000000000", id="61"),
        pytest.param(62, "0100000000", id="62"),
        pytest.param(62**10 - 1, "zzzzzzzzzz", id="the last of 10 letters"),
        pytest.param(62**10, "0000000000", id="one more"),
    ],
)
def test_link_code_is_its_entropy_in_base_62_with_10_characters(entropy: int, code: str) -> None:
    assert ids.new_link_code(entropy.to_bytes(8)) == code


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("abcde1234", id="too short"),
        pytest.param("abcde123456", id="too long"),
        pytest.param("abcde-1234", id="punctuation"),
        pytest.param("abcde 1234", id="space"),
        pytest.param("äbcde12345", id="a letter beyond ASCII"),
        pytest.param("٠١٢٣٤٥٦٧٨٩", id="digits beyond ASCII"),
        pytest.param("abcde1234\n", id="line end"),
    ],
)
def test_other_text_is_not_a_link_code(text: str) -> None:
    assert not ids.is_link_code(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        pytest.param("abcde12345", "", id="a code"),
        pytest.param("abcde12345&sub1=a", "&sub1=a", id="parameters"),
        pytest.param("abcde12345.", ".", id="a full stop"),
        pytest.param("abcde12345)", ")", id="a bracket"),
        pytest.param("abcde12345%20", "%20", id="an encoded space"),
        pytest.param("abcde12345 x", " x", id="a space and a word"),
        pytest.param('abcde12345"', '"', id="a quote"),
        pytest.param("abcde12345>", ">", id="an angle bracket"),
        pytest.param("abcde12345,", ",", id="a comma"),
        pytest.param("abcde12345/", "/", id="a slash"),
        pytest.param("abcde12345_x", "_x", id="an underscore"),
        pytest.param("abcde12345\n", "\n", id="a line end"),
        pytest.param("abcde12345\u200b", "\u200b", id="an invisible character"),
        pytest.param("abcde12345é", "é", id="a letter beyond ASCII"),
        pytest.param(" abcde12345", "", id="a space before it"),
        pytest.param("\ufeff\u200babcde12345", "", id="invisible characters before it"),
        pytest.param("%20%E2%80%8Babcde12345%2E", ".", id="all of it encoded"),
        pytest.param("-abcde12345", "", id="a hyphen before it"),
        pytest.param('(*_<"abcde12345"', '"', id="brackets and quotes before it"),
        pytest.param("%3Cabcde12345", "", id="an encoded bracket before it"),
        pytest.param("%2Eabcde12345", "", id="an encoded full stop before it"),
        pytest.param("/abcde12345/x", "/x", id="a slash before it"),
    ],
)
def test_code_is_the_leading_run_of_code_characters(text: str, rest: str) -> None:
    assert ids.split_link_code(text) == ("abcde12345", rest)


@pytest.mark.parametrize(
    "text",
    ["", "abcde1234", "abcde123456", "abcde1234!", "abcde-12345", "äabcde12345", "{code}", "%00", "%"],
)
def test_text_that_begins_with_no_code_has_none(text: str) -> None:
    assert ids.split_link_code(text) == ("", text)


@given(st.binary(min_size=8, max_size=8), st.text().filter(lambda rest: not re.match("[0-9A-Za-z]", rest)))
def test_code_is_found_before_anything_else(entropy: bytes, rest: str) -> None:
    code = ids.new_link_code(entropy)

    assert ids.split_link_code(code + rest) == (code, rest)


@given(st.text(), st.text())
def test_deterministic_id_follows_from_its_name(name: str, other: str) -> None:
    assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", ids.deterministic_id(name))
    assert (ids.deterministic_id(name) == ids.deterministic_id(other)) is (name == other)


@given(some.times)
def test_time_of_a_time_ordered_id_is_that_to_the_millisecond(moment: datetime) -> None:
    found = ids.time_of_id(ids.time_ordered_id(moment, bytes(range(10))))
    assert timedelta(0) <= moment - found < timedelta(milliseconds=1)


def test_time_of_other_letters_is_an_error() -> None:
    with pytest.raises(ValueError, match="substring"):
        ids.time_of_id("u" * 26)
