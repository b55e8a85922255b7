import re

import pytest

from chalicelib.endpoints import ENDPOINTS
from tests.api_docs.support import OPERATIONS, body_schema, operation, schema_errors
from tests.conftest import Api
from tests.documents import new_publisher


@pytest.mark.parametrize("audience", ["admin", "publisher"])
def test_operation_ids_of_publishers_begin_with_my(audience: str) -> None:
    paths = [each for each in OPERATIONS if each[0].startswith(f"/{audience}/")]
    ids = [operation(*each)["operationId"] for each in paths]
    assert [re.fullmatch(r"(my[A-Z]|[a-z])[a-zA-Z]+", each) is not None for each in ids] == [True] * len(ids)
    assert {bool(re.match(r"my[A-Z]", each)) for each in ids} == {audience == "publisher"}


def test_every_operation_has_a_summary_without_a_period_and_a_description_with_one() -> None:
    for each in OPERATIONS:
        described = operation(*each)
        assert re.fullmatch(r"[A-Z].*[^.]", described["summary"]), each
        assert re.fullmatch(r"[A-Z`].*\.", described["description"]), each


def test_summary_is_the_first_sentence_and_the_others_are_described() -> None:
    described = operation("/admin/smartlinks/{smartlink_id}", "patch")
    assert described["summary"] == "Edit a smartlink"
    assert described["description"] == (
        "All its links use the new settings at once; their codes stay the same. "
        "Needs an admin key of a manager or owner. "
        "`If-Match` refuses the change of a version that you have not seen. "
        "A field that is not sent keeps its value; null resets it."
    )


def test_every_operation_says_whether_it_needs_a_key() -> None:
    for path, method in OPERATIONS:
        is_guarded = path.startswith(("/admin/", "/publisher/"))
        assert operation(path, method)["security"] == ([{"key": []}] if is_guarded else []), path


def test_optional_body_may_be_omitted(admin: Api) -> None:
    for endpoint in ENDPOINTS:
        body = operation(endpoint.path, endpoint.method).get("requestBody")
        if body and not body["required"]:
            path = re.sub(r"\{\w+\}", "none", endpoint.path)
            key = admin if endpoint.audience == "admin" else new_publisher(admin).api
            # A postback without query parameters is invalid. Settings and an own account are always there. The others
            # do not find the resource.
            without_body = {"/postback": 422, "/admin/settings": 200, "/publisher/me": 200}.get(endpoint.path, 404)
            assert key.call(endpoint.method, path).status == without_body, endpoint


def test_import_may_be_sent_as_a_file() -> None:
    body = operation("/admin/conversions/imports", "POST")["requestBody"]
    assert body["content"]["application/octet-stream"] == {"schema": {"type": "string", "format": "binary"}}
    assert set(body["content"]) == {"application/json", "application/octet-stream"}
    assert body["description"] == "JSON, or a file: text/csv."


def test_postback_has_its_parameters_in_query_or_body() -> None:
    get, post = (operation("/postback", method) for method in ("get", "post"))
    required = [[each["name"] for each in method["parameters"] if each["required"]] for method in (get, post)]
    assert required == [["click_id", "token"], []]
    assert set(post["requestBody"]["content"]) == {"application/json", "application/x-www-form-urlencoded"}
    assert schema_errors(body_schema("/postback", "post"), {"txid": "1"}) == []
