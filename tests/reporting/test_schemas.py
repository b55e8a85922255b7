import pytest

from chalicelib.reporting.dimensions import ALL, OWN
from chalicelib.reporting.schemas import OwnReportRow, ReportRow, Sparse
from chalicelib.reporting.table import label_columns


def test_row_starts_with_the_dimensions() -> None:
    assert list(ReportRow.model_fields)[:8] == [
        *("hour", "day", "week", "month", "smartlink", "smartlink_name", "campaign", "campaign_name"),
    ]


@pytest.mark.parametrize(("row", "dimensions"), [(ReportRow, ALL), (OwnReportRow, OWN)], ids=["all", "own"])
def test_row_has_every_dimension(row: type[OwnReportRow], dimensions: tuple[str, ...]) -> None:
    assert set(label_columns(dimensions)) <= set(row.model_fields)


def test_row_of_a_publisher_has_no_revenue() -> None:
    assert set(ReportRow.model_fields) - set(OwnReportRow.model_fields) == {
        *("publisher", "publisher_name", "advertiser", "revenue", "profit", "margin"),
    }


def test_unset_fields_are_left_out_of_the_document() -> None:
    class Document(Sparse):
        day: str | None = None
        os: str | None = None

    assert Document(day=None).model_dump_json() == '{"day":null}'
