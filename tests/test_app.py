from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import app
from chalicelib.routing import pages
from tests.conftest import Api
from tests.documents import new_campaign, new_link, recorded
from tests.gateway_events import Event, http_event, rest_event, sample

LANDING = "https://game.example/?s={sub1}&{query}"
ROUTE = "/s/{code+}"


def send(event: Event) -> tuple[int, str]:
    """Return status and destination of the response."""
    response = app(event, None)
    return response["statusCode"], response["headers"].get("Location", "")


def query(**values: str) -> dict[str, Any]:
    """Return the fields of an event that hold these parameters."""
    several = {name: [value] for name, value in values.items()}
    return {"queryStringParameters": values or None, "multiValueQueryStringParameters": several or None}


@pytest.fixture
def code(admin: Api) -> str:
    return new_link(admin, new_campaign(admin, destination_url=LANDING))


def test_link_is_answered_whatever_an_http_api_sends_as_its_route(code: str) -> None:
    for route in (ROUTE, None):
        for stage in ("$default", "live"):
            event = http_event(f"/s/{code}", route=route, stage=stage, **query(sub1="a"))
            assert send(event) == (302, "https://game.example/?s=a")
    assert [(row.code, row.sub_ids) for row in recorded().values()] == [(code, {"sub1": "a"})] * 4


def test_damaged_links_work_at_both_doors(code: str) -> None:
    paths = [f"/s/{code}{end}" for end in ("", "/", ".", "/</a>", "\n")] + [f"/s/ {code}"]
    events = [http_event(path, route=route, **query(sub1="a")) for path in paths for route in (ROUTE, None)]
    events += [rest_event(quote(path), **query(sub1="a")) for path in paths]
    assert {send(event) for event in events} == {(302, "https://game.example/?s=a")}
    assert send(http_event(f"/s//{code}", route=ROUTE, **query(sub1="a"))) == (302, "https://game.example/?s=a")


def test_parameters_behind_the_code_are_read_from_a_decoded_path(code: str) -> None:
    rests = ("&sub1=a/b c", "/&sub1=a/b c", "/x/y/z/1/2/3/4&sub1=a/b c", "&sub1=a/b%20c", ";sub1=a/b c")
    sent = {send(http_event(f"/s/{code}{rest}", route=route, **query())) for rest in rests for route in (ROUTE, None)}
    assert sent == {(302, "https://game.example/?s=a%2Fb%20c")}


def test_parameters_behind_the_code_are_read_from_an_encoded_path(code: str) -> None:
    for rest in ("%26sub1=a%2Fb%20c", "&sub1=a%2Fb%20c", "/x&sub1=a%2Fb%20c"):
        for event in (rest_event, http_event):
            assert send(event(f"/s/{code}{rest}", **query())) == (302, "https://game.example/?s=a%2Fb%20c")


def test_slash_at_the_end_of_a_value_stays_at_both_doors(code: str) -> None:
    path = f"/s/{code}&sub1=https://site.example/"
    sent = {send(event) for event in (http_event(path, route=ROUTE, **query()), rest_event(path, **query()))}
    assert sent == {(302, "https://game.example/?s=https%3A%2F%2Fsite.example%2F")}


def test_every_value_of_a_repeated_parameter_arrives(code: str) -> None:
    several: dict[str, Any] = {
        "queryStringParameters": {"a": "2"},
        "multiValueQueryStringParameters": {"a": ["1", "2"]},
    }
    for event in (http_event(f"/s/{code}", **several), rest_event(f"/s/{code}", **several)):
        assert send(event) == (302, "https://game.example/?s=&a=1&a=2")


def test_head_of_a_link_records_nothing_at_either_door(code: str) -> None:
    for event in (http_event(f"/s/{code}", httpMethod="HEAD"), rest_event(f"/s/{code}", httpMethod="HEAD")):
        assert send(event)[0] == 302
    assert recorded() == {}


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("stage", ["$default", "live"])
def test_postback_and_pixel_are_found_with_and_without_the_stage(stage: str) -> None:
    pixel = app(http_event("/pixel.gif", stage=stage, **query(campaign_id="cmp_1")), None)
    assert (pixel["statusCode"], pixel["headers"]["Content-Type"], pixel["body"][:6]) == (200, "image/gif", "GIF89a")
    postback = app(http_event("/postback", stage=stage, **query()), None)
    assert postback["statusCode"] == 422
    assert postback["headers"]["Content-Type"] == "application/problem+json"


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("route", [None, "/postback"], ids=["the path", "the route"])
def test_postback_with_a_slash_at_its_end_is_found_whatever_is_sent_as_its_route(route: str | None) -> None:
    assert app(http_event("/postback/", route=route, **query()), None)["statusCode"] == 422


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(
    ("body", "is_base64"),
    [
        pytest.param("Y2xpY2tfaWQ9eCZ0b2tlbj15", True, id="in base64"),
        pytest.param("click_id=x&token=y", False, id="as text"),
    ],
)
def test_body_of_a_postback_is_read_however_it_is_sent(body: str, is_base64: bool) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    event = http_event("/postback", httpMethod="POST", headers=form, body=body, isBase64Encoded=is_base64, **query())
    assert app(event, None)["statusCode"] == 404


@pytest.mark.usefixtures("tables")
def test_sample_events_of_aws_get_no_route_of_ours() -> None:
    assert [app(sample(door), None)["statusCode"] for door in ("http_api", "rest_api")] == [405, 405]
    assert app({}, None)["statusCode"] == 500


@pytest.mark.usefixtures("tables")
@given(text=st.text(max_size=30), route=st.sampled_from([ROUTE, None]), stage=st.sampled_from(["$default", "live"]))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_path_below_links_gets_a_page(text: str, route: str | None, stage: str) -> None:
    response = app(http_event(f"/s/{text}", route=route, stage=stage), None)
    assert (response["statusCode"], response["body"]) == (404, pages.UNKNOWN_LINK)
