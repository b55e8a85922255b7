import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from local import http_api
from local.http_api import Call, event, response, with_format_1
from tests.gateway_events import sample

INTEGRATION = {"payloadFormatVersion": "1.0", "integrationUri": "arn:aws:lambda:::function:Redirect"}
SCOPE: dict[str, Any] = {
    "client": ("192.0.2.1", 4711),
    "headers": [
        (b"host", b"id.execute-api.localhost:4566"),
        (b"User-Agent", b"curl/8.7.1"),
        (b"x-probe", b"first"),
        (b"x-probe", b"second"),
        (b"cookie", b"session=abc123; theme=dark"),
    ],
}


def a_call(**changes: Any) -> Call:
    call: dict[str, Any] = {
        "account_id": "123456789012",
        "api_id": "id",
        "stage": "$default",
        "route_key": "GET /s/{code+}",
        "method": "GET",
        "path": "/s/abcde12345/x",
        "path_parameters": {"code": "abcde12345/x"},
        "query": {"a": ["1", "2"], "b": [""]},
        "body": b"",
    }
    return Call(**{**call, **changes})


def test_event_has_the_fields_of_the_sample_of_aws() -> None:
    ours, theirs = event(a_call(), SCOPE), sample("http_api")
    assert ours.keys() == theirs.keys()
    assert ours["requestContext"].keys() == theirs["requestContext"].keys()
    # AWS has added this one since it wrote the sample.
    assert ours["requestContext"]["identity"].keys() - theirs["requestContext"]["identity"].keys() == {"cognitoAmr"}
    assert theirs["requestContext"]["identity"].keys() <= ours["requestContext"]["identity"].keys()


def test_event_has_the_route_the_path_and_its_parameters() -> None:
    sent = event(a_call(), SCOPE)
    context = sent["requestContext"]
    assert (sent["resource"], context["resourcePath"], context["resourceId"]) == (
        "/s/{code+}",
        "/s/{code+}",
        "GET /s/{code+}",
    )
    assert (sent["path"], context["path"], context["stage"]) == ("/s/abcde12345/x", "/s/abcde12345/x", "$default")
    assert sent["pathParameters"] == {"code": "abcde12345/x"}


def test_default_route_has_the_path_as_its_resource_and_no_parameters() -> None:
    sent = event(a_call(route_key="$default", path="/my/path", path_parameters={}), SCOPE)
    assert (sent["resource"], sent["pathParameters"]) == ("/my/path", None)


def test_repeated_values_are_listed_and_the_last_one_stands_alone() -> None:
    sent = event(a_call(), SCOPE)
    assert (sent["headers"]["x-probe"], sent["multiValueHeaders"]["x-probe"]) == ("second", ["first", "second"])
    assert sent["headers"]["cookie"] == "session=abc123; theme=dark"
    assert sent["queryStringParameters"] == {"a": "2", "b": ""}
    assert sent["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": [""]}


def test_event_without_query_has_null() -> None:
    sent = event(a_call(query={}), SCOPE)
    assert (sent["queryStringParameters"], sent["multiValueQueryStringParameters"]) == (None, None)


def test_source_address_is_that_of_the_connection() -> None:
    forged = {**SCOPE, "headers": [*SCOPE["headers"], (b"x-forwarded-for", b"8.8.8.8")]}
    identity = event(a_call(), forged)["requestContext"]["identity"]
    assert (identity["sourceIp"], identity["userAgent"]) == ("192.0.2.1", "curl/8.7.1")


@pytest.mark.parametrize(
    ("media", "body", "sent"),
    [
        ("application/json", b'{"a": 1}', ('{"a": 1}', False)),
        ("text/plain; charset=utf-8", "é".encode(), ("é", False)),
        ("application/x-www-form-urlencoded", b"a=1", ("YT0x", True)),
        ("", b"a=1", ("YT0x", True)),
        ("application/json", b"", (None, False)),
    ],
)
def test_body_that_is_not_known_to_be_text_is_in_base64(media: str, body: bytes, sent: tuple[str | None, bool]) -> None:
    scope = {**SCOPE, "headers": [*SCOPE["headers"], (b"content-type", media.encode())]}
    found = event(a_call(body=body), scope)
    assert (found["body"], found["isBase64Encoded"]) == sent


def test_response_merges_both_kinds_of_headers() -> None:
    result = {
        "statusCode": 302,
        "headers": {"Location": "https://a.example/", "X-A": "1"},
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"], "x-a": ["2", "3"], "X-B": []},
        "body": "",
    }
    merged = {"location": "https://a.example/", "x-a": ["2", "3"], "set-cookie": ["a=1", "b=2"]}
    assert response(result) == (302, {"content-type": "text/plain;charset=utf-8", **merged}, b"")


def test_body_in_base64_is_sent_as_bytes() -> None:
    result = {
        "statusCode": 200,
        "headers": {"Content-Type": "image/gif"},
        "body": "R0lGODlh/w==",
        "isBase64Encoded": True,
    }
    assert response(result) == (200, {"content-type": "image/gif"}, b"GIF89a\xff")


def test_result_without_a_status_is_an_internal_error() -> None:
    expected = (500, {"content-type": "application/json"}, b'{"message": "Internal Server Error"}')
    assert response({"body": "x"}) == expected


def _invoke(
    integration: Mapping[str, Any], result: Mapping[str, Any] | None
) -> tuple[http_api.Response, list[dict[str, Any]]]:
    """Call an integration whose function returns `result`; return the response and the events of the function."""
    events: list[dict[str, Any]] = []

    async def emulator(*_: Any, **__: Any) -> http_api.Response:
        return 200, {}, b"format 2.0"

    async def function(_uri: str, sent: dict[str, Any], _account: str, _region: str) -> Mapping[str, Any] | None:
        events.append(sent)
        return result

    async def call() -> http_api.Response:
        http_api.request.set(SCOPE)
        arguments: tuple[Any, ...] = (
            "id",
            "$default",
            "/s/abcde12345%250A",
            "GET",
            {},
            b"",
            {"a": ["1"]},
            "GET /s/{code+}",
        )
        parameters, scope = {"code": "abcde12345%250A"}, {"owner_account_id": "1", "owner_region": "us-east-1"}
        return await with_format_1(emulator, function)(integration, *arguments, parameters, **scope)

    return asyncio.run(call()), events


def test_integration_of_format_1_gets_an_event_of_format_1() -> None:
    answered, (sent,) = _invoke(INTEGRATION, {"statusCode": 204})
    assert answered == (204, {"content-type": "text/plain;charset=utf-8"}, b"")
    assert (sent["version"], sent["path"], sent["pathParameters"]) == (
        "1.0",
        "/s/abcde12345\n",
        {"code": "abcde12345\n"},
    )


def test_function_that_fails_is_an_internal_error() -> None:
    answered, _ = _invoke(INTEGRATION, None)
    assert answered[0] == 500


def test_integration_of_format_2_is_left_to_the_emulator() -> None:
    assert _invoke({**INTEGRATION, "payloadFormatVersion": "2.0"}, None) == ((200, {}, b"format 2.0"), [])
