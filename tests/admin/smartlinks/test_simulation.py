from datetime import UTC, datetime
from typing import Any

from chalicelib.admin.smartlinks.schemas import Simulation
from chalicelib.admin.smartlinks.simulation import arrival
from chalicelib.domain.click import TrackingParameters
from chalicelib.domain.visitor import Device, OperatingSystem, Visitor
from chalicelib.http.models import validate
from chalicelib.routing.eligibility import ClickContext
from chalicelib.routing.visitor_detection import GeoLocation
from tests.builders import NOW, a_link

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1"
)


def _located(address: str) -> GeoLocation:
    return GeoLocation("DE", "DE-BE", "Berlin") if address == "203.0.113.7" else GeoLocation()


def _arrival(**asked: Any) -> ClickContext:
    return arrival(validate(Simulation, asked), a_link(), NOW, 0.25, _located)


def test_a_simulation_of_nothing_is_an_unknown_visitor_who_is_no_bot() -> None:
    assert _arrival() == ClickContext(
        link=a_link(), visitor=Visitor(), parameters=TrackingParameters(), now=NOW, draw=0.25, arm_draw=1 - 2**-53
    )


def test_agent_and_address_say_who_is_simulated() -> None:
    visitor = _arrival(user_agent=IPHONE, ip="203.0.113.7").visitor

    assert visitor == Visitor(
        country="DE",
        region="DE-BE",
        city="Berlin",
        device=Device.MOBILE,
        os=OperatingSystem.IOS,
        browser="safari",
        address="203.0.113.7",
        user_agent=IPHONE,
    )


def test_what_is_said_outright_overrules_agent_and_address() -> None:
    said = {"country": "US", "device": "tablet", "os": "android", "browser": "chrome", "language": "EN"}
    visitor = _arrival(user_agent=IPHONE, ip="203.0.113.7", **said).visitor

    assert (visitor.country, visitor.device, visitor.os, visitor.browser, visitor.language) == (
        "US",
        Device.TABLET,
        OperatingSystem.ANDROID,
        "chrome",
        "en",
    )


def test_a_bots_agent_is_a_bot() -> None:
    assert _arrival(user_agent="curl/8.7.1").visitor.is_bot


def test_another_country_than_the_addresss_has_not_its_region() -> None:
    visitor = _arrival(ip="203.0.113.7", country="US").visitor

    assert (visitor.country, visitor.region, visitor.city) == ("US", None, None)


def test_the_addresss_own_country_keeps_its_region() -> None:
    visitor = _arrival(ip="203.0.113.7", country="DE").visitor

    assert (visitor.country, visitor.region, visitor.city) == ("DE", "DE-BE", "Berlin")


def test_source_moment_and_draw_are_those_asked_for() -> None:
    found = _arrival(source="news", at="2026-12-24T18:00:00+01:00", draw=0.0)

    assert (found.parameters, found.now, found.draw) == (
        TrackingParameters(source="news"),
        datetime(2026, 12, 24, 17, tzinfo=UTC),
        0.0,
    )
