"""`GET /s/{code}`: one click to one destination."""

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
from chalicelib.domain.campaign import Campaign
from chalicelib.domain.click import Outcome, RejectionReason
from chalicelib.domain.route import PublisherLink, Route
from chalicelib.dynamodb.errors import TableError
from chalicelib.routing import click_record, pages, route_cache
from chalicelib.routing.decision import Decision, decide
from chalicelib.routing.eligibility import ClickContext
from chalicelib.routing.geoip import locate
from chalicelib.routing.tracking_parameters import parse_tracking_parameters
from chalicelib.routing.visitor_detection import parse_user_agent, visitor

blueprint = Blueprint(__name__)

# A Lambda has a whole processor while it starts and a share afterwards: the first click finds the parser compiled.
parse_user_agent("")


@blueprint.route("/s/{code}", methods=["GET", "HEAD"], content_types=["*/*"])
def redirect(code: str) -> Response:
    """Sends the visitor on and records the click; HEAD answers the same, records and reserves nothing."""
    began = time.perf_counter()
    event = blueprint.current_request.to_original_event()
    try:
        found = route_cache.load_link_and_route(code) if ids.is_link_code(code) else None
    except TableError as error:
        print(f"the tables did not answer for {code}: {error}", file=sys.stderr)
        return _page(503, pages.UNAVAILABLE)
    if found is None:
        return _page(404, pages.UNKNOWN_LINK)
    link, route = found
    now = datetime.now(UTC)
    click_id = ids.time_ordered_id(now, os.urandom(10))
    arrival = click_context(event, link, click_id, now)
    for_real = event["requestContext"]["httpMethod"] != "HEAD"
    decision = _decide_or_fall_back(route, arrival, click_id, for_real=for_real)
    click = click_record.record(click_id, arrival, route, decision)
    if for_real:
        _write(click, now)
        _log(click, began)
    destination = click_record.fill_destination(decision.url, click) if decision.url else None
    cookie = _cookie(decision.campaign, click_id) if decision.campaign and for_real else {}
    return _redirect(destination, cookie) if destination else _page(200, pages.NO_OFFER)


def _write(click: Mapping[str, Any], now: datetime) -> None:
    """Write the click, then release an expired lease; only if the table took the click, as the visitor waits."""
    if not write_click(click):
        return
    try:
        reservation.release_expired_lease(now)
    except Exception as error:  # noqa: BLE001 - the visitor must arrive all the same
        print(f"lease not released: {error!r}", file=sys.stderr)


def click_context(event: Mapping[str, Any], link: PublisherLink, click_id: str, now: datetime) -> ClickContext:
    """The arrival that an API Gateway event tells of; draw and lot follow from the click's ID."""
    headers = {name.lower(): value for name, value in (event["headers"] or {}).items()}
    draw, lot = click_record.draws_of(click_id)
    source_ip = event["requestContext"]["identity"]["sourceIp"]
    return ClickContext(
        link=link,
        visitor=visitor(headers, source_ip, settings.edge_secret(), locate),
        parameters=parse_tracking_parameters(event.get("multiValueQueryStringParameters") or {}),
        now=now,
        draw=draw,
        arm_draw=lot,
    )


def decide_with_tables(route: Route, arrival: ClickContext, token: str, *, for_real: bool) -> Decision:
    """The decision with the tables behind it: approvals, caps and marks; only looked at unless `for_real`."""
    publisher_id = arrival.link.publisher_id
    approved = route_cache.approved(publisher_id, route)

    def reserve(campaign: Campaign) -> RejectionReason | None:
        if not campaign.caps and campaign.duplicate_filter is None:
            return None
        if route_cache.is_any_cap_reached(windows.conversion_counters(campaign, publisher_id, arrival.now)):
            return RejectionReason.CAP
        asked = reservation.Reservation(
            places=windows.click_counters(campaign, publisher_id, arrival.now),
            mark=duplicate_filter.duplicate_marker(campaign, arrival.visitor, arrival.now),
            token=f"{token}-{campaign.id[-6:]}",
            now=arrival.now,
        )
        return (reservation.reserve if for_real else reservation.check_only)(asked)

    return decide(route, arrival, approved.__contains__, reserve)


def _decide_or_fall_back(route: Route, arrival: ClickContext, token: str, *, for_real: bool) -> Decision:
    """The decision; where a broken route makes it fail, the fallback, so that the visitor still arrives."""
    try:
        return decide_with_tables(route, arrival, token, for_real=for_real)
    except Exception:  # noqa: BLE001 - whatever it is, it is not the visitor's
        print(f"deciding {token} on {route.id}@{route.version} failed: {traceback.format_exc()}", file=sys.stderr)
        return Decision(Outcome.FALLBACK if route.fallback_url else Outcome.NO_OFFER, None, route.fallback_url)


def _cookie(campaign: Campaign, click_id: str) -> dict[str, str]:
    """What makes the campaign's pixel know the click, on other sites too, as long as a conversion may come of it."""
    seconds = campaign.attribution_window_days * 86_400
    rules = f"Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=None"
    return {"Set-Cookie": f"click_{campaign.id}={click_id}; {rules}"}


def _redirect(destination: str, more: Mapping[str, str]) -> Response:
    headers: dict[str, str | list[str]] = {
        "Location": destination,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        **more,
    }
    return Response("", headers, 302)


def _page(status: int, text: str) -> Response:
    headers: dict[str, str | list[str]] = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    return Response(text, headers, status)


def _log(click: Mapping[str, Any], began: float) -> None:
    if settings.click_logging_enabled():
        took = (time.perf_counter() - began) * 1000
        went = click["campaign_id"] or "-"
        print(f"click {click['click_id']} {click['outcome']} {went} {took:.1f} ms", file=sys.stderr)
