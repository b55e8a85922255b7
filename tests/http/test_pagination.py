import base64
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.applications.listing import list_applications
from chalicelib.admin.applications.schemas import ApplicationQuery
from chalicelib.admin.campaigns.list_schemas import CampaignQuery
from chalicelib.admin.campaigns.listing import list_campaigns
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.http import pagination
from chalicelib.http.models import LinkDocument, ListQuery
from chalicelib.http.pagination import PAGE_BYTES, Cursors, PagedQuery, fetch_documents, fetch_page, year_partitions
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import ApplicationRow
from tests.builders import campaign_settings
from tests.http.support import a_request

YEARS = (2026, 2027, 2028, 2029)


def in_year(year: int) -> Request:
    return a_request(now=datetime(year, 6, 1, tzinfo=UTC))


def a_list(rows: dict[str, list[str]], name: str = "things", *, newest_first: bool = True) -> PagedQuery:
    """A list of texts by year, each year in ascending order."""

    def query(year: str, after: str | None, limit: int) -> Iterable[str]:
        if newest_first:
            return [row for row in reversed(rows[year]) if after is None or row < after][:limit]
        return [row for row in rows[year] if after is None or row > after][:limit]

    return PagedQuery(name, year_partitions(a_request(), newest_first=newest_first), query, lambda row: row)


def all_pages(listing: PagedQuery, limit: int) -> list[list[Any]]:
    pages, query = [], ListQuery(limit=limit)
    for _ in range(100):
        rows, cursor = fetch_page(listing, query)
        pages.append(rows)
        if cursor is None:
            return pages
        query = ListQuery(limit=limit, cursor=cursor)
    raise AssertionError(listing.name)


def test_yearly_partitions_run_from_the_first_year_to_the_present() -> None:
    assert year_partitions(in_year(2026)) == ["2026"]
    assert year_partitions(in_year(2029)) == ["2029", "2028", "2027", "2026"]
    assert year_partitions(in_year(2028), newest_first=False) == ["2026", "2027", "2028"]


@given(
    counts=st.tuples(*[st.integers(0, 7)] * len(YEARS)),
    limit=st.integers(1, 30),
    newest_first=st.booleans(),
)
def test_every_row_is_listed_once_in_order_for_any_limit(
    counts: tuple[int, ...],
    limit: int,
    newest_first: bool,
) -> None:
    rows = {str(year): [f"{year}-{n}" for n in range(count)] for year, count in zip(YEARS, counts, strict=True)}
    listed = all_pages(a_list(rows, newest_first=newest_first), limit)
    expected = [row for year in rows.values() for row in year]
    assert [row for page in listed for row in page] == (expected[::-1] if newest_first else expected)
    assert all(len(page) == limit for page in listed[:-1])
    assert len(listed[-1]) >= min(1, len(expected))


def test_last_full_page_has_no_cursor() -> None:
    rows = {str(year): ["a", "b"] for year in YEARS}
    assert fetch_page(a_list(rows), ListQuery(limit=8)) == (["b", "a"] * 4, None)


def test_each_year_is_queried_for_the_missing_rows_only() -> None:
    listing = a_list({str(year): ["a", "b"] for year in YEARS})
    queries: list[tuple[str, int]] = []

    def query(year: str, after: str | None, limit: int) -> Iterable[str]:
        queries.append((year, limit))
        return listing.query(year, after, limit)

    fetch_page(replace(listing, query=query), ListQuery(limit=3))
    assert queries == [("2029", 4), ("2028", 2)]


def test_page_of_large_rows_is_limited_by_size() -> None:
    rows = {str(year): ["a", "b", "c"] for year in YEARS}
    large = replace(a_list(rows), size=lambda _: PAGE_BYTES // 4)
    assert [len(page) for page in all_pages(large, limit=5)] == [3, 3, 3, 3]


def test_row_larger_than_a_page_has_its_own_page() -> None:
    rows = {str(year): ["a", "b"] if year == 2029 else [] for year in YEARS}
    large = replace(a_list(rows), size=lambda _: PAGE_BYTES + 1)
    assert all_pages(large, limit=5) == [["b"], ["a"]]


def test_row_added_between_pages_changes_no_later_page() -> None:
    rows = {str(year): [f"{year}-{n}" for n in range(1, 3)] for year in YEARS}
    first, cursor = fetch_page(a_list(rows), ListQuery(limit=3))
    rows["2029"].append("2029-9")
    second, _ = fetch_page(a_list(rows), ListQuery(limit=3, cursor=cursor))
    assert [*first, *second] == ["2029-2", "2029-1", "2028-2", "2028-1", "2027-2", "2027-1"]


def test_cursor_is_valid_after_the_turn_of_the_year() -> None:
    rows = {str(year): ["a", "b"] for year in YEARS}
    listing = a_list(rows)
    in_2028 = replace(listing, partitions=year_partitions(in_year(2028)))
    _, cursor = fetch_page(in_2028, ListQuery(limit=1))
    assert fetch_page(listing, ListQuery(limit=200, cursor=cursor))[0] == ["a", *["b", "a"] * 2]


def _cursor(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("", id="empty"),
        pytest.param("rubbish", id="rubbish"),
        pytest.param("ключ", id="another alphabet"),
        pytest.param("////", id="another base 64"),
        pytest.param(_cursor(None), id="null"),
        pytest.param(_cursor(["things", "2028"]), id="too short"),
        pytest.param(_cursor(["things", "2028", "a", "b"]), id="too long"),
        pytest.param(_cursor({"a": 1, "b": 2, "c": 3}), id="an object"),
        pytest.param(_cursor(["things", "2025", "a"]), id="a year that is not in the list"),
        pytest.param(_cursor(["things", None, "a"]), id="no partition"),
        pytest.param(_cursor(["things", ["2028"], "a"]), id="a list for a partition"),
        pytest.param(_cursor(["things", "2028", 7]), id="a number for a position"),
        pytest.param(_cursor(["things", "2028", None]), id="no position"),
        pytest.param(_cursor(["others", "2028", "a"]), id="another list"),
        pytest.param(base64.b64encode(b"[" * 740).decode(), id="nested deep"),
    ],
)
def test_cursor_of_another_list_is_rejected(cursor: str) -> None:
    things = a_list({str(year): ["a"] for year in YEARS})
    with pytest.raises(ValidationFailed) as raised:
        fetch_page(things, ListQuery(cursor=cursor))
    assert raised.value.errors == (("/cursor", "is not a cursor of this list"),)


