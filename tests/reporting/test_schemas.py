from chalicelib.reporting.schemas import OwnReportRow, ReportRow, Sparse


def test_row_starts_with_the_dimensions() -> None:
    assert list(ReportRow.model_fields)[:9] == [
        *("hour", "day", "smartlink", "campaign", "country", "device", "os", "sub1", "goal"),
    ]


def test_row_of_a_publisher_has_no_revenue() -> None:
    assert set(ReportRow.model_fields) - set(OwnReportRow.model_fields) == {"publisher", "revenue", "profit", "margin"}


def test_unset_fields_are_left_out_of_the_document() -> None:
    class Document(Sparse):
        day: str | None = None
        os: str | None = None

    assert Document(day=None).model_dump_json() == '{"day":null}'
