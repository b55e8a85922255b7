import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reporting.csv_export import encode, escape_formula

LABELS = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10)


def test_row_is_labels_and_numbers() -> None:
    rows: list[tuple[list[str | None], list[object]]] = [
        (["US", None], [3, "-1.50", None]),
        (['say "hi", you', "a\r\nb"], [0, "0.00", "0.10"]),
    ]
    assert encode(["country", "sub1", "clicks", "profit", "epc"], rows) == (
        '\ufeffcountry,sub1,clicks,profit,epc\r\nUS,,3,-1.50,\r\n"say ""hi"", you","a\r\nb",0,0.00,0.10\r\n'
    )


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_label_that_looks_like_a_formula_is_escaped(label: str) -> None:
    assert escape_formula(label) == f"'{label}"


@pytest.mark.parametrize(("label", "escaped"), [("a=1", "a=1"), ("", ""), (None, ""), ("2026-11-21", "2026-11-21")])
def test_other_labels_are_unchanged(label: str | None, escaped: str) -> None:
    assert escape_formula(label) == escaped


@given(st.lists(st.tuples(LABELS, LABELS), max_size=5))
def test_csv_can_be_read_back(rows: list[tuple[str | None, str | None]]) -> None:
    encoded = encode(["one", "two"], [(row, [1]) for row in rows]).encode()
    exported = StringIO(encoded.decode("utf-8-sig"), newline="")
    assert list(csv.reader(exported)) == [["one", "two"], *([*map(escape_formula, row), "1"] for row in rows)]
