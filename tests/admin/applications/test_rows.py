import pytest

from chalicelib.access.application_entries import application_entries
from chalicelib.admin.applications.rows import Range, of_owners, of_statuses, of_years
from chalicelib.tables.publishers import ApplicationRow
from tests.conftest import empty_tables

YEARS = ("2026", "2027")


@pytest.fixture
def _applications(tables: None) -> None:
    empty_tables()
    for n in range(6):
        row = ApplicationRow(f"app_{n}", pool_id=f"sml_{n % 2}", publisher_id=f"pub_{n % 3}", message="")
        row.status, row.created_year = ("pending", "declined")[n // 2 % 2], YEARS[n // 3]
        row.status_year, row.applied_at = f"{row.status}#{row.created_year}", ""
        row.save()
        for entry in application_entries(row):
            entry.save()


def ids(rows: object) -> str:
    return "".join(row.id[-1] for row in rows)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("_applications")
@pytest.mark.parametrize("size", [1, 2, 100])
def test_applications_are_read_in_both_directions(size: int) -> None:
    assert ids(of_years(YEARS, Range(None, is_descending=False, size=size))) == "012345"
    assert ids(of_years(YEARS[::-1], Range("app_4", is_descending=True, size=size))) == "3210"


@pytest.mark.usefixtures("_applications")
@pytest.mark.parametrize("size", [1, 2, 100])
def test_applications_of_several_statuses_are_merged(size: int) -> None:
    both = ["pending", "declined"]
    assert ids(of_statuses(both, YEARS, Range("app_0", is_descending=False, size=size))) == "12345"
    assert ids(of_statuses(["declined"], YEARS[::-1], Range(None, is_descending=True, size=size))) == "32"


@pytest.mark.usefixtures("_applications")
@pytest.mark.parametrize("size", [1, 2, 100])
def test_applications_of_smartlinks_and_publishers_are_merged(size: int) -> None:
    assert ids(of_owners(["sml_0"], Range(None, is_descending=False, size=size))) == "024"
    assert ids(of_owners(["pub_0", "pub_2"], Range("app_5", is_descending=True, size=size))) == "320"


@pytest.mark.usefixtures("_applications")
def test_entry_without_its_application_is_passed_over() -> None:
    ApplicationRow("app_2").delete()
    assert ids(of_owners(["sml_0"], Range(None, is_descending=False, size=2))) == "04"


def test_queries_that_are_merged_read_one_page_together() -> None:
    span = Range(None, is_descending=False, size=500)
    assert [span.options(n)["page_size"] for n in (1, 3, 50, 501)] == [500, 166, 10, 1]
