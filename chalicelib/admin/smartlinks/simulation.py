"""A made-up click, as the decision would see it."""

from dataclasses import replace
from datetime import datetime

from chalicelib.admin.smartlinks.schemas import Simulation
from chalicelib.domain.click import TrackingParameters
from chalicelib.domain.route import PublisherLink
from chalicelib.domain.visitor import Visitor
from chalicelib.routing.eligibility import ClickContext
from chalicelib.routing.visitor_detection import Locate, visitor

_LOT = 1 - 2**-53
"""The last lot of all: in the hold-out only where everyone is."""


def arrival(asked: Simulation, link: PublisherLink, now: datetime, draw: float, locate: Locate) -> ClickContext:
    """The arrival that the simulation asks for; `now` and `draw` stand in where it names none.

    Its lot is not one of the hold-out's: where weights were learned, the click goes by them.
    """
    return ClickContext(
        link=link,
        visitor=_visitor(asked, locate),
        parameters=TrackingParameters(source=asked.source),
        now=datetime.fromisoformat(asked.at) if asked.at else now,
        draw=draw if asked.draw is None else asked.draw,
        arm_draw=_LOT,
    )


def _visitor(asked: Simulation, locate: Locate) -> Visitor:
    """What user agent and address tell, overruled by what is said outright; without an agent it is no bot."""
    headers = {"user-agent": asked.user_agent} if asked.user_agent else {}
    told = visitor(headers, asked.ip or "", "", locate)
    if asked.country and asked.country != told.country:
        told = replace(told, region=None, city=None)
    said = {name: getattr(asked, name) for name in ("country", "device", "os", "browser", "language")}
    known = {name: value for name, value in said.items() if value is not None}
    return replace(told, **known, is_bot=bool(asked.user_agent) and told.is_bot)
