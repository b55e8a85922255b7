"""`GET /s/{code}`: send a click to its destination and record it."""

import os
import sys
import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib import settings
from chalicelib.caps import duplicate_filter, reservation, windows
from chalicelib.clicks.write import write_click
from chalicelib.domain import ids
from chalicelib.domain.campaign import Campaign, TrackingMethod
from chalicelib.domain.click import Outcome, RejectionReason
from chalicelib.domain.route import PublisherLink, Route
from chalicelib.dynamodb import wait_limit
from chalicelib.dynamodb.errors import TableError
from chalicelib.routing import click_record, pages, route_cache
from chalicelib.routing.decision import Decision, decide
from chalicelib.routing.eligibility import ClickContext
from chalicelib.routing.geoip import locate
from chalicelib.routing.tracking_parameters import parse_tracking_parameters
from chalicelib.routing.user_agent import parse_user_agent
from chalicelib.routing.visitor_detection import visitor

_LONG_DESTINATION = 8_000
"""A destination that leaves no room for a cookie of many clicks (see `click_record.MAX_DESTINATION`)."""

_SPARE_SEGMENTS = 5
PATHS = tuple("/s/{code}" + "".join(f"/{{rest{n}}}" for n in range(1, 1 + more)) for more in range(1 + _SPARE_SEGMENTS))
"""A link, and what it becomes with slashes pasted behind its code. API Gateway has no other wildcard in Chalice."""

blueprint = Blueprint(__name__)

# A Lambda has a full CPU while it starts and a share of one afterwards: compile the parser before the first click.
parse_user_agent("")


@wait_limit.one_click
def redirect(**_: str) -> Response:
    """Redirect the visitor and record the click. HEAD returns the same response; it records and reserves nothing."""
    started_at = time.perf_counter()
    event = blueprint.current_request.to_original_event()
    code, _rest = _code_and_rest(event)
    try:
        link_and_route = route_cache.load_link_and_route(code) if code else None
    except TableError as error:
        print(f"link {code} could not be read: {error}", file=sys.stderr)
        return _page(503, pages.UNAVAILABLE)
    if link_and_route is None:
        return _page(404, pages.UNKNOWN_LINK)
    link, route = link_and_route
    now = datetime.now(UTC)
    click_id = ids.time_ordered_id(now, os.urandom(10))
    context = click_context(event, link, click_id, now)
    is_click = event["requestContext"]["httpMethod"] != "HEAD"
    decision = _decide_or_fall_back(route, context, click_id, may_reserve=is_click)
    click = click_record.record(click_id, context, route, decision)
    if is_click:
        _write(click, decision.campaign, now)
        _log(click, started_at)
    destination = click_record.fill_destination(decision.url, click) if decision.url else None
    if not destination:
        return _page(200, pages.NO_OFFER)
    return _redirect(destination, _cookie(decision.campaign, click, event, destination) if is_click else {})


for _path in PATHS:
    blueprint.route(_path, methods=["GET", "HEAD"], content_types=["*/*"])(redirect)


def _code_and_rest(event: Mapping[str, Any]) -> tuple[str, str]:
    """Return the link code in the path, and what stands behind it."""
    segments = event["pathParameters"]
    if len(segments) == 1:
        return ids.split_link_code(segments["code"])
    # Their names sort in the order of the path. API Gateway drops a slash at its end.
    end = "/" if event.get("path", "").endswith("/") else ""
    return ids.split_link_code("/".join([segments[name] for name in sorted(segments)]) + end)


def _write(click: Mapping[str, Any], campaign: Campaign | None, now: datetime) -> None:
    """Write the click, then release an expired lease unless the table failed: the visitor is waiting."""
    if not write_click(click, campaign.attribution_window_days if campaign else 0):
        return
    try:
        reservation.release_expired_lease(now)
    except Exception as error:  # noqa: BLE001 - the visitor must arrive all the same
        print(f"lease not released: {error!r}", file=sys.stderr)


