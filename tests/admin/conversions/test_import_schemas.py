from chalicelib.admin.conversions.import_schemas import ImportedConversion, ImportResultsQuery
from chalicelib.conversions.imports.rows import COLUMNS


def test_json_rows_have_the_columns_of_a_csv_file() -> None:
    assert tuple(ImportedConversion.model_fields) == COLUMNS


def test_one_page_holds_all_results_by_default() -> None:
    assert ImportResultsQuery().limit == 5_000
