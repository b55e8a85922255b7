import json
from collections.abc import Mapping
from typing import Annotated, Any

import pytest
from chalice.app import Request as ChaliceRequest
from pydantic import Field

from chalicelib.http import dispatch, request_parsing
from chalicelib.http.models import LenientQuery, QueryModel
from chalicelib.http.request import Request
from chalicelib.http.request_parsing import MAX_BODY, base_url
from chalicelib.http.view import TextResponse, inspect_view
from tests.conftest import Api
from tests.documents import (
    clicked,
    errors_by_pointer,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    pages,
    recorded,
)
from tests.http.support import CAMPAIGN, EVERYWHERE, echo, post_to_view, problem_detail

# Bodies


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="cut short"),
        pytest.param(b"{'name': 'A'}", id="single quotes"),
        pytest.param(b'{"name": NaN}', id="NaN"),
        pytest.param(b'{"name": Infinity}', id="Infinity"),
        pytest.param(b'{"name": "A"} x', id="trailing text"),
        pytest.param(b'{"weight": ' + b"9" * 5000 + b"}", id="a number of 5,000 digits"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'"text"', id="a string"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"name": "\xff"}', id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="nested 100,000 deep"),
    ],
)
def test_body_that_is_not_a_json_object_is_malformed(admin: Api, body: bytes) -> None:
    campaign = new_campaign(admin)
    assert problem_detail(admin.post("/admin/campaigns", body), 400)
    assert problem_detail(admin.patch(f"/admin/campaigns/{campaign['id']}", body), 400)


@pytest.mark.parametrize("depth", [100, 199, 200, 500, 900, 940, 990, 1000])
def test_nested_body_is_never_an_internal_error(admin: Api, depth: int) -> None:
    campaign = new_campaign(admin)
    body = b'{"targeting":' + b'{"a":' * depth + b"1" + b"}" * (depth + 1)
    assert admin.post("/admin/campaigns", body).status in {400, 422}
    assert admin.patch(f"/admin/campaigns/{campaign['id']}", body).status in {400, 422}


def test_lone_surrogate_is_a_validation_error(admin: Api) -> None:
    assert admin.post("/admin/campaigns", b'{"name": "\\ud800", "destination_url": "https://a.example/"}').status == 422


def test_body_of_more_than_one_mebibyte_is_too_large(admin: Api) -> None:
    assert "2000000 bytes" in problem_detail(admin.post("/admin/campaigns", b" " * 2_000_000), 413)
    assert admin.post("/admin/campaigns", b" " * MAX_BODY).status == 422


def test_all_errors_are_returned_together(admin: Api) -> None:
    body: dict[str, Any] = {
        "name": 1,
        "colour": "red",
        "a/b~c": 2,
        "targeting": {"planets": []},
        "caps": [{"metric": "clicks"}],
    }
    assert errors_by_pointer(admin.post("/admin/campaigns", body)) == {
        "/name": "must be a string",
        "/destination_url": "is required",
        "/colour": "is not a known field",
        "/a~1b~0c": "is not a known field",
        "/targeting/planets": "is not a known field",
        "/caps/0/window": "is required",
        "/caps/0/limit": "is required",
    }


def test_rejected_body_writes_nothing(admin: Api) -> None:
    admin.post("/admin/campaigns", {**CAMPAIGN, "colour": "red"})
    assert pages(admin, "/admin/campaigns", 50) == [[]]


def test_endpoint_without_a_body_accepts_an_empty_one_only(admin: Api) -> None:
    path = f"/admin/smartlinks/{new_smartlink(admin)['id']}/pause"
    assert errors_by_pointer(admin.post(path, {"why": "", "who": ""})) == {
        "/why": "is not a known field",
        "/who": "is not a known field",
    }
    empty: list[Any] = [None, {}, b" \n"]
    assert [admin.post(path, body).status for body in empty] == [200, 200, 200]


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        pytest.param("", b"", "query", id="nothing"),
        pytest.param("application/x-www-form-urlencoded", b"text=a+%C3%BC", "a \u00fc", id="a form"),
        pytest.param("Application/X-WWW-Form-Urlencoded;charset=utf-8", b"text=a", "a", id="a form in capitals"),
        pytest.param("application/json", b'{"text": "a"}', "a", id="JSON"),
    ],
)
def test_post_accepts_query_parameters_in_the_body(
    monkeypatch: pytest.MonkeyPatch, content_type: str, body: bytes, text: str
) -> None:
    response = post_to_view(monkeypatch, echo, body, Content_Type=content_type)
    assert (response.status, response.text) == (200, text)
    assert response.headers == {**EVERYWHERE, "Content-Type": "text/plain", "X-Echo": "yes"}


