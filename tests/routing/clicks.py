"""Decided clicks and their routes, for the tests of click records and click documents."""

from typing import Any

from chalicelib.domain.click import TrackingParameters
from chalicelib.domain.route import Route
from chalicelib.routing.click_record import record
from chalicelib.routing.decision import Decision, decide
from chalicelib.routing.eligibility import ClickContext
from tests.builders import a_campaign, a_click_context, a_route, an_offer, an_optimized_route

CLICK_ID = "01kmvx0000000000000000000a"
GAME = a_campaign("cmp_1", destination_url="https://acme.example/?cid={click_id}&s={sub1}")
ROUTE = a_route(an_offer(GAME, weight=3, priority=10), an_offer("cmp_2", priority=10, enabled=False), epoch=4)
PARAMETERS = TrackingParameters(
    sub_ids={"sub1": "news & more"}, source="blog", external_click_id="x-1", query="gclid=a%26b"
)
LEARNED = {"US|mobile": {"cmp_1": 0.75, "cmp_2": 0.25}, "GB": {"cmp_1": 0.5, "cmp_2": 0.5}}
OPTIMIZED = an_optimized_route(an_offer("cmp_1", weight=3), an_offer("cmp_2"), segments=LEARNED, holdout_percent=50)


def a_click(route: Route = ROUTE, **changes: Any) -> dict[str, Any]:
    """Return the record of a click on the route, with these changes to its context."""
    context = a_click_context(**{"parameters": PARAMETERS, **changes})
    return record(CLICK_ID, context, route, _decide(route, context))


def _decide(route: Route, context: ClickContext) -> Decision:
    return decide(route, context, lambda _: True, lambda _: None)
