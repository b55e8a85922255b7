from typing import Any

import pytest

from chalicelib.admin.campaigns import storage
from chalicelib.endpoints import ENDPOINTS, Endpoint
from chalicelib.http import authentication
from chalicelib.http.request_parsing import MAX_BODY
from chalicelib.tables.publishers import ApiKeyRow
from tests.conftest import Api, ApiResponse, dynamodb
from tests.http.support import problem_detail

GUARDED = [endpoint for endpoint in ENDPOINTS if endpoint.audience in {"admin", "publisher"}]


def a_key(role: authentication.Role) -> str:
    generated = authentication.generate_key(role)
    created_at = "2026-11-21T00:00:00Z"
    ApiKeyRow(generated.id, role=role.value, owner="pub_1", digest=generated.digest, created_at=created_at).save()
    return generated.text


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
