import pytest

from chalicelib.admin.refused_postbacks.schemas import RefusedPostbackQuery
from tests.http.support import errors_of


def test_empty_parameters_are_not_set() -> None:
    assert RefusedPostbackQuery.model_validate({"campaign_id": "", "from": ""}) == RefusedPostbackQuery()


@pytest.mark.parametrize("name", ["reason", "click_id"])
def test_unknown_filter_is_an_error(name: str) -> None:
    assert errors_of(RefusedPostbackQuery, {name: "x"}) == [(f"/{name}", "is not a known field")]


def test_long_campaign_id_is_an_error() -> None:
    errors = [("/campaign_id", "must have at most 64 characters")]
    assert errors_of(RefusedPostbackQuery, {"campaign_id": "x" * 65}) == errors
