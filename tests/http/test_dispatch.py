import re
from datetime import UTC, datetime
from typing import Any

import pytest

import app
from chalicelib.admin.campaigns import storage
from chalicelib.endpoint import Endpoint
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http import authentication, dispatch
from chalicelib.http.request_parsing import MAX_BODY
from chalicelib.lists.index_job import index_lists, run_until
from chalicelib.tables.publishers import ApiKeyRow
from tests.conftest import Api, ApiResponse, dynamodb, table_definitions
from tests.documents import (
    add_publisher,
    clicked,
    good,
    new_campaign,
    new_link,
    new_publisher,
    new_smartlink,
    recorded,
    set_terms,
)
from tests.http.support import EVERYWHERE, problem_detail
from tests.people import stored_key, stored_publisher
from tests.tracking_domains.rows import an_active_domain

GUARDED = [endpoint for endpoint in ENDPOINTS if endpoint.audience in {"admin", "publisher"}]


def a_key(role: authentication.Role) -> str:
    owner = "admin" if role is authentication.Role.ADMIN else stored_publisher().id
    return stored_key(role, owner).text


def send(endpoint: Endpoint, key: str = "", body: Any = None) -> ApiResponse:
    return Api(key).call(endpoint.method, endpoint.path.replace("{", "").replace("}", ""), body)


# Keys


@pytest.mark.usefixtures("tables")
def test_guarded_endpoint_rejects_a_request_without_a_key() -> None:
    for endpoint in GUARDED:
        response = send(endpoint)
        assert "Bearer" in problem_detail(response, 401), endpoint
        assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.usefixtures("tables")
def test_guarded_endpoint_rejects_a_key_of_another_role() -> None:
    keys = {"admin": a_key(authentication.Role.PUBLISHER), "publisher": a_key(authentication.Role.ADMIN)}
    for endpoint in GUARDED:
        detail = problem_detail(send(endpoint, keys[endpoint.audience]), 403)
        assert detail.startswith("This endpoint requires a"), endpoint


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("body", [b"{", b"x" * (MAX_BODY + 1), b"\xff"], ids=["malformed", "too large", "not UTF-8"])
def test_key_is_checked_before_the_body(body: bytes) -> None:
    assert Api().post("/admin/campaigns", body).status == 401
    assert Api(a_key(authentication.Role.PUBLISHER)).post("/admin/campaigns", body).status == 403


@pytest.mark.usefixtures("tables")
def test_open_endpoints_need_no_key() -> None:
    for path in ("/health", "/openapi.json", "/docs"):
        assert Api().get(path).status == 200


def test_id_of_more_than_200_characters_is_not_found(admin: Api) -> None:
    response = admin.get(f"/admin/campaigns/{'x' * 3000}")
    assert (response.status, response.json["detail"]) == (404, "An ID has at most 200 characters.")


# Errors