# Bodies of a lenient query


class LenientText(LenientQuery):
    """The query of `lenient_echo`."""

    text: str = ""

    @classmethod
    def is_complete(cls, parameters: Mapping[str, str]) -> bool:
        return not cls.is_absent(parameters.get("text", ""))


def lenient_echo(request: Request, query: LenientText) -> TextResponse:
    """Return the text of the query, and all parameters."""
    return TextResponse(json.dumps([query.text, request.parameters]), "text/plain")


MULTIPART = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nbody\r\n--b--\r\n'


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        pytest.param("multipart/form-data; boundary=b", MULTIPART, id="multipart"),
        pytest.param("text/plain", b"ok", id="text"),
        pytest.param("application/json", b"", id="empty JSON"),
        pytest.param("application/json", b"{", id="invalid JSON"),
        pytest.param("application/json", b"[]", id="a list"),
        pytest.param("application/json", b'{"text": "\xff"}', id="not UTF-8"),
        pytest.param("application/x-www-form-urlencoded", b"text=\xff", id="a form that is not UTF-8"),
        pytest.param("application/json", b"[" * 100_000, id="nested 100,000 deep"),
        pytest.param("", b"x" * (MAX_BODY + 1), id="too large"),
    ],
)
def test_unreadable_body_is_ignored_if_the_query_suffices(
    monkeypatch: pytest.MonkeyPatch, content_type: str, body: bytes
) -> None:
    response = post_to_view(monkeypatch, lenient_echo, body, Content_Type=content_type)
    assert (response.status, response.json) == (200, ["query", {"text": "query"}])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"ok", 400, id="text"),
        pytest.param(b"[]", 400, id="a list"),
        pytest.param(b"\xff", 400, id="not UTF-8"),
        pytest.param(b"[" * 100_000, 400, id="nested 100,000 deep"),
        pytest.param(b"x" * (MAX_BODY + 1), 413, id="too large"),
    ],
)
def test_unreadable_body_is_an_error_if_the_query_does_not_suffice(
    monkeypatch: pytest.MonkeyPatch, body: bytes, status: int
) -> None:
    monkeypatch.setattr(dispatch, "load_view", lambda _: inspect_view(lenient_echo))
    assert Api().post("/postback", body).status == status


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(b'"a"', "a", id="text"),
        pytest.param(b"1.2", "1.2", id="a number"),
        pytest.param(b"1.2000000000000002", "1.2000000000000002", id="a number of 17 digits"),
        pytest.param(b"0.1000000000000000055511151231", "0.1000000000000000055511151231", id="a number of 28 digits"),
        pytest.param(b"1e-7", "1e-7", id="an exponent"),
        pytest.param(b"9" * 5000, "9" * 5000, id="a number of 5,000 digits"),
        pytest.param(b"NaN", "NaN", id="not a number"),
        pytest.param(b"true", "true", id="a boolean"),
        pytest.param(b"null", "query", id="null"),
        pytest.param(b'""', "query", id="an absent value"),
        pytest.param(b'{"a": [1.0]}', '{"a": ["1.0"]}', id="an object"),
        pytest.param(b'"\\ud800"', "\ufffd", id="a lone surrogate"),
        pytest.param(b'"\\ud83d\\ude00"', "\U0001f600", id="a pair of surrogates"),
    ],
)
def test_json_values_are_taken_as_text(monkeypatch: pytest.MonkeyPatch, value: bytes, text: str) -> None:
    response = post_to_view(monkeypatch, lenient_echo, b'{"text": ' + value + b', "junk": {"a": [true, null]}}')
    assert (response.status, response.json[0]) == (200, text)


def test_form_takes_precedence_and_absent_values_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    bodies = (b"text=body&other=1", b"text=&other=1")
    responses = [post_to_view(monkeypatch, lenient_echo, body, **form).json for body in bodies]
    assert responses == [["body", {"text": "body", "other": "1"}], ["query", {"text": "query", "other": "1"}]]


def test_body_of_a_get_with_a_lenient_query_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "load_view", lambda _: inspect_view(lenient_echo))
    response = Api().call("GET", "/postback?text=query", b'{"text": "body"}')
    assert response.json == ["query", {"text": "query"}]