# Documents, and cursors of searches


def documents_of(rows: Iterable[str]) -> Iterable[LinkDocument]:
    return (LinkDocument(code=row, url="é") for row in rows)


def test_page_of_documents_is_measured_as_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(LinkDocument(code="a", url="é").model_dump_json().encode())
    monkeypatch.setattr(pagination, "PAGE_BYTES", 2 * size + 2)
    things = a_list({str(year): ["a", "b", "c"] if year == 2029 else [] for year in YEARS})
    page = fetch_documents(things, ListQuery(limit=3), documents_of)
    assert [each.code for each in page.items] == ["c", "b"]
    rest = fetch_documents(things, ListQuery(limit=3, cursor=page.next_cursor), documents_of)
    assert ([each.code for each in rest.items], rest.next_cursor) == (["a"], None)


def test_cursor_of_a_search_holds_position_and_total() -> None:
    cursors = Cursors("things", {"q": "a"})
    assert cursors.decode(cursors.encode("Ä", 7)) == ("Ä", 7)
    assert cursors.decode(None) == (None, None)


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param(Cursors("things", {"q": "b"}).encode("a", None), id="another search"),
        pytest.param(Cursors("others", {"q": "a"}).encode("a", None), id="another list"),
        pytest.param("rubbish", id="rubbish"),
        pytest.param(_cursor([Cursors("things", {"q": "a"})._digest(), 7, None]), id="a number for a position"),
        pytest.param(_cursor([Cursors("things", {"q": "a"})._digest(), "a", "7"]), id="a text for a total"),
    ],
)
def test_cursor_of_another_search_is_rejected(cursor: str) -> None:
    with pytest.raises(ValidationFailed):
        Cursors("things", {"q": "a"}).decode(cursor)


# Lists in DynamoDB tables


def _add_campaign(campaign_id: str, year: int) -> None:
    at = f"{year}-06-01T00:00:00.000Z"
    CampaignRow(
        campaign_id,
        version=1,
        settings=campaign_settings(name=campaign_id),
        postback_token="made-up",
        created_year=str(year),
        created_at=at,
        updated_at=at,
    ).save()


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 200])
def test_campaigns_of_several_years_are_listed_newest_first(limit: int) -> None:
    for year, names in ((2026, "ab"), (2028, "c"), (2029, "de")):
        for name in names:
            _add_campaign(f"cmp_{name}", year)
    listed, query = "", CampaignQuery(limit=limit)
    for _ in range(5):
        page = list_campaigns(a_request(), query)
        listed += "".join(row.id[-1] for row in page.items)
        query = CampaignQuery(limit=limit, cursor=page.next_cursor)
        if page.next_cursor is None:
            break
    assert (listed, page.next_cursor) == ("edcba", None)


def _add_application(application_id: str, year: int, status: str) -> None:
    ApplicationRow(
        application_id,
        pool_id="sml_1",
        publisher_id="pub_1",
        message="",
        status=status,
        status_year=f"{status}#{year}",
        created_year=str(year),
        applied_at=f"{year}-06-01T00:00:00.000Z",
    ).save()


@pytest.mark.usefixtures("tables")
def test_cursor_of_another_filter_is_rejected() -> None:
    for n, year in enumerate(YEARS):
        _add_application(f"app_{n}", year, "pending")
    cursor = list_applications(a_request(), ApplicationQuery(limit=1)).next_cursor
    with pytest.raises(ValidationFailed):
        list_applications(a_request(), ApplicationQuery(limit=1, cursor=cursor, status=[ApplicationStatus.PENDING]))


@pytest.mark.usefixtures("tables")
def test_filtered_list_fills_pages_across_years_oldest_first() -> None:
    for n, year in enumerate(YEARS * 2):
        _add_application(f"app_{year}_{n}", year, "pending" if n % 2 else "declined")
    query = ApplicationQuery(limit=3, status=[ApplicationStatus.PENDING])
    first = list_applications(a_request(), query)
    second = list_applications(a_request(), query.model_copy(update={"cursor": first.next_cursor}))
    assert [row.id for row in first.items] == ["app_2027_1", "app_2027_5", "app_2029_3"]
    assert ([row.id for row in second.items], second.next_cursor) == (["app_2029_7"], None)


@pytest.mark.parametrize("position", ["", "\ud800", None, 1], ids=["empty", "no Unicode", "null", "a number"])
def test_position_that_is_no_key_is_no_position(position: Any) -> None:
    text = json.dumps([json.loads(_decoded(Cursors("letters").encode("a", None)))[0], position, None])
    with pytest.raises(ValidationFailed):
        Cursors("letters").decode(base64.urlsafe_b64encode(text.encode()).decode())


def _decoded(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
