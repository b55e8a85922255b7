import pytest

from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from tests.conftest import Api
from tests.http.support import CAMPAIGN, TextQuery, post_to_view


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
    assert response.headers == {"Content-Type": "image/gif", "Cache-Control": "no-store"}
