import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator

import app
from chalicelib.endpoints import ENDPOINTS
from chalicelib.routing.redirect import PATHS
from tests.conftest import Api, ApiResponse
from tests.documents import apply, good, new_campaign, new_link, new_publisher, new_smartlink, pending, recorded

ROOT = Path(__file__).parents[2]
IMPLIED = {(endpoint.path, "HEAD") for endpoint in ENDPOINTS}
"""The document says once that HEAD is answered wherever GET is."""

ROUTES = [(path, method) for path, methods in app.app.routes.items() for method in methods]
SPARE = {(path, method) for path in PATHS[1:] for method in ("GET", "HEAD")}
"""Links with slashes pasted behind their code: answered, but no part of the contract."""

OPERATIONS = [route for route in ROUTES if route not in IMPLIED | SPARE]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The served document. It does not depend on the tables."""
    served: dict[str, Any] = good(Api().get("/openapi.json"))
    return served


def operation(document: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    described: dict[str, Any] = document["paths"][path][method.lower()]
    return described


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == "$ref")
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from references(child)


def resolved(document: dict[str, Any], reference: str) -> Any:
    value: Any = document
    for step in reference.removeprefix("#/").split("/"):
        value = value[step]
    return value


def schema_errors(document: dict[str, Any], schema: dict[str, Any], instance: Any) -> list[str]:
    """The validation errors of an instance."""
    validator = Draft202012Validator({**schema, "components": document["components"]})
    return [error.message for error in validator.iter_errors(instance)]


# The document


def test_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_document_describes_exactly_the_routes_of_the_application(document: dict[str, Any]) -> None:
    described = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    assert described == set(OPERATIONS)


def test_every_reference_can_be_resolved(document: dict[str, Any]) -> None:
    used = set(references(document))
    assert len(used) > 20
    assert all(resolved(document, each) for each in used)


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation(document, *each)["operationId"] for each in OPERATIONS]
    assert len(set(ids)) == len(ids)


def test_operation_ids_are_stable(document: dict[str, Any]) -> None:
    """Clients are generated from operation IDs: add a line for a new endpoint, never change one."""
    operation_ids = {
        f"{method} {path} {operation(document, path, method)['operationId']}" for path, method in OPERATIONS
    }
    assert operation_ids == set((ROOT / "tests/fixtures/operation_ids.txt").read_text().splitlines())


@pytest.mark.parametrize("audience", ["admin", "publisher"])
def test_operation_ids_of_publishers_begin_with_my(document: dict[str, Any], audience: str) -> None:
    paths = [each for each in OPERATIONS if each[0].startswith(f"/{audience}/")]
    ids = [operation(document, *each)["operationId"] for each in paths]
    assert [re.fullmatch(r"(my[A-Z]|[a-z])[a-zA-Z]+", each) is not None for each in ids] == [True] * len(ids)
    assert {bool(re.match(r"my[A-Z]", each)) for each in ids} == {audience == "publisher"}


def test_every_operation_has_a_summary_and_a_tag(document: dict[str, Any]) -> None:
    for each in OPERATIONS:
        assert re.fullmatch(r".+\.", operation(document, *each)["summary"]), each
        assert operation(document, *each)["tags"], each


def test_every_path_parameter_is_described(document: dict[str, Any]) -> None:
    for path, method in OPERATIONS:
        parameters = operation(document, path, method)["parameters"]
        named = {each["name"] for each in parameters if each["in"] == "path" and each["required"]}
        assert named == set(re.findall(r"\{(\w+)\}", path)), path


def test_only_guarded_endpoints_need_a_key(document: dict[str, Any]) -> None:
    for path, method in OPERATIONS:
        is_guarded = path.startswith(("/admin/", "/publisher/"))
        assert operation(document, path, method).get("security") == ([{"key": []}] if is_guarded else None), path


def test_problems_of_an_endpoint_are_described(document: dict[str, Any]) -> None:
    for endpoint in ENDPOINTS:
        responses = operation(document, endpoint.path, endpoint.method)["responses"]
        expected = {str(status) for status in (endpoint.status, *endpoint.also)}
        if endpoint.audience in {"admin", "publisher"}:
            expected |= {"401", "403", "503"}
        if "{" in endpoint.path:
            expected |= {"404"}
        if endpoint.method in {"POST", "PATCH", "PUT"}:
            expected |= {"400", "413", "422"}
        assert expected <= set(responses), endpoint


def test_post_has_an_idempotency_key_and_an_edit_has_if_match(document: dict[str, Any]) -> None:
    for endpoint in ENDPOINTS:
        parameters = operation(document, endpoint.path, endpoint.method)["parameters"]
        headers = {each["name"] for each in parameters if each["in"] == "header"}
        assert ("Idempotency-Key" in headers) == (endpoint.method == "POST"), endpoint
        assert "If-Match" in headers or endpoint.method not in {"PATCH", "PUT"}, endpoint


def test_pause_and_resume_have_if_match_and_412(document: dict[str, Any]) -> None:
    for verb in ("pause", "resume"):
        described = operation(document, f"/admin/smartlinks/{{smartlink_id}}/{verb}", "post")
        assert "If-Match" in {each["name"] for each in described["parameters"]}
        assert "412" in described["responses"]


def test_list_has_limit_and_cursor(document: dict[str, Any]) -> None:
    parameters = operation(document, "/admin/applications", "get")["parameters"]
    assert {each["name"]: each["in"] for each in parameters} == dict.fromkeys(("limit", "cursor", "status"), "query")


def test_document_may_be_read_from_another_origin() -> None:
    headers = Api().get("/openapi.json").headers
    assert headers == {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}


# Real responses


def check(document: dict[str, Any], path: str, method: str, response: ApiResponse) -> None:
    """Check that the document describes the response with its content type and schema."""
    content = operation(document, path, method)["responses"][str(response.status)].get("content", {})
    if not content:
        assert response.text == "", (path, method)
        return
    ((content_type, described),) = content.items()
    assert response.headers["Content-Type"].partition(";")[0] == content_type, (path, method)
    body = response.json if content_type.endswith("json") else response.text
    assert schema_errors(document, described["schema"], body) == [], (path, method)


def test_real_responses_match_the_document(admin: Api, document: dict[str, Any]) -> None:
    campaign = new_campaign(admin, caps=[{"metric": "clicks", "window": "day", "limit": "9"}])
    smartlink, publisher = new_smartlink(admin, campaign), new_publisher(admin)
    ids = {"campaign_id": campaign["id"], "smartlink_id": smartlink["id"], "publisher_id": publisher.id}
    asked = good(apply(publisher, smartlink))
    ids["application_id"] = pending(admin)[0]
    assert asked["status"] == "pending"

    def call(api: Api, method: str, path: str, body: Any = None, **headers: str) -> ApiResponse:
        response = api.call(method, path.format(**ids), body, **headers)
        check(document, path.partition("?")[0], method, response)
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
    call(admin, "GET", "/admin/publishers/{publisher_id}/campaigns")
    terms = "/admin/publishers/{publisher_id}/terms/{campaign_id}"
    call(admin, "PUT", terms, {"payout": "2", "caps": [{"metric": "clicks", "window": "day", "limit": "9"}]})
    call(admin, "POST", "/admin/publishers/{publisher_id}/campaigns", {"campaign_id": campaign["id"]})
    call(admin, "GET", "/admin/publishers")
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


def test_optional_body_may_be_omitted(admin: Api, document: dict[str, Any]) -> None:
    for endpoint in ENDPOINTS:
        body = operation(document, endpoint.path, endpoint.method).get("requestBody")
        if body and not body["required"]:
            path = re.sub(r"\{\w+\}", "none", endpoint.path)
            key = admin if endpoint.audience == "admin" else new_publisher(admin).api
            # A postback without query parameters is invalid. The other endpoints do not find the resource.
            missing = 422 if endpoint.path == "/postback" else 404
            assert key.call(endpoint.method, path).status == missing, endpoint


def test_import_may_be_sent_as_csv(document: dict[str, Any]) -> None:
    content = operation(document, "/admin/conversions/imports", "POST")["requestBody"]["content"]
    assert content["text/csv"] == {"schema": {"type": "string"}}
    assert set(content) == {"application/json", "text/csv"}


def test_postback_has_its_parameters_in_query_or_body(document: dict[str, Any]) -> None:
    get, post = (operation(document, "/postback", method) for method in ("get", "post"))
    required = [[each["name"] for each in method["parameters"] if each["required"]] for method in (get, post)]
    assert required == [["click_id", "token"], []]
    assert set(post["requestBody"]["content"]) == {"application/json", "application/x-www-form-urlencoded"}
    assert schema_errors(document, body_schema(document, "/postback", "post"), {"txid": "1"}) == []


def test_pixel_has_no_problem_response(document: dict[str, Any]) -> None:
    assert set(operation(document, "/pixel.gif", "get")["responses"]) == {"200"}


def test_real_clicks_match_the_document(admin: Api, document: dict[str, Any]) -> None:
    code = new_link(admin, new_campaign(admin, tracking="pixel"), catch_all_campaign_id=new_campaign(admin)["id"])
    for method in ("GET", "HEAD"):
        response = admin.click(code, method)
        assert operation(document, "/s/{code}", method)["responses"]["302"]["headers"].keys() <= response.headers.keys()
        check(document, "/s/{code}", method, admin.click("abcde12345", method))
    (click_id,) = recorded()
    check(document, "/admin/clicks/{click_id}", "GET", admin.get(f"/admin/clicks/{click_id}"))
    check(document, "/admin/clicks/{click_id}", "GET", admin.get("/admin/clicks/none"))


def body_schema(document: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    schema: dict[str, Any] = operation(document, path, method)["requestBody"]["content"]["application/json"]["schema"]
    return schema


VALID = {"name": "A", "destination_url": "https://a.example/"}
BODIES: dict[str, tuple[str, str, dict[str, Any], bool]] = {
    "a campaign": ("/admin/campaigns", "POST", VALID, True),
    "a campaign without a name": ("/admin/campaigns", "POST", {"destination_url": "https://a.example/"}, False),
    "a campaign with something unknown": ("/admin/campaigns", "POST", {**VALID, "colour": "red"}, False),
    "a campaign with money for a number": ("/admin/campaigns", "POST", {**VALID, "payout": 1.5}, False),
    "a campaign with negative money": ("/admin/campaigns", "POST", {**VALID, "payout": "-1"}, False),
    "a patch of one field": ("/admin/campaigns/{campaign_id}", "PATCH", {"name": "B"}, True),
    "a patch of nothing": ("/admin/campaigns/{campaign_id}", "PATCH", {}, True),
    "a patch that takes a field back": ("/admin/campaigns/{campaign_id}", "PATCH", {"payout": None}, True),
    "a patch of a part": ("/admin/campaigns/{campaign_id}", "PATCH", {"duplicate_filter": {"identity": "ip_ua"}}, True),
    "a patch with something unknown": ("/admin/campaigns/{campaign_id}", "PATCH", {"colour": "red"}, False),
    "a smartlink": ("/admin/smartlinks", "POST", {"name": "S", "offers": [{"campaign_id": "cmp_1"}]}, True),
    "a seat with a negative weight": (
        "/admin/smartlinks",
        "POST",
        {"name": "S", "offers": [{"campaign_id": "cmp_1", "weight": -1}]},
        False,
    ),
    "a simulation": ("/admin/smartlinks/{smartlink_id}/simulate", "POST", {"draw": 0}, True),
    "a simulation with a draw of 1": ("/admin/smartlinks/{smartlink_id}/simulate", "POST", {"draw": 1}, False),
}


@pytest.mark.parametrize(("path", "method", "body", "is_valid"), BODIES.values(), ids=BODIES)
def test_schema_accepts_the_bodies_that_the_endpoint_accepts(
    document: dict[str, Any], path: str, method: str, body: dict[str, Any], *, is_valid: bool
) -> None:
    assert (schema_errors(document, body_schema(document, path, method), body) == []) == is_valid


def test_every_example_is_valid(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            for example in described.get("examples", []):
                assert schema_errors(document, described, example) == [], (name, field)


def _body_errors(document: dict[str, Any], path: str, method: str, body: Any) -> list[str]:
    """Return the errors of a request body by the schema of the document."""
    schema = operation(document, path, method)["requestBody"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": document["components"]})
    return [error.message for error in validator.iter_errors(body)]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"targeting": {"os_versions": {"ios": None}}}, id="a version rule is removed"),
        pytest.param({"targeting": {"sub_ids": {"sub1": None}}}, id="the patterns of a sub-ID are removed"),
        pytest.param({"targeting": {"os_versions": {"ios": ">=16"}, "sub_ids": {"sub1": ["a*"]}}}, id="both are set"),
    ],
)
def test_document_allows_the_patches_that_the_api_takes(document: dict[str, Any], body: Any) -> None:
    assert _body_errors(document, "/admin/campaigns/{campaign_id}", "PATCH", body) == []


@pytest.mark.parametrize("weight", [0, 1, 0.001, 1.001, 2.675, 1_000_000])
def test_document_allows_every_weight_that_the_api_takes(document: dict[str, Any], weight: float) -> None:
    body = {"name": "a", "offers": [{"campaign_id": "cmp_1", "weight": weight}]}

    assert _body_errors(document, "/admin/smartlinks", "POST", body) == []
