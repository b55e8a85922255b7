import re
from typing import SupportsIndex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.wildcards import matches, may_overlap


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        pytest.param("news-*", "news-jan", True, id="a prefix"),
        pytest.param("news-*", "news-", True, id="the wildcard may be empty"),
        pytest.param("news-*", "old-news-jan", False, id="from the first character"),
        pytest.param("*-jan", "news-jan", True, id="a suffix"),
        pytest.param("*-jan", "news-jan-2", False, id="to the last character"),
        pytest.param("news*jan", "news-2026-jan", True, id="both ends"),
        pytest.param("ab*ba", "aba", False, id="the ends do not overlap"),
        pytest.param("ab*ba", "abba", True, id="the ends touch"),
        pytest.param("*a*b*", "xxbxxaxxb", True, id="parts in order"),
        pytest.param("*b*a*", "ab", False, id="parts out of order"),
        pytest.param("*aa*aa*", "aaa", False, id="parts do not overlap"),
        pytest.param("*ab*b", "ab", False, id="a part does not reach into the end"),
        pytest.param("*", "", True, id="anything, also nothing"),
        pytest.param("**", "x", True, id="two wildcards are one"),
        pytest.param("news", "news", True, id="no wildcard"),
        pytest.param("news", "new", False, id="no wildcard and another text"),
        pytest.param("News-*", "news-jan", False, id="letter case matters"),
        pytest.param("a.c", "abc", False, id="a dot is a dot"),
        pytest.param("a?c", "abc", False, id="a question mark is a question mark"),
        pytest.param("a*c", "a\nc", True, id="a line end is a character"),
        pytest.param("[ab]*", "[ab]-1", True, id="brackets are brackets"),
    ],
)
def test_pattern_matches_the_whole_text(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@given(st.text("ab*", max_size=10), st.text("ab\n", max_size=12))
def test_pattern_matches_as_a_regular_expression_does(pattern: str, text: str) -> None:
    expression = ".*".join(map(re.escape, pattern.split("*")))
    assert matches(pattern, text) is bool(re.fullmatch(expression, text, re.DOTALL))


@given(st.text("ab*.[", max_size=10), st.lists(st.text("ab*.[", max_size=4), min_size=10, max_size=10))
def test_text_made_by_filling_the_wildcards_matches(pattern: str, fillings: list[str]) -> None:
    text = "".join(fillings.pop() if each == "*" else each for each in pattern)
    assert matches(pattern, text)


class Searched(str):
    """A text that notes from where it is searched."""

    __slots__ = ("starts",)

    def __init__(self, _: str) -> None:
        self.starts: list[int] = []

    def find(self, part: str, start: SupportsIndex | None = None, end: SupportsIndex | None = None, /) -> int:
        self.starts.append(int(start or 0))
        return super().find(part, start, end)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        pytest.param("*a" * 50, "a" * 255, id="it matches"),
        pytest.param("*a" * 49 + "*b", "a" * 255, id="the end does not match"),
        pytest.param("*" + "a*b*" * 24, "a" * 255, id="a part is missing"),
        pytest.param("*" + "aab*" * 24, "aab" * 85, id="parts repeat"),
    ],
)
def test_each_part_is_searched_once_and_never_before_the_last_one(pattern: str, text: str) -> None:
    searched = Searched(text)
    matches(pattern, searched)

    assert searched.starts == sorted(searched.starts)
    assert len(searched.starts) <= pattern.count("*")


@pytest.mark.parametrize(
    ("pattern", "other", "expected"),
    [
        pytest.param("a", "a", True, id="the same text"),
        pytest.param("a", "b", False, id="two texts"),
        pytest.param("a*", "ab", True, id="a text and its beginning"),
        pytest.param("ab", "a*", True, id="the other way round"),
        pytest.param("a*", "b", False, id="a text and another beginning"),
        pytest.param("a*", "ab*", True, id="two beginnings, one in the other"),
        pytest.param("a*", "b*", False, id="two beginnings"),
        pytest.param("*a", "*b", False, id="two ends"),
        pytest.param("*", "*", True, id="anything"),
    ],
)
def test_patterns_without_a_common_text_do_not_overlap(pattern: str, other: str, expected: bool) -> None:
    assert may_overlap(pattern, other) is expected


@given(st.text("ab*", max_size=4), st.text("ab*", max_size=4), st.text("ab", max_size=6))
def test_patterns_of_one_text_overlap(pattern: str, other: str, text: str) -> None:
    assert not (matches(pattern, text) and matches(other, text)) or may_overlap(pattern, other)
