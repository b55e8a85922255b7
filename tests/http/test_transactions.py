import base64
import json
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.applications import views
from chalicelib.admin.applications.schemas import ApplicationQuery
from chalicelib.admin.campaigns import storage
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.models import ListQuery
from chalicelib.http.pagination import PAGE_BYTES, PagedQuery, fetch_page, year_partitions
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import ApplicationRow
from tests.builders import campaign_settings

YEARS = (2026, 2027, 2028, 2029)


def a_request(year: int = 2029) -> Request:
    return Request(
        endpoint=ENDPOINTS[0],
        owner="admin",
        now=datetime(year, 6, 1, tzinfo=UTC),
        base_url="https://api.example",
        if_match=None,
        idempotency=None,
        entropy=os.urandom,
    )


def a_listing(rows: dict[str, list[str]], name: str = "things", *, newest_first: bool = True) -> PagedQuery:
    """A list of texts kept by year, in ascending order, as an index keeps them."""

    def query(year: str, after: str | None, limit: int) -> Iterable[str]:
        if newest_first:
            return [each for each in reversed(rows[year]) if after is None or each < after][:limit]
        return [each for each in rows[year] if after is None or each > after][:limit]

    return PagedQuery(name, year_partitions(a_request(), newest_first=newest_first), query, lambda row: row)


def read_through(listing: PagedQuery, limit: int) -> list[list[Any]]:
    found, query = [], ListQuery(limit=limit)
    for _ in range(100):
        rows, cursor = fetch_page(listing, query)
        found.append(rows)
        if cursor is None:
            return found
        query = ListQuery(limit=limit, cursor=cursor)
    raise AssertionError(listing.name)


def test_a_list_is_cut_by_year_from_the_first_to_the_present() -> None:
    assert year_partitions(a_request(2026)) == ["2026"]
    assert year_partitions(a_request(2029)) == ["2029", "2028", "2027", "2026"]
    assert year_partitions(a_request(2028), newest_first=False) == ["2026", "2027", "2028"]


@given(
    counts=st.tuples(*[st.integers(0, 7)] * len(YEARS)),
    limit=st.integers(1, 30),
    newest_first=st.booleans(),
)
def test_every_row_is_listed_once_and_in_order_for_any_limit(
    counts: tuple[int, ...],
    limit: int,
    newest_first: bool,
) -> None:
    rows = {str(year): [f"{year}-{n}" for n in range(count)] for year, count in zip(YEARS, counts, strict=True)}
    listed = read_through(a_listing(rows, newest_first=newest_first), limit)
    everything = [each for year in rows.values() for each in year]
    assert [each for rows in listed for each in rows] == (everything[::-1] if newest_first else everything)
    assert all(len(rows) == limit for rows in listed[:-1])
    assert len(listed[-1]) >= min(1, len(everything))


def test_a_list_that_ends_with_its_page_has_no_next_one() -> None:
    rows = {str(year): ["a", "b"] for year in YEARS}
    assert fetch_page(a_listing(rows), ListQuery(limit=8)) == (["b", "a"] * 4, None)


def test_a_page_asks_each_year_for_no_more_than_it_still_needs() -> None:
    listing = a_listing({str(year): ["a", "b"] for year in YEARS})
    asked: list[tuple[str, int]] = []

    def query(year: str, after: str | None, limit: int) -> Iterable[str]:
        asked.append((year, limit))
        return listing.query(year, after, limit)

    fetch_page(replace(listing, query=query), ListQuery(limit=3))
    assert asked == [("2029", 4), ("2028", 2)]


def test_a_page_of_large_rows_ends_where_an_answer_would_grow_too_large() -> None:
    rows = {str(year): ["a", "b", "c"] for year in YEARS}
    large = replace(a_listing(rows), size=lambda _: PAGE_BYTES // 4)
    assert [len(page) for page in read_through(large, limit=5)] == [4, 4, 4]


def test_a_row_larger_than_a_page_has_one_to_itself() -> None:
    rows = {str(year): ["a", "b"] if year == 2029 else [] for year in YEARS}
    large = replace(a_listing(rows), size=lambda _: PAGE_BYTES + 1)
    assert read_through(large, limit=5) == [["b"], ["a"]]


def test_a_row_added_while_one_reads_is_neither_repeated_nor_in_the_way() -> None:
    rows = {str(year): [f"{year}-{n}" for n in range(1, 3)] for year in YEARS}
    first, cursor = fetch_page(a_listing(rows), ListQuery(limit=3))
    rows["2029"].append("2029-9")
    second, _ = fetch_page(a_listing(rows), ListQuery(limit=3, cursor=cursor))
    assert [*first, *second] == ["2029-2", "2029-1", "2028-2", "2028-1", "2027-2", "2027-1"]


def test_a_cursor_outlives_the_turn_of_the_year() -> None:
    rows = {str(year): ["a", "b"] for year in YEARS}
    listing = a_listing(rows)
    in_2028 = replace(listing, partitions=year_partitions(a_request(2028)))
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
        pytest.param(_cursor(["others", "2028", "a"]), id="of another list"),
        pytest.param(base64.b64encode(b"[" * 740).decode(), id="nested deep"),
    ],
)
def test_a_cursor_that_this_list_did_not_give_is_refused(cursor: str) -> None:
    listing = a_listing({str(year): ["a"] for year in YEARS})
    with pytest.raises(ValidationFailed) as refused:
        fetch_page(listing, ListQuery(cursor=cursor))
    assert refused.value.errors == (("/cursor", "is not a cursor of this list"),)


# The same over the tables


def _a_campaign(campaign_id: str, year: int) -> None:
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
def test_the_campaigns_of_several_years_are_listed_newest_first(limit: int) -> None:
    for year, names in ((2026, "ab"), (2028, "c"), (2029, "de")):
        for name in names:
            _a_campaign(f"cmp_{name}", year)
    listed, query = "", ListQuery(limit=limit)
    for _ in range(5):
        rows, cursor = storage.campaigns(a_request(), query)
        listed += "".join(row.id[-1] for row in rows)
        query = ListQuery(limit=limit, cursor=cursor)
        if cursor is None:
            break
    assert (listed, cursor) == ("edcba", None)


def _an_application(application_id: str, year: int, status: str) -> None:
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
def test_a_cursor_of_another_filter_is_refused() -> None:
    for n, year in enumerate(YEARS):
        _an_application(f"app_{n}", year, "pending")
    _, cursor = views.find_page(a_request(), ApplicationQuery(limit=1))
    with pytest.raises(ValidationFailed):
        views.find_page(a_request(), ApplicationQuery(limit=1, cursor=cursor, status=ApplicationStatus.PENDING))


@pytest.mark.usefixtures("tables")
def test_a_filtered_list_fills_its_pages_over_the_years_oldest_first() -> None:
    for n, year in enumerate(YEARS * 2):
        _an_application(f"app_{n}", year, "pending" if n % 2 else "declined")
    query = ApplicationQuery(limit=3, status=ApplicationStatus.PENDING)
    first, cursor = views.find_page(a_request(), query)
    second, end = views.find_page(a_request(), query.model_copy(update={"cursor": cursor}))
    assert [row.id for row in first] == ["app_1", "app_5", "app_3"]
    assert ([row.id for row in second], end) == (["app_7"], None)