def test_strict_body_may_not_contain_nan(monkeypatch: pytest.MonkeyPatch) -> None:
    assert post_to_view(monkeypatch, echo, b'{"text": NaN}').status == 400


def test_limit_is_a_parameter_like_any_other_of_a_query_without_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    response = post_to_view(monkeypatch, lenient_echo, b'{"limit": "7"}')
    assert response.json == ["query", {"text": "query", "limit": "7"}]


# Query strings


def test_unknown_query_parameter_is_rejected(admin: Api) -> None:
    assert errors_by_pointer(admin.get("/admin/campaigns?page=2")) == {"/page": "is not a known field"}


@pytest.mark.parametrize(
    ("limit", "detail"),
    [
        ("0", "must be 1 or more"),
        ("201", "must be 200 or less"),
        ("-1", "must be 1 or more"),
        ("99999999999", "must be 200 or less"),
        ("ten", "must be a whole number"),
        ("1.5", "must be a whole number"),
        ("", "must be a whole number"),
    ],
)
def test_limit_is_a_whole_number_from_1_to_200(admin: Api, limit: str, detail: str) -> None:
    assert errors_by_pointer(admin.get(f"/admin/users/admin/keys?limit={limit}")) == {"/limit": detail}


def test_limit_of_5000_digits_is_rejected(admin: Api) -> None:
    assert set(errors_by_pointer(admin.get(f"/admin/campaigns?limit={'9' * 5000}"))) == {"/limit"}


class ColourQuery(QueryModel):
    """The query of `colours`: one parameter that may be repeated, and others that may not."""

    colour: Annotated[list[Annotated[str, Field(max_length=4)]], Field(max_length=3)] | None = None
    limit: int = 50
    size: str = ""


def colours(request: Request, query: ColourQuery) -> TextResponse:
    """Return the colours of the query, and all parameters as they were sent."""
    return TextResponse(json.dumps([query.colour, request.parameters]), "text/plain")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", None, id="none"),
        pytest.param("colour=red", ["red"], id="once"),
        pytest.param("colour=red&size=s&colour=blue", ["red", "blue"], id="twice"),
        pytest.param("colour=red&colour=", ["red"], id="once and empty"),
        pytest.param("colour=&colour=", None, id="empty"),
    ],
)
def test_list_has_all_values_of_a_repeated_parameter(
    monkeypatch: pytest.MonkeyPatch, query: str, found: list[str] | None
) -> None:
    monkeypatch.setattr(dispatch, "load_view", lambda _: inspect_view(colours))
    assert Api().get(f"/pixel.gif?{query}").json[0] == found


def test_repeated_parameters_are_kept_as_they_were_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "load_view", lambda _: inspect_view(colours))
    sent = Api().get("/pixel.gif?colour=red&colour=&size=s").json[1]
    assert sent == {"colour": ["red", ""], "size": "s"}


def test_any_other_parameter_may_be_sent_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "load_view", lambda _: inspect_view(colours))
    only_once = "must be sent only once"
    assert errors_by_pointer(Api().get("/pixel.gif?size=s&size=m")) == {"/size": only_once}
    response = Api().get("/pixel.gif?limit=1&limit=2&colour=1&colour=2&colour=3&colour=4&page=1")
    assert errors_by_pointer(response) == {
        "/limit": only_once,
        "/colour": "must have at most 3 entries",
        "/page": "is not a known field",
    }


def test_error_of_a_value_names_its_place_if_there_are_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "load_view", lambda _: inspect_view(colours))
    too_long = "must have at most 4 characters"
    assert errors_by_pointer(Api().get("/pixel.gif?colour=yellow")) == {"/colour": too_long}
    assert errors_by_pointer(Api().get("/pixel.gif?colour=red&colour=yellow")) == {"/colour/1": too_long}


def test_last_value_of_a_repeated_parameter_of_a_lenient_query_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "load_view", lambda _: inspect_view(lenient_echo))
    assert Api().get("/pixel.gif?text=1&text=2").json == ["2", {"text": "2"}]


def test_empty_list_in_a_body_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    response = post_to_view(monkeypatch, echo, b'{"text": []}')
    assert errors_by_pointer(response) == {"/text": "must be a string"}


