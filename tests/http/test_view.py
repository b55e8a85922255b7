import pytest

from chalicelib.http.models import Body, NoContent, Patch, RequestModel, ResponseModel
from chalicelib.http.view import ResultWithStatus, TextResponse, ViewSignature, changes_data_by_get, inspect_view


class Settings(RequestModel):
    name: str


class Query(RequestModel):
    limit: int


class Shown(ResponseModel):
    name: str


def create(request: None, body: Settings) -> Shown:
    """Create a thing.

    More about it.
    """
    raise NotImplementedError


def edit(request: None, body: Patch[Settings]) -> Shown:
    """Change a thing."""
    raise NotImplementedError


def check(request: None, body: Body[Settings]) -> Shown:
    """Create a thing that refers to others."""
    raise NotImplementedError


def find(request: None, query: Query) -> Shown:
    """List the things."""
    raise NotImplementedError


def apply(request: None) -> Shown | ResultWithStatus[Shown]:
    raise NotImplementedError


def delete(request: None) -> NoContent:
    """Delete a thing."""
    raise NotImplementedError


def page(request: None) -> TextResponse:
    """Show a page."""
    raise NotImplementedError


def test_signature_has_the_models_of_body_and_response() -> None:
    assert inspect_view(create) == ViewSignature(
        create, body=Settings, patch=None, query=None, response=Shown, summary="Create a thing."
    )


def test_patch_is_not_a_body() -> None:
    assert inspect_view(edit) == ViewSignature(
        edit, body=None, patch=Settings, query=None, response=Shown, summary="Change a thing."
    )


def test_view_may_validate_its_body_itself() -> None:
    assert inspect_view(check) == ViewSignature(
        check, Settings, None, None, Shown, "Create a thing that refers to others.", validates_body=True
    )


def test_view_without_a_body_has_no_body_model() -> None:
    assert inspect_view(delete) == ViewSignature(delete, None, None, None, NoContent, "Delete a thing.")


def test_query_is_the_argument_of_this_name() -> None:
    assert inspect_view(find).query is Query


def test_result_with_status_has_the_same_response_model() -> None:
    assert inspect_view(apply).response is Shown


def test_text_has_no_response_model() -> None:
    assert inspect_view(page).response is None


def test_view_is_marked_if_its_get_has_an_effect() -> None:
    def count(request: None) -> Shown:
        raise NotImplementedError

    assert not inspect_view(count).changes_data_by_get
    assert inspect_view(changes_data_by_get(count)).changes_data_by_get


def test_view_without_a_docstring_has_no_summary() -> None:
    assert inspect_view(apply).summary == ""


@pytest.mark.parametrize("headers", [{}, {"Cache-Control": "no-store"}], ids=["none", "one"])
def test_text_has_its_headers(headers: dict[str, str]) -> None:
    assert TextResponse("<p>", "text/html", headers).headers == headers
