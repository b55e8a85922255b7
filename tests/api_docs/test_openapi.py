import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator

import app
from chalicelib import settings
from chalicelib.endpoints import ENDPOINTS
from tests.conftest import Answered, Api
from tests.documents import apply, good, new_campaign, new_link, new_publisher, new_smartlink, pending, recorded

ROOT = Path(__file__).parents[2]
OPERATIONS = [(path, method) for path, methods in app.app.routes.items() for method in methods]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as it is served; nothing of it is in the tables."""
    served: dict[str, Any] = good(Api().get("/openapi.json"))
    return served


def operation(document: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][path][method.lower()]
    return found


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == "$ref")
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from references(each)


def resolved(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def faults(document: dict[str, Any], schema: dict[str, Any], instance: Any) -> list[str]:
    """What the schema finds wrong."""
    validator = Draft202012Validator({**schema, "components": document["components"]})
    return [error.message for error in validator.iter_errors(instance)]


# The document


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_it_describes_every_route_of_the_application_and_no_other(document: dict[str, Any]) -> None:
    described = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    assert described == set(OPERATIONS)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    used = set(references(document))
    assert len(used) > 20
    assert all(resolved(document, each) for each in used)


def test_no_two_operations_share_an_id(document: dict[str, Any]) -> None:
    ids = [operation(document, *each)["operationId"] for each in OPERATIONS]
    assert len(set(ids)) == len(ids)


def test_operation_ids_are_stable(document: dict[str, Any]) -> None:
    """Clients are generated from them: add a line for a new endpoint, never change one."""
    found = {f"{method} {path} {operation(document, path, method)['operationId']}" for path, method in OPERATIONS}
    assert found == set((ROOT / "tests/fixtures/operation_ids.txt").read_text().splitlines())


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


def test_every_parameter_of_a_path_is_described(document: dict[str, Any]) -> None:
    for path, method in OPERATIONS:
        parameters = operation(document, path, method)["parameters"]
        named = {each["name"] for each in parameters if each["in"] == "path" and each["required"]}
        assert named == set(re.findall(r"\{(\w+)\}", path)), path


def test_exactly_the_guarded_calls_need_a_key(document: dict[str, Any]) -> None:
    for path, method in OPERATIONS:
        guarded = path.startswith(("/admin/", "/publisher/"))
        assert operation(document, path, method).get("security") == ([{"key": []}] if guarded else None), path


def test_the_problems_of_a_call_are_described(document: dict[str, Any]) -> None:
    for call in ENDPOINTS:
        responses = operation(document, call.path, call.method)["responses"]
        expected = {str(status) for status in (call.status, *call.also)}
        if call.audience in {"admin", "publisher"}:
            expected |= {"401", "403", "503"}
        if "{" in call.path:
            expected |= {"404"}
        if call.method in {"POST", "PATCH"}:
            expected |= {"400", "413", "422"}
        assert expected <= set(responses), call


def test_a_post_takes_an_idempotency_key_and_an_edit_a_version(document: dict[str, Any]) -> None:
    for call in ENDPOINTS:
        parameters = operation(document, call.path, call.method)["parameters"]
        headers = {each["name"] for each in parameters if each["in"] == "header"}
        assert ("Idempotency-Key" in headers) == (call.method == "POST"), call
        assert "If-Match" in headers or call.method != "PATCH", call


def test_pausing_and_resuming_take_a_version_and_may_find_it_stale(document: dict[str, Any]) -> None:
    for verb in ("pause", "resume"):
        found = operation(document, f"/admin/smartlinks/{{smartlink_id}}/{verb}", "post")
        assert "If-Match" in {each["name"] for each in found["parameters"]}
        assert "412" in found["responses"]


def test_a_list_takes_a_limit_and_a_cursor(document: dict[str, Any]) -> None:
    parameters = operation(document, "/admin/applications", "get")["parameters"]
    assert {each["name"]: each["in"] for each in parameters} == dict.fromkeys(("limit", "cursor", "status"), "query")


def test_the_document_may_be_read_by_a_page_of_another_origin() -> None:
    headers = Api().get("/openapi.json").headers
    assert headers == {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}


# What is answered, against the document


def check(document: dict[str, Any], path: str, method: str, answered: Answered) -> None:
    """The answer is one that the document announces, of its media type and schema."""
    response = operation(document, path, method)["responses"][str(answered.status)]
    content = response.get("content", {})
    if not content:
        assert answered.text == "", (path, method)
        return
    ((media, described),) = content.items()
    assert answered.headers["Content-Type"].partition(";")[0] == media, (path, method)
    body = answered.json if media.endswith("json") else answered.text
    assert faults(document, described["schema"], body) == [], (path, method)


def test_real_answers_are_what_the_document_announces(admin: Api, document: dict[str, Any]) -> None:
    campaign = new_campaign(admin, caps=[{"metric": "clicks", "window": "day", "limit": "9"}])
    smartlink, publisher = new_smartlink(admin, campaign), new_publisher(admin)
    ids = {"campaign_id": campaign["id"], "smartlink_id": smartlink["id"], "publisher_id": publisher.id}
    asked = good(apply(publisher, smartlink))
    ids["application_id"] = pending(admin)[0]
    assert asked["status"] == "pending"

    def call(api: Api, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        answered = api.call(method, path.format(**ids), body, **headers)
        check(document, path.partition("?")[0], method, answered)
        return answered

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
    call(admin, "POST", "/admin/publishers/{publisher_id}/campaigns", {"campaign_id": campaign["id"]})
    call(admin, "GET", "/admin/publishers")
    call(admin, "DELETE", member + "/{publisher_id}")
    call(admin, "DELETE", member + "/{publisher_id}")
    call(admin, "DELETE", "/admin/smartlinks/{smartlink_id}")
    call(admin, "GET", "/admin/smartlinks/{smartlink_id}")
    call(admin, "POST", "/admin/publishers", b"{")
    call(admin, "POST", "/admin/publishers", b" " * 2_000_000)
    call(publisher.api, "GET", "/admin/publishers")
    call(Api(), "GET", "/publisher/me")
    call(Api(), "GET", "/health")
    call(Api(), "GET", "/openapi.json")
    call(Api(), "GET", "/docs")


def test_a_call_whose_body_may_be_left_out_says_so(admin: Api, document: dict[str, Any]) -> None:
    for call in ENDPOINTS:
        body = operation(document, call.path, call.method).get("requestBody")
        if body and not body["required"]:
            path = re.sub(r"\{\w+\}", "none", call.path)
            key = admin if call.audience == "admin" else new_publisher(admin).api
            # What may stand in the query string instead is complained of; of nothing else is anything missing.
            missing = 422 if call.path == "/postback" else 404
            assert key.call(call.method, path).status == missing, call


def test_a_postback_may_bring_its_parameters_in_the_query_or_in_the_body(document: dict[str, Any]) -> None:
    get, post = (operation(document, "/postback", method) for method in ("get", "post"))
    required = [[each["name"] for each in found["parameters"] if each["required"]] for found in (get, post)]
    assert required == [["click_id", "token"], []]
    assert set(post["requestBody"]["content"]) == {"application/json", "application/x-www-form-urlencoded"}
    assert faults(document, body_schema(document, "/postback", "post"), {"txid": "1"}) == []


def test_a_pixel_is_never_refused(document: dict[str, Any]) -> None:
    assert set(operation(document, "/pixel.gif", "get")["responses"]) == {"200"}


def test_a_clicks_document_and_redirect_are_what_the_document_announces(admin: Api, document: dict[str, Any]) -> None:
    code = new_link(admin, new_campaign(admin), catch_all_campaign_id=new_campaign(admin)["id"])
    for method in ("GET", "HEAD"):
        answered = admin.click(code, method)
        assert operation(document, "/s/{code}", method)["responses"]["302"]["headers"].keys() <= answered.headers.keys()
        check(document, "/s/{code}", method, admin.click("abcde12345", method))
    (click_id,) = recorded()
    check(document, "/admin/clicks/{click_id}", "GET", admin.get(f"/admin/clicks/{click_id}"))
    check(document, "/admin/clicks/{click_id}", "GET", admin.get("/admin/clicks/none"))


def body_schema(document: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    schema: dict[str, Any] = operation(document, path, method)["requestBody"]["content"]["application/json"]["schema"]
    return schema


GOOD = {"name": "A", "destination_url": "https://a.example/"}
BODIES: dict[str, tuple[str, str, dict[str, Any], bool]] = {
    "a campaign": ("/admin/campaigns", "POST", GOOD, True),
    "a campaign without a name": ("/admin/campaigns", "POST", {"destination_url": "https://a.example/"}, False),
    "a campaign with something unknown": ("/admin/campaigns", "POST", {**GOOD, "colour": "red"}, False),
    "a campaign with money for a number": ("/admin/campaigns", "POST", {**GOOD, "payout": 1.5}, False),
    "a campaign with negative money": ("/admin/campaigns", "POST", {**GOOD, "payout": "-1"}, False),
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


@pytest.mark.parametrize(("path", "method", "body", "is_good"), BODIES.values(), ids=BODIES)
def test_the_document_takes_the_bodies_that_the_call_takes(
    document: dict[str, Any], path: str, method: str, body: dict[str, Any], *, is_good: bool
) -> None:
    assert (faults(document, body_schema(document, path, method), body) == []) == is_good


def test_every_example_is_a_good_one(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            for example in described.get("examples", []):
                assert faults(document, described, example) == [], (name, field)


# The pages


def test_the_service_says_that_it_answers() -> None:
    answered = Api().get("/health")
    assert (answered.status, answered.json) == (200, {"status": "ok"})


def test_the_page_to_browse_it_asks_nobody_else_for_anything() -> None:
    page = Api().get("/docs")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert re.findall(r'(?:src|href)="([^"]*)"', page.text) == [
        "docs/swagger-ui.css",
        "docs/swagger-ui-bundle.js",
        "docs/start.js",
    ]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self';")


@pytest.fixture
def vendored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Swagger UI as `make install` puts it there."""
    folder = tmp_path / "vendor" / "swagger-ui"
    folder.mkdir(parents=True)
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "LICENSE"):
        (folder / name).write_text(f"/* {name} ü */", encoding="utf-8")
    monkeypatch.setattr(settings, "_ROOT", tmp_path)


@pytest.mark.usefixtures("vendored")
@pytest.mark.parametrize(
    ("name", "media"),
    [("swagger-ui-bundle.js", "text/javascript"), ("swagger-ui.css", "text/css"), ("start.js", "text/javascript")],
)
def test_the_pages_files_are_served_and_may_be_kept(name: str, media: str) -> None:
    answered = Api().get(f"/docs/{name}")
    assert (answered.status, answered.headers["Content-Type"]) == (200, f"{media}; charset=utf-8")
    assert answered.headers["Cache-Control"] == "public, max-age=3600"
    assert "openapi.json" in answered.text if name == "start.js" else answered.text == f"/* {name} ü */"


@pytest.mark.usefixtures("vendored")
@pytest.mark.parametrize("name", ["LICENSE", "other.js", "..", "%2e%2e"])
def test_no_other_file_is_served(name: str) -> None:
    assert Api().get(f"/docs/{name}").status == 404


def test_a_file_that_was_not_fetched_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_ROOT", tmp_path)
    assert [Api().get(f"/docs/{name}").status for name in ("swagger-ui.css", "start.js")] == [404, 200]
