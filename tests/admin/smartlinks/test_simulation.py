from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.admin.smartlinks.simulation import simulated_click
from chalicelib.admin.smartlinks.simulation_schemas import Simulation
from chalicelib.domain.click import TrackingParameters
from chalicelib.domain.visitor import Connection, Device, OperatingSystem, Visitor
from chalicelib.http.models import validate
from chalicelib.routing.eligibility import ClickContext
from chalicelib.routing.location import GeoLocation
from tests.builders import NOW, a_link

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1"
)


def _locate(address: str, number: int | None = None, /) -> GeoLocation:
    found = GeoLocation("DE", "DE-BE", "Berlin") if address == "203.0.113.7" else GeoLocation()
    return replace(found, network="AS16509", connection=Connection.HOSTING) if number == 16509 else found


def _context(**fields: Any) -> ClickContext:
    return simulated_click(validate(Simulation, fields), a_link(), NOW, 0.25, _locate)


def test_empty_simulation_is_an_unknown_visitor_and_no_bot() -> None:
    assert _context() == ClickContext(
        link=a_link(), visitor=Visitor(), parameters=TrackingParameters(), now=NOW, draw=0.25, arm_draw=1 - 2**-53
    )


def test_visitor_is_detected_from_user_agent_and_address() -> None:
    visitor = _context(user_agent=IPHONE, ip="203.0.113.7").visitor

    assert visitor == Visitor(
        country="DE",
        region="DE-BE",
        city="Berlin",
        device=Device.MOBILE,
        os=OperatingSystem.IOS,
        os_version="17.5",
        browser="safari",
        address="203.0.113.7",
        user_agent=IPHONE,
    )


def test_explicit_fields_take_precedence_over_user_agent_and_address() -> None:
    explicit = {"country": "US", "device": "tablet", "os": "android", "browser": "chrome", "language": "EN"}
    visitor = _context(user_agent=IPHONE, ip="203.0.113.7", **explicit).visitor

    assert (visitor.country, visitor.device, visitor.os, visitor.browser, visitor.language) == (
        "US",
        Device.TABLET,
        OperatingSystem.ANDROID,
        "chrome",
        "en",
    )


def test_user_agent_of_a_bot_is_a_bot() -> None:
    assert _context(user_agent="curl/8.7.1").visitor.is_bot


def test_explicit_country_that_differs_from_the_address_has_no_region() -> None:
    visitor = _context(ip="203.0.113.7", country="US").visitor

    assert (visitor.country, visitor.region, visitor.city) == ("US", None, None)


def test_explicit_country_of_the_address_keeps_its_region() -> None:
    visitor = _context(ip="203.0.113.7", country="DE").visitor

    assert (visitor.country, visitor.region, visitor.city) == ("DE", "DE-BE", "Berlin")


def test_source_time_and_draw_are_those_of_the_simulation() -> None:
    context = _context(source="news", at="2026-12-24T18:00:00+01:00", draw=0.0)

    assert (context.parameters, context.now, context.draw) == (
        TrackingParameters(source="news"),
        datetime(2026, 12, 24, 17, tzinfo=UTC),
        0.0,
    )


def test_hosting_network_is_hosting_unless_the_simulation_says_otherwise() -> None:
    hosted, cabled = _context(network="AS16509").visitor, _context(network="AS16509", connection="cable").visitor

    assert (hosted.network, hosted.connection, cabled.connection) == ("AS16509", Connection.HOSTING, Connection.CABLE)