def click_context(event: Mapping[str, Any], link: PublisherLink, click_id: str, now: datetime) -> ClickContext:
    """Return the context of the click in an API Gateway event; its two draws follow from the click ID."""
    headers = {name.lower(): value for name, value in (event["headers"] or {}).items()}
    draw, arm_draw = click_record.draws_of(click_id)
    source_ip = event["requestContext"]["identity"]["sourceIp"]
    query = event.get("multiValueQueryStringParameters") or {}
    _, rest = _code_and_rest(event)
    return ClickContext(
        link=link,
        visitor=visitor(headers, source_ip, settings.edge_secret(), locate),
        parameters=parse_tracking_parameters(query, rest),
        now=now,
        draw=draw,
        arm_draw=arm_draw,
    )


def decide_with_tables(route: Route, context: ClickContext, token: str, *, may_reserve: bool) -> Decision:
    """Decide with the approvals, caps and duplicate markers of the tables; without `may_reserve` only check them."""
    publisher_id, terms_caps = context.link.publisher_id, context.link.caps
    approved_ids = route_cache.approved_campaign_ids(publisher_id, route)

    def reserve(campaign: Campaign) -> RejectionReason | None:
        if campaign.id in terms_caps:
            campaign = campaign.with_publisher_caps(terms_caps[campaign.id])
        if not campaign.caps and campaign.duplicate_filter is None:
            return None
        if route_cache.is_any_cap_reached(windows.conversion_counters(campaign, publisher_id, context.now)):
            return RejectionReason.CAP
        wanted = reservation.Reservation(
            counters=windows.click_counters(campaign, publisher_id, context.now),
            marker=_duplicate_marker(campaign, context),
            token=f"{token}-{campaign.id[-6:]}",
            now=context.now,
        )
        return (reservation.reserve if may_reserve else reservation.check_only)(wanted)

    return decide(route, context, approved_ids.__contains__, reserve)


def _duplicate_marker(campaign: Campaign, context: ClickContext) -> duplicate_filter.DuplicateMarker | None:
    origin = duplicate_filter.ClickOrigin(context.visitor, context.link.publisher_id, context.parameters)
    return duplicate_filter.duplicate_marker(campaign, origin, context.now, settings.visitor_hash_key())


def _decide_or_fall_back(route: Route, context: ClickContext, token: str, *, may_reserve: bool) -> Decision:
    """Decide, or use the fallback if a broken route makes the decision fail: the visitor must be redirected."""
    try:
        return decide_with_tables(route, context, token, may_reserve=may_reserve)
    except Exception:  # noqa: BLE001 - whatever it is, it is not the visitor's
        error = f"route {route.id}@{route.version} failed, serving the fallback URL: {traceback.format_exc()}"
        print(f"click {token}: {error}", file=sys.stderr)
        return Decision(Outcome.FALLBACK if route.fallback_url else Outcome.NO_OFFER, None, route.fallback_url)


def _cookie(
    campaign: Campaign | None, click: Mapping[str, Any], event: Mapping[str, Any], destination: str
) -> dict[str, str]:
    """Return the cookie by which the pixel of the campaign finds the click; none for a campaign without pixel.

    The cookie of a very long destination has no earlier clicks: both must fit into the response.
    """
    if campaign is None or campaign.tracking is not TrackingMethod.PIXEL:
        return {}
    from chalicelib.routing import pixel_cookie  # noqa: PLC0415 - few campaigns have a pixel

    headers = {name.lower(): value for name, value in (event["headers"] or {}).items()}
    if not pixel_cookie.is_navigation(headers.get("sec-fetch-dest", "")):
        return {}
    earlier = headers.get("cookie", "") if len(destination) <= _LONG_DESTINATION else ""
    now = datetime.fromtimestamp(click["at"] / 1000, UTC)
    return {"Set-Cookie": pixel_cookie.set_cookie(earlier, campaign, click["click_id"], now)}


def _redirect(destination: str, cookie: Mapping[str, str]) -> Response:
    headers: dict[str, str | list[str]] = {
        "Location": destination,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        **cookie,
    }
    return Response("", headers, 302)


def _page(status: int, text: str) -> Response:
    headers: dict[str, str | list[str]] = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    is_head = blueprint.current_request.method == "HEAD"
    return Response("" if is_head else text, headers, status)


def _log(click: Mapping[str, Any], started_at: float) -> None:
    if settings.click_logging_enabled():
        milliseconds = (time.perf_counter() - started_at) * 1000
        campaign_id = click["campaign_id"] or "-"
        print(f"click {click['click_id']} {click['outcome']} {campaign_id} {milliseconds:.1f} ms", file=sys.stderr)
