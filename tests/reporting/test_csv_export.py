import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reporting.csv_export import harmless, text

LABELS = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10)


def test_a_row_is_labels_and_numbers() -> None:
    rows: list[tuple[list[str | None], list[object]]] = [
        (["US", None], [3, "-1.50", None]),
        (['say "hi", you', "a\r\nb"], [0, "0.00", "0.10"]),
    ]
    assert text(["country", "sub1", "clicks", "profit", "epc"], rows) == (
        'country,sub1,clicks,profit,epc\r\nUS,,3,-1.50,\r\n"say ""hi"", you","a\r\nb",0,0.00,0.10\r\n'
    )


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_label_that_a_spreadsheet_would_calculate_is_made_harmless(label: str) -> None:
    assert harmless(label) == f"'{label}"


@pytest.mark.parametrize(("label", "written"), [("a=1", "a=1"), ("", ""), (None, ""), ("2026-11-21", "2026-11-21")])
def test_other_labels_stay_as_they_are(label: str | None, written: str) -> None:
    assert harmless(label) == written


@given(st.lists(st.tuples(LABELS, LABELS), max_size=5))
def test_what_is_written_is_what_is_read(rows: list[tuple[str | None, str | None]]) -> None:
    written = StringIO(text(["one", "two"], [(row, [1]) for row in rows]), newline="")
    assert list(csv.reader(written)) == [["one", "two"], *([*map(harmless, row), "1"] for row in rows)]
