import pytest

from chalicelib.admin.applications.schemas import ApplicationQuery
from chalicelib.admin.campaigns.list_schemas import CampaignQuery
from chalicelib.http.models import validate
from chalicelib.lists.query_schemas import SearchPage, SearchQuery, Sort, SortedQuery
from tests.http.support import errors_of


def test_list_is_sorted_newest_first_by_default() -> None:
    assert validate(SortedQuery, {}).sort is Sort.NEWEST


def test_needle_is_compared_without_case() -> None:
    assert validate(SearchQuery, {"q": "\uff27AME"}).needle == "game"
    assert validate(SearchQuery, {}).needle is None


def test_empty_values_are_not_set() -> None:
    assert validate(SearchQuery, {"q": "", "cursor": "", "count": ""}) == SearchQuery()


@pytest.mark.parametrize(
    ("parameters", "is_narrowed"),
    [
        pytest.param({}, False, id="plain"),
        pytest.param({"sort": "name", "limit": 3}, False, id="sorted"),
        pytest.param({"q": "a"}, True, id="searched"),
        pytest.param({"tag": ["a"]}, True, id="filtered"),
        pytest.param({"count": "true"}, True, id="counted"),
    ],
)
def test_list_is_narrowed_if_more_must_be_read_than_a_page(parameters: dict[str, object], *, is_narrowed: bool) -> None:
    assert validate(CampaignQuery, parameters).is_narrowed is is_narrowed


def test_conditions_do_not_depend_on_page_or_order_of_values() -> None:
    one = validate(CampaignQuery, {"tag": ["a", "b"], "limit": 3, "cursor": "x", "count": "true"})
    assert one.conditions == validate(CampaignQuery, {"tag": ["b", "a"]}).conditions
    assert one.conditions != validate(CampaignQuery, {"tag": ["b", "a"], "sort": "name"}).conditions


def test_page_has_no_total_unless_it_was_counted() -> None:
    assert SearchPage(items=[], next_cursor=None).total is None


def test_id_by_which_a_list_is_read_is_limited_in_length() -> None:
    assert errors_of(ApplicationQuery, {"smartlink_id": ["x" * 65], "publisher_id": ["x" * 64]}) == [
        ("/smartlink_id/0", "must have at most 64 characters")
    ]