# Headers


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', "*", ' "1" '])
def test_if_match_accepts_the_current_version(admin: Api, tag: str) -> None:
    campaign = new_campaign(admin)
    assert admin.patch(f"/admin/campaigns/{campaign['id']}", {"name": "B"}, If_Match=tag).status == 200


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"3"', "2", '"two"', '"2', "", '"' + "9" * 50 + '"'])
def test_if_match_rejects_any_other_version(admin: Api, tag: str) -> None:
    path = f"/admin/campaigns/{new_campaign(admin)['id']}"
    admin.patch(path, {"name": "B"})
    assert "The current version is 2." in problem_detail(admin.patch(path, {"name": "C"}, If_Match=tag), 412)
    assert admin.get(path).json["name"] == "B"


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        pytest.param("", {"": ""}, id="none"),
        pytest.param("a=1", {"a": "1"}, id="one"),
        pytest.param("a=1; b=x=y;c", {"a": "1", "b": "x=y", "c": ""}, id="several"),
    ],
)
def test_cookies_are_returned_by_name(header: str, cookies: dict[str, str]) -> None:
    assert request_parsing.cookies(header) == cookies


# Base URL


def _base_url(stage: str | None, **headers: str) -> str:
    """The address of the API in an event of API Gateway."""
    context = {"httpMethod": "GET", "resourcePath": "/openapi.json", "identity": {"sourceIp": "203.0.113.7"}}
    event = {
        "requestContext": {**context, **({"stage": stage} if stage else {})},
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }
    return base_url(ChaliceRequest(event))


def test_address_of_api_gateway_contains_the_stage() -> None:
    url = _base_url("api", Host="x1.execute-api.eu-west-1.amazonaws.com", X_Forwarded_Proto="https")
    assert url == "https://x1.execute-api.eu-west-1.amazonaws.com/api"


def test_custom_domain_contains_no_stage() -> None:
    assert _base_url("api", Host="go.network.example", X_Forwarded_Proto="https") == "https://go.network.example"


def test_address_of_an_http_api_contains_no_stage() -> None:
    url = _base_url("$default", Host="x1.execute-api.eu-west-1.amazonaws.com", X_Forwarded_Proto="https")
    assert url == "https://x1.execute-api.eu-west-1.amazonaws.com"


def test_local_address_uses_http() -> None:
    url = _base_url("api", Host="x1.execute-api.localhost:4566")
    assert url == "http://x1.execute-api.localhost:4566/api"


def test_configured_public_url_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://go.network.example/")
    assert _base_url("api", Host="x1.execute-api.eu-west-1.amazonaws.com") == "https://go.network.example"


def test_link_url_starts_with_the_public_url(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://go.network.example")
    publisher, smartlink = new_publisher(admin), new_smartlink(admin)
    path = f"/admin/smartlinks/{smartlink['id']}/publishers"
    link = good(admin.post(path, {"publisher_id": publisher.id}))["link"]
    assert link["url"] == f"https://go.network.example/s/{link['code']}"


def test_link_and_postback_urls_start_with_the_tracking_url(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://console.network.example")
    monkeypatch.setenv("TRACKING_URL", "https://go.network.example/")
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    assert campaign["postback_url"].startswith("https://go.network.example/postback?click_id={click_id}&token=")
    smartlink = new_smartlink(admin, campaign, visibility="public")
    link = good(admin.post(f"/admin/smartlinks/{smartlink['id']}/publishers", {"publisher_id": publisher.id}))["link"]
    assert link["url"] == f"https://go.network.example/s/{link['code']}"
    assert good(publisher.api.get(f"/publisher/smartlinks/{smartlink['id']}"))["link"] == link
    clicked(link["code"])
    (click_id,) = recorded()
    assert good(admin.get(f"/admin/clicks/{click_id}"))["link"]["url"] == link["url"]
    listed = admin.get("/admin/campaigns?limit=1")
    assert "go.network.example" not in listed.headers.get("Link", "")


def test_errors_of_query_and_body_come_together(admin: Api) -> None:
    publisher = new_publisher(admin)
    answered = publisher.api.call("DELETE", "/publisher/postbacks/pbk_1", {"a/b": 1})
    assert errors_by_pointer(answered) == {"/a~1b": "is not a known field"}
    listed = admin.call("GET", "/admin/campaigns?limit=0&page=2", {"more": 1})
    assert errors_by_pointer(listed) == {
        "/limit": "must be 1 or more",
        "/page": "is not a known field",
        "/more": "is not a known field",
    }
