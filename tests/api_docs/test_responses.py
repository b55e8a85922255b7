from typing import Any

import pytest

from chalicelib.endpoints import ENDPOINTS
from tests.api_docs.support import check, operation, response_of
from tests.conftest import Api, ApiResponse
from tests.documents import apply, good, new_campaign, new_publisher, new_smartlink, pending


def test_problems_of_an_endpoint_are_described() -> None:
    for endpoint in ENDPOINTS:
        responses = operation(endpoint.path, endpoint.method)["responses"]
        expected = {str(status) for status in (endpoint.status, *endpoint.also)}
        if endpoint.audience in {"admin", "publisher"}:
            expected |= {"401", "403", "503"}
        if "{" in endpoint.path:
            expected |= {"404"}
        if endpoint.method in {"POST", "PATCH", "PUT"}:
            expected |= {"400", "413", "422"}
        assert expected <= set(responses), endpoint


def test_pause_and_resume_have_if_match_and_412() -> None:
    for verb in ("pause", "resume"):
        described = operation(f"/admin/smartlinks/{{smartlink_id}}/{verb}", "post")
        assert "If-Match" in {each["name"] for each in described["parameters"]}
        assert "412" in described["responses"]


def test_pixel_has_no_problem_response() -> None:
    assert set(operation("/pixel.gif", "get")["responses"]) == {"200", "429"}


@pytest.mark.parametrize(
    ("path", "status", "headers"),
    [
        ("/admin/smartlinks/{smartlink_id}", 200, {"ETag"}),
        ("/admin/clicks", 200, {"Link"}),
        ("/admin/clicks", 401, {"WWW-Authenticate"}),
        ("/admin/clicks", 429, {"Retry-After"}),
        ("/admin/clicks", 503, {"Retry-After"}),
        ("/admin/clicks", 403, set()),
        ("/openapi.json", 200, {"ETag", "Cache-Control"}),
        ("/docs/{asset}", 304, {"ETag", "Cache-Control"}),
        ("/health", 200, set()),
    ],
)
def test_headers_of_a_response_are_described(path: str, status: int, headers: set[str]) -> None:
    described = response_of(path, "get", status).get("headers", {})
    assert {name: each["$ref"] for name, each in described.items()} == {
        name: f"#/components/headers/{name}" for name in headers
    }


def test_list_that_is_also_a_file_has_both_types() -> None:
    content = response_of("/admin/clicks", "get", 200)["content"]
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/ClickList"}
    assert content["text/csv"]["schema"]["type"] == "string"


def test_real_responses_match_the_document(admin: Api) -> None:
    campaign = new_campaign(admin, caps=[{"metric": "clicks", "window": "day", "limit": "9"}])
    smartlink, publisher = new_smartlink(admin, campaign), new_publisher(admin)
    ids = {"campaign_id": campaign["id"], "smartlink_id": smartlink["id"], "publisher_id": publisher.id}
    asked = good(apply(publisher, smartlink))
    ids["application_id"] = pending(admin)[0]
    assert asked["status"] == "pending"

    def call(api: Api, method: str, path: str, body: Any = None, **headers: str) -> ApiResponse:
        response = api.call(method, path.format(**ids), body, **headers)
        check(path.partition("?")[0], method, response)
        return response

    member = "/admin/smartlinks/{smartlink_id}/publishers"
    call(admin, "GET", "/admin/applications?status=pending&limit=1")
    call(admin, "POST", "/admin/applications/{application_id}/approve")
    call(admin, "POST", "/admin/applications/{application_id}/decline", {})
    call(publisher.api, "POST", "/publisher/smartlinks/{smartlink_id}/apply", {})
    call(publisher.api, "GET", "/publisher/smartlinks")
    call(publisher.api, "GET", "/publisher/smartlinks/{smartlink_id}")
    call(publisher.api, "GET", "/publisher/me")
    call(publisher.api, "POST", "/publisher/me/keys")
    call(admin, "GET", member)
    call(admin, "POST", member, {"publisher_id": ids["publisher_id"]})
    call(admin, "POST", "/admin/smartlinks/{smartlink_id}/simulate", {"country": "US", "draw": 0.5})
    call(admin, "POST", "/admin/smartlinks/{smartlink_id}/pause")
    call(admin, "POST", "/admin/smartlinks/{smartlink_id}/resume")
    call(admin, "PATCH", "/admin/smartlinks/{smartlink_id}", {"name": "B"}, If_Match='"1"')
    call(admin, "PATCH", "/admin/smartlinks/{smartlink_id}", {"name": None})
    call(admin, "PATCH", "/admin/smartlinks/{smartlink_id}", {"fallback_url": None})
    call(admin, "GET", "/admin/smartlinks")
    call(admin, "DELETE", "/admin/campaigns/{campaign_id}")
    call(admin, "PATCH", "/admin/campaigns/{campaign_id}", {"status": "archived"})
    call(admin, "PATCH", "/admin/campaigns/{campaign_id}", {"duplicate_filter": {"window_seconds": 1}})
    call(admin, "GET", "/admin/campaigns?limit=0")
    for path in ("", "/{publisher_id}/campaigns", "/{publisher_id}/smartlinks"):
        call(admin, "GET", f"/admin/publishers{path}")
    terms = "/admin/publishers/{publisher_id}/terms/{campaign_id}"
    call(admin, "PUT", terms, {"payout": "2", "caps": [{"metric": "clicks", "window": "day", "limit": "9"}]})
    call(admin, "POST", "/admin/publishers/{publisher_id}/campaigns", {"campaign_id": campaign["id"]})
    call(admin, "DELETE", member + "/{publisher_id}")
    call(admin, "DELETE", member + "/{publisher_id}")
    call(admin, "DELETE", "/admin/smartlinks/{smartlink_id}")
    call(admin, "GET", "/admin/smartlinks/{smartlink_id}")
    call(admin, "POST", "/admin/publishers", b"{")
    call(admin, "POST", "/admin/publishers", b" " * 2_000_000)
    call(admin, "PUT", terms, {"payout": "-1"})
    call(admin, "GET", terms)
    call(admin, "GET", "/admin/publishers/{publisher_id}/terms")
    call(publisher.api, "GET", "/admin/publishers")
    call(Api(), "GET", "/publisher/me")
    call(Api(), "GET", "/health")
    call(Api(), "GET", "/openapi.json")
    call(Api(), "GET", "/docs")
