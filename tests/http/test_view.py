import pytest

from chalicelib.http.models import NoContent, Patch, RequestModel, ResponseModel
from chalicelib.http.view import ResultWithStatus, TextResponse, ViewSignature, inspect_view


class Settings(RequestModel):
    name: str


class Query(RequestModel):
    limit: int


class Shown(ResponseModel):
    name: str


def create(request: None, body: Settings) -> Shown:
    """Create a thing.

    And more of it.
    """
    raise NotImplementedError


def edit(request: None, body: Patch[Settings]) -> Shown:
    """Change a thing."""
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


def test_a_views_signature_says_what_it_takes_and_gives() -> None:
    assert inspect_view(create) == ViewSignature(
        create, body=Settings, patch=None, query=None, answer=Shown, summary="Create a thing."
    )


def test_a_patch_is_told_from_a_body() -> None:
    assert inspect_view(edit) == ViewSignature(
        edit, body=None, patch=Settings, query=None, answer=Shown, summary="Change a thing."
    )


def test_a_view_without_a_body_takes_none() -> None:
    assert inspect_view(delete) == ViewSignature(delete, None, None, None, NoContent, "Delete a thing.")


def test_a_query_is_known_by_its_name() -> None:
    assert inspect_view(find).query is Query


def test_where_a_view_may_answer_otherwise_its_document_is_the_same() -> None:
    assert inspect_view(apply).answer is Shown


def test_a_text_is_no_document() -> None:
    assert inspect_view(page).answer is None


def test_a_view_without_a_word_has_no_summary() -> None:
    assert inspect_view(apply).summary == ""


@pytest.mark.parametrize("headers", [{}, {"Cache-Control": "no-store"}], ids=["none", "one"])
def test_a_text_has_the_headers_it_is_given(headers: dict[str, str]) -> None:
    assert TextResponse("<p>", "text/html", headers).headers == headers
