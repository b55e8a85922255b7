import pytest

from chalicelib.http.request import Request
from chalicelib.http.responses import file_response, security_headers
from chalicelib.http.view import TextResponse
from tests.conftest import Api
from tests.http.support import CAMPAIGN, EVERYWHERE, TextQuery, post_to_view


def test_etag_is_the_version_of_the_document(admin: Api) -> None:
    created = admin.post("/admin/campaigns", CAMPAIGN)
    path = f"/admin/campaigns/{created.json['id']}"
    assert (created.json["version"], created.headers["ETag"]) == (1, '"1"')
    assert admin.get(path).headers["ETag"] == '"1"'
    edited = admin.patch(path, {"name": "B"})
    assert (edited.json["version"], edited.headers["ETag"]) == (2, '"2"')


def test_documents_are_not_cached(admin: Api) -> None:
    document, problem = admin.get("/admin/campaigns"), admin.get("/admin/campaigns/none")
    assert (document.status, document.headers["Cache-Control"]) == (200, "no-store")
    assert (problem.status, problem.headers["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize("accept", [None, "*/*", "image/gif", "text/html"])
def test_file_is_returned_whatever_the_caller_accepts(monkeypatch: pytest.MonkeyPatch, accept: str | None) -> None:
    def picture(request: Request, query: TextQuery) -> TextResponse:
        return TextResponse("GIF89a\x00", "image/gif", {"Cache-Control": "no-store"})

    headers = {} if accept is None else {"Accept": accept}
    response = post_to_view(monkeypatch, picture, b"", **headers)
    assert (response.status, response.text) == (200, "GIF89a\x00")
    assert response.headers == {**EVERYWHERE, "Content-Type": "image/gif", "Cache-Control": "no-store"}


@pytest.mark.parametrize(
    ("named", "status", "body"),
    [
        pytest.param('"1"', 304, "", id="the tag"),
        pytest.param('"0", W/"1"', 304, "", id="the tag of a compressed copy, among others"),
        pytest.param("*", 304, "", id="any tag"),
        pytest.param('"0"', 200, "page", id="another tag"),
        pytest.param("", 200, "page", id="no tag"),
    ],
)
def test_file_that_the_caller_has_is_not_sent_again(named: str, status: int, body: str) -> None:
    response = file_response(TextResponse("page", "text/html", {"ETag": '"1"'}), 200, named)
    assert (response.status_code, response.body, response.headers["ETag"]) == (status, body, '"1"')


def test_file_without_a_tag_is_always_sent() -> None:
    assert file_response(TextResponse("page", "text/html"), 200, "*").status_code == 200


@pytest.mark.parametrize(
    ("base_url", "transport"),
    [
        ("https://api.example", {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}),
        ("http://api1.execute-api.localhost:4566", {}),
    ],
)
def test_https_is_required_from_the_first_response_over_https(base_url: str, transport: dict[str, str]) -> None:
    assert security_headers(base_url) == {**EVERYWHERE, **transport}


@pytest.mark.parametrize(
    ("path", "status"), [("/health", 200), ("/admin/campaigns", 401), ("/docs/none", 404), ("/postback", 422)]
)
def test_every_response_of_the_api_has_the_security_headers(path: str, status: int) -> None:
    response = Api().get(path, X_Forwarded_Proto="https")
    assert response.status == status
    assert security_headers("https://api.example").items() <= response.headers.items()
