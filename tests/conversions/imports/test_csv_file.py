import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.conversions.imports.csv_file import parse_csv
from chalicelib.http.problems import MalformedRequest, ValidationFailed


def errors(text: str) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as raised:
        parse_csv(text)
    return list(raised.value.errors)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("click_id,txid,amount\na,t1,1.50\nb,,2", id="commas"),
        pytest.param("amount;click_id;txid\n1.50;a;t1\n2;b;", id="semicolons in another order"),
        pytest.param("click_id\ttxid\tamount\na\tt1\t1.50\nb\t\t2", id="tabs"),
        pytest.param("\ufeffclick_id,txid,amount\r\na,t1,1.50\r\nb,,2\r\n", id="byte order mark and CRLF"),
        pytest.param("click_id,txid,amount\ra,t1,1.50\rb,,2\r", id="CR"),
        pytest.param('"click_id","txid","amount"\n"a","t1","1.50"\n"b","","2"', id="quoted"),
        pytest.param("\nclick_id,txid,amount\n\n  \na,t1,1.50\n,,\nb,,2\n\n", id="blank lines"),
        pytest.param(" Click_ID , TXID,amount \n a , t1,1.50\nb,,2,,", id="spaces, letter case and surplus delimiters"),
    ],
)
def test_usual_forms_are_read(text: str) -> None:
    first = {"click_id": "a", "txid": "t1", "amount": "1.50"}
    assert parse_csv(text) == {"rows": [first, {"click_id": "b", "txid": "", "amount": "2"}]}


def test_quoted_value_may_hold_delimiter_quote_and_line_break() -> None:
    text = 'click_id,txid\na,"1,2;""3""\n4\u2028"\n'
    assert parse_csv(text) == {"rows": [{"click_id": "a", "txid": '1,2;"3"\n4'}]}


def test_only_column_needs_no_delimiter_and_last_values_may_be_missing() -> None:
    assert parse_csv("click_id\na\nb") == {"rows": [{"click_id": "a"}, {"click_id": "b"}]}
    assert parse_csv("click_id,txid\na") == {"rows": [{"click_id": "a"}]}


def test_unknown_repeated_and_missing_columns_are_named() -> None:
    assert errors("txid,clickid,txid\n1,2,3") == [
        (
            "/header",
            "is not a known column: 'clickid'; known are click_id, txid, event, amount, payout, revenue, status",
        ),
        ("/header", "names the column 'txid' 2 times"),
        ("/header", "must have the column 'click_id'"),
    ]


@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n", " , "])
def test_file_without_header_is_an_error(text: str) -> None:
    assert ("/header", "must have the column 'click_id'") in errors(text)


def test_row_with_surplus_values_is_an_error() -> None:
    """A comma as decimal separator would move the values into other columns."""
    assert errors("click_id,payout,revenue\na,1.5,2\nb,1,5,2") == [("/rows/1", "has 4 values for 3 columns")]


@pytest.mark.parametrize("text", ['click_id\n"a', 'click_id\n"a"b'])
def test_unbalanced_quotes_are_malformed(text: str) -> None:
    with pytest.raises(MalformedRequest, match="is not CSV"):
        parse_csv(text)


values = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=8).map(str.strip)


@given(st.lists(st.tuples(st.text("ab", min_size=1, max_size=3), values)), st.sampled_from(",;\t"))
def test_what_a_spreadsheet_writes_is_read_again(rows: list[tuple[str, str]], delimiter: str) -> None:
    file = StringIO()
    csv.writer(file, delimiter=delimiter).writerows([("click_id", "txid"), *rows])
    assert parse_csv(file.getvalue()) == {"rows": [{"click_id": click_id, "txid": txid} for click_id, txid in rows]}