def test_internal_error_is_logged_and_hidden_from_the_caller(
    admin: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(storage, "get_campaign_or_404", lambda _: 1 / 0)
    response = admin.get("/admin/campaigns/cmp_1")
    assert problem_detail(response, 500) == "Internal error. It was logged. Try again later."
    assert "division" not in response.text
    assert "division" in caplog.text


def test_unavailable_table_is_a_temporary_failure(admin: Api) -> None:
    dynamodb().delete_table(TableName="smartlink-campaigns")
    response = admin.get("/admin/campaigns")
    assert "temporarily unavailable" in problem_detail(response, 503)
    assert response.headers["Retry-After"] == "1"
    assert "smartlink-campaigns" not in response.text


def test_failed_write_is_a_temporary_failure(admin: Api) -> None:
    dynamodb().delete_table(TableName="smartlink-publishers")
    response = admin.post("/admin/publishers", {"name": "Ann", "email": "ann@pub.example"})
    assert "temporarily unavailable" in problem_detail(response, 503)
    assert len(list(ApiKeyRow.scan())) == 1


# HEAD


API_EVENT: dict[str, Any] = {
    "httpMethod": "HEAD",
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "pathParameters": None,
    "stageVariables": None,
    "requestContext": {"httpMethod": "HEAD", "stage": "api", "identity": {"sourceIp": "203.0.113.7"}},
    "body": None,
    "isBase64Encoded": False,
}
"""What API Gateway sends to the Lambda for HEAD."""

READABLE = [endpoint for endpoint in ENDPOINTS if endpoint.method == "GET"]
WITH_EFFECT = ["/postback", "/pixel.gif"]
QUERIES = {
    "/admin/reports": "?from=2026-11-01&to=2026-11-02&format=csv",
    "/publisher/reports": "?from=2026-11-01&to=2026-11-02",
    "/admin/clicks": "?limit=1&format=csv",
    "/admin/conversions": "?limit=0",
}


@pytest.fixture
def world(admin: Api) -> dict[str, str]:
    """IDs of one resource of each kind that a click and a conversion leave, and the key of their publisher."""
    campaign = new_campaign(admin)
    smartlink, publisher = new_smartlink(admin, campaign), new_publisher(admin)
    good(publisher.api.get("/publisher/me"))  # the first request of a day stores the use of the key
    clicked(add_publisher(admin, smartlink, publisher))
    (click_id,) = recorded()
    sent = f"click_id={click_id}&token={campaign['postback_token']}"
    good(Api().get(f"/postback?{sent}"))
    set_terms(admin, publisher.id, campaign, payout="2")
    ids = {"campaign_id": campaign["id"], "smartlink_id": smartlink["id"], "publisher_id": publisher.id}
    return {
        **ids,
        "click_id": click_id,
        "asset": "start.js",
        "import_id": "none",
        "domain_id": an_active_domain().id,
        "user_id": "admin",
        "version": "1",
        "key": publisher.api.key,
    }


def everything_stored() -> dict[str, Any]:
    """All items of all tables."""
    return {name: dynamodb().scan(TableName=f"smartlink-{name}")["Items"] for name in table_definitions()}


def url_of(endpoint: Endpoint, world: dict[str, str]) -> str:
    path = re.sub(r"{(\w+)}", lambda name: world.get(name[1], "none"), endpoint.path)
    return path + QUERIES.get(endpoint.path, "")


def test_head_has_status_and_headers_of_get_without_a_body(admin: Api, world: dict[str, str]) -> None:
    keys = {"admin": admin.key, "publisher": world["key"]}
    index_lists(datetime.now(UTC), run_until())  # the first GET of a list would do it
    stored, refused = everything_stored(), dict[str, int]()
    for endpoint in READABLE:
        if endpoint.path in WITH_EFFECT:
            continue
        api, url = Api(keys.get(endpoint.audience, "")), url_of(endpoint, world)
        answer, head = api.get(url), api.call("HEAD", url)
        assert (head.status, head.headers, head.text) == (answer.status, answer.headers, ""), endpoint
        assert answer.text, endpoint
        refused |= {} if answer.status == 200 else {endpoint.path: answer.status}
    assert everything_stored() == stored
    deliveries = "/publisher/postbacks/{postback_id}/deliveries"
    assert refused == {"/admin/conversions": 422, "/admin/conversions/imports/{import_id}": 404, deliveries: 404}


@pytest.mark.usefixtures("tables")
def test_head_needs_the_key_that_get_needs() -> None:
    keys = ["", "slk_admin_wrong", a_key(authentication.Role.ADMIN), a_key(authentication.Role.PUBLISHER)]
    for key in keys:
        for path in ("/admin/campaigns", "/publisher/me", "/admin/campaigns/none"):
            answer, head = Api(key).get(path), Api(key).call("HEAD", path)
            assert (head.status, head.headers, head.text) == (answer.status, answer.headers, ""), (key, path)


def test_head_has_the_etag(admin: Api) -> None:
    path = f"/admin/campaigns/{new_campaign(admin)['id']}"
    assert admin.call("HEAD", path).headers["ETag"] == '"1"'


def test_head_of_a_failure_has_no_body(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "get_campaign_or_404", lambda _: 1 / 0)
    head = admin.call("HEAD", "/admin/campaigns/cmp_1")
    assert (head.status, head.text, head.headers["Content-Type"]) == (500, "", "application/problem+json")


def test_lambda_gets_an_empty_body_that_is_not_encoded(admin: Api) -> None:
    for path in ("/pixel.gif", "/docs", "/admin/campaigns"):
        event = {**API_EVENT, "resource": path, "path": path, "headers": {"Authorization": f"Bearer {admin.key}"}}
        event["multiValueHeaders"] = {name: [value] for name, value in event["headers"].items()}
        event["requestContext"] = {**API_EVENT["requestContext"], "resourcePath": path}
        returned = app.app(event, None)
        assert (returned["statusCode"], returned["body"]) == (200, "")
        assert "isBase64Encoded" not in returned


def test_head_is_refused_where_get_is(admin: Api) -> None:
    for endpoint in ENDPOINTS:
        if (endpoint.path, "GET") not in {(each.path, each.method) for each in READABLE}:
            assert admin.call("HEAD", url_of(endpoint, {})).status == 405, endpoint


def test_get_of_two_endpoints_has_an_effect() -> None:
    marked = [endpoint.path for endpoint in READABLE if dispatch.load_view(endpoint).changes_data_by_get]
    assert marked == WITH_EFFECT


@pytest.mark.parametrize("path", WITH_EFFECT)
@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="no parameters"),
        pytest.param("click_id={click_id}&token={token}&campaign_id={campaign_id}", id="all that GET needs"),
        pytest.param("click_id={click_id}&token=wrong&payout=-1&campaign_id=none", id="what GET refuses and lists"),
    ],
)
def test_head_of_an_endpoint_with_an_effect_reads_and_writes_nothing(admin: Api, path: str, query: str) -> None:
    campaign = new_campaign(admin, tracking="pixel" if path == "/pixel.gif" else "postback")
    code = new_link(admin, campaign)
    cookie = clicked(code).headers.get("Set-Cookie", "").partition(";")[0]
    (click_id,) = recorded()
    ids = {"click_id": click_id, "token": campaign["postback_token"], "campaign_id": campaign["id"]}
    url, stored = f"{path}?{query.format(**ids)}", everything_stored()
    head = Api().call("HEAD", url, Cookie=cookie)
    assert everything_stored() == stored
    for name in table_definitions():
        dynamodb().delete_table(TableName=f"smartlink-{name}")
    assert Api().call("HEAD", url, Cookie=cookie) == head
    media = {"/postback": "application/json", "/pixel.gif": "image/gif"}[path]
    assert head == ApiResponse(200, {**EVERYWHERE, "Content-Type": media, "Cache-Control": "no-store"}, "")
