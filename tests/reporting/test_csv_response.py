from chalicelib.reporting.csv_response import csv_response, size_in_json


def test_size_is_that_of_the_json_string() -> None:
    assert [size_in_json(text) for text in ("", "ab", "a\r\n", "\u2603", "\U0001f600")] == [2, 4, 7, 8, 14]


def test_file_is_downloaded_under_its_name_and_not_stored() -> None:
    response = csv_response("clicks.csv", "a\r\n", {"Link": "<https://next.example>"})
    assert (response.text, response.media) == ("a\r\n", "text/csv; charset=utf-8")
    assert response.headers == {
        "Content-Disposition": 'attachment; filename="clicks.csv"',
        "Cache-Control": "no-store",
        "Link": "<https://next.example>",
    }
