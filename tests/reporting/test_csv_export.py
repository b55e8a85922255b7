import csv
import unicodedata
from collections.abc import Iterable, Iterator
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reporting.csv_export import escape_formula, head, line

LABELS = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
FORMULAS = "=+-@\uff1d\uff0b\uff0d\uff20"
HOSTILE = st.text(st.sampled_from(f"{FORMULAS}ab'\",;\t\r\n \0\x0b\x85\xa0\u200b\u2028\ufeff\u3164"), max_size=8)
"""Texts of the characters that matter to spreadsheets."""


def encode(columns: Iterable[str], rows: Iterable[tuple[Iterable[str | None], Iterable[object]]]) -> str:
    """Return a file of rows, each with labels and numbers."""
    return head(columns) + "".join(line(labels, numbers) for labels, numbers in rows)


def test_row_is_labels_and_numbers() -> None:
    rows: list[tuple[list[str | None], list[object]]] = [
        (["US", None], [3, "-1.50", None]),
        (['say "hi", you', "a\r\nb"], [0, "0.00", "0.10"]),
    ]
    assert encode(["country", "sub1", "clicks", "profit", "epc"], rows) == (
        '\ufeffcountry,sub1,clicks,profit,epc\r\nUS,,3,-1.50,\r\n"say ""hi"", you","a\r\nb",0,0.00,0.10\r\n'
    )


@pytest.mark.parametrize(
    "label",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        " =1",
        "\ufeff=1",
        "\u200b\u00a0@a",
        "\x01=1",
        '"=1',
        "\uff1d1",
        "\uff0b1",
        "\uff201",
    ],
)
def test_label_that_looks_like_a_formula_is_escaped(label: str) -> None:
    assert escape_formula(label) == f"'{label}"


@pytest.mark.parametrize(
    ("label", "escaped"),
    [
        pytest.param("a;=1+1;=2", "a;'=1+1;'=2", id="semicolon"),
        pytest.param('a;"=1"', 'a;\'"=1"', id="quote after a semicolon"),
        pytest.param("\t=1", "'\t'=1", id="tab"),
        pytest.param("a\r\n=1", "a\r\n'=1", id="line break"),
        pytest.param("\tab", "'\tab", id="tab before text"),
        pytest.param("\ra", "'\ra", id="carriage return before text"),
        pytest.param("\0=1", "'=1", id="NUL before a formula"),
        pytest.param("a\0b", "ab", id="NUL"),
    ],
)
def test_formula_behind_a_separator_is_escaped(label: str, escaped: str) -> None:
    assert escape_formula(label) == escaped


@pytest.mark.parametrize(
    "label", ["a=1", "a;b=1", "2026-11-21", "1,-2", "https://a.example/?a=1;b=2", "'=1", "news -50%"]
)
def test_other_labels_are_unchanged(label: str) -> None:
    assert escape_formula(label) == label


@pytest.mark.parametrize("label", [None, ""])
def test_missing_label_is_empty(label: str | None) -> None:
    assert escape_formula(label) == ""


@given(st.lists(st.tuples(LABELS, LABELS), max_size=5))
def test_csv_can_be_read_back(rows: list[tuple[str | None, str | None]]) -> None:
    encoded = encode(["one", "two"], [(row, [1]) for row in rows]).encode()
    exported = StringIO(encoded.decode("utf-8-sig"), newline="")
    assert list(csv.reader(exported)) == [["one", "two"], *([*map(escape_formula, row), "1"] for row in rows)]


@given(st.lists(st.tuples(HOSTILE | LABELS, HOSTILE), max_size=4))
def test_no_cell_begins_with_a_formula_however_the_file_is_split(rows: list[tuple[str | None, str]]) -> None:
    text = encode(["one", "two"], [(row, [1]) for row in rows])
    assert [cell for cell in _cells(text) if _visible(cell)[:1] in tuple(FORMULAS)] == []


def _cells(text: str) -> Iterator[str]:
    """Yield the cells as readers see them that split at commas, semicolons or tabs, and as one that sees no quotes."""
    for separator in ",;\t":
        for row in csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator):
            yield from row
    for text_line in text.splitlines():
        yield from (cell for half in text_line.split(";") for cell in half.split("\t"))


def _visible(cell: str) -> str:
    """Return the cell without characters before its text that spreadsheets skip."""
    start = 0
    while start < len(cell) and (cell[start] in '"\u3164' or unicodedata.category(cell[start])[0] in "CZM"):
        start += 1
    return cell[start:]
