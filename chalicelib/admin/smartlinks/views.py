"""Endpoints for admins: smartlinks, their members, and simulated clicks."""

from chalicelib.access import applications, membership, terms
from chalicelib.admin import route_publishing
from chalicelib.admin.clicks.schemas import ClickDocument
from chalicelib.admin.smartlinks import simulation, storage
from chalicelib.admin.smartlinks.contradictions import KnownNetworks
from chalicelib.admin.smartlinks.schemas import (
    MemberDocument,
    NewMember,
    Simulation,
    SmartlinkDocument,
    SmartlinkSettings,
)
from chalicelib.admin.smartlinks.warnings import Surroundings, warnings
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.domain.route import PublisherLink
from chalicelib.domain.smartlink import PoolChangePolicy, Rotation, SmartlinkStatus, Visibility
from chalicelib.exchange.rate_reader import rates_at
from chalicelib.http.models import LinkDocument, ListQuery, NoContent, Page, Patch
from chalicelib.http.problems import NotFound, ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.routing import click_record
from chalicelib.routing.click_document import click_document
from chalicelib.routing.geoip import hosting_networks, known_connections, locate
from chalicelib.routing.redirect import decide_with_tables
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.smartlinks import SmartlinkRow


def find(request: Request, query: ListQuery) -> Page[SmartlinkDocument]:
    """List the smartlinks, newest first."""
    rows, cursor = storage.list_smartlinks(request, query)
    campaigns = route_publishing.campaigns(set().union(*(route_publishing.campaign_ids(row.settings) for row in rows)))
    around = _surroundings(request)
    return Page(items=[_document(request, row, campaigns, around) for row in rows], next_cursor=cursor)


def create(request: Request, body: SmartlinkSettings) -> SmartlinkDocument:
    """Create and publish a smartlink."""
    settings = body.model_dump(mode="json")
    campaigns = storage.load_campaigns(settings, storage.link_errors(request, settings, {}))
    row = SmartlinkRow(
        request.new_id("sml"),
        version=1,
        status=SmartlinkStatus.ACTIVE.value,
        settings=settings,
        epoch=1,
        live_count=0,
        pending_count=0,
        created_year=request.year,
        market_year=_market_year(request.year, body),
        optimized_year=_optimized_year(request.year, body, SmartlinkStatus.ACTIVE),
        created_at=request.timestamp,
        updated_at=request.timestamp,
    )
    document = _document(request, row, campaigns)
    storage.create(request, row, campaigns.values(), document)
    return document


def show(request: Request, smartlink_id: str) -> SmartlinkDocument:
    """Show a smartlink."""
    return _with_campaigns(request, membership.get_smartlink_or_404(smartlink_id))


def edit(request: Request, smartlink_id: str, body: Patch[SmartlinkSettings]) -> SmartlinkDocument:
    """Edit a smartlink. All its links use the new settings at once; their codes stay the same."""
    return _save(request, smartlink_id, body, None)


def pause(request: Request, smartlink_id: str) -> SmartlinkDocument:
    """Pause a smartlink. Its links go to the fallback URL."""
    return _save(request, smartlink_id, Patch(SmartlinkSettings, {}), SmartlinkStatus.PAUSED)


def resume(request: Request, smartlink_id: str) -> SmartlinkDocument:
    """Resume a paused smartlink."""
    return _save(request, smartlink_id, Patch(SmartlinkSettings, {}), SmartlinkStatus.ACTIVE)


def delete(request: Request, smartlink_id: str) -> NoContent:
    """Delete a smartlink. Its links return 404."""
    row = membership.get_smartlink_or_404(smartlink_id)
    check_if_match(request, row.version)
    storage.delete(request, row)
    return NoContent()


def find_publishers(request: Request, smartlink_id: str, query: ListQuery) -> Page[MemberDocument]:
    """List the publishers of a smartlink with their links."""
    pool = membership.get_smartlink_or_404(smartlink_id)
    rows, cursor = storage.list_members(smartlink_id, query)
    names = storage.publisher_names(row.publisher_id for row in rows)
    items = [
        MemberDocument(
            publisher_id=row.publisher_id,
            publisher_name=names.get(row.publisher_id, ""),
            status=row.status,
            link=_link(request, pool, row.code or ""),
        )
        for row in rows
    ]
    return Page(items=items, next_cursor=cursor)


def add_publisher(request: Request, smartlink_id: str, body: NewMember) -> MemberDocument:
    """Add a publisher to a smartlink. A pending application is approved."""
    pool = membership.get_smartlink_or_404(smartlink_id)
    try:
        state = membership.load_membership(smartlink_id, body.publisher_id)
    except NotFound as error:
        raise ValidationFailed(("/publisher_id", f"is not a publisher: {body.publisher_id}")) from error
    code = membership.code_for(request, state)
    document = MemberDocument(
        publisher_id=state.publisher.id,
        publisher_name=state.publisher.name,
        status=membership.APPROVED,
        link=_link(request, pool, code),
    )
    if state.status == membership.APPROVED:
        applications.approve_pool_campaigns(request, state.pool, state.publisher)
    else:
        applications.approve(request, state, code, document, subject=state.audit_subject)
    return document


def remove_publisher(request: Request, smartlink_id: str, publisher_id: str) -> NoContent:
    """Remove a publisher from a smartlink. Their link stops working."""
    applications.remove(request, membership.load_membership(smartlink_id, publisher_id))
    return NoContent()


def simulate(request: Request, smartlink_id: str, body: Simulation) -> ClickDocument:
    """Simulate a click and explain the decision. Nothing is stored.

    If weights were learned, the click uses them; it is not in the hold-out.
    """
    route = route_publishing.route(membership.get_smartlink_or_404(smartlink_id).id)
    link = _simulated_link(smartlink_id, body.publisher_id)
    draw = click_record.draw_of(request.entropy(16).hex())
    context = simulation.simulated_click(body, link, request.now, draw, locate)
    decision = decide_with_tables(route, context, "", may_reserve=False)
    click = {**click_record.record("", context, route, decision), "draw": context.draw}
    document = click_document(click, route)
    return ClickDocument(**{**document, "click_id": None, "publisher_id": body.publisher_id})


def _simulated_link(smartlink_id: str, publisher_id: str | None) -> PublisherLink:
    if publisher_id is None:
        return PublisherLink("", "", smartlink_id)
    try:
        publisher = membership.get_publisher_or_404(publisher_id)
    except NotFound as error:
        raise ValidationFailed(("/publisher_id", f"is not a publisher: {publisher_id}")) from error
    in_force = terms.link_terms(publisher_id)
    return PublisherLink(
        code="",
        publisher_id=publisher_id,
        route_id=smartlink_id,
        publisher_active=publisher.status == PublisherStatus.ACTIVE,
        terms_version=in_force.fields["terms_version"],
        caps=in_force.decoded_caps,
    )


def _save(
    request: Request, smartlink_id: str, body: Patch[SmartlinkSettings], status: SmartlinkStatus | None
) -> SmartlinkDocument:
    route_version = route_publishing.published_version(smartlink_id)
    row = membership.get_smartlink_or_404(smartlink_id)
    check_if_match(request, row.version)
    before, settings = storage.audit_document(row), body.apply_to(row.settings)
    row.settings = settings.model_dump(mode="json")
    campaigns = storage.load_campaigns(row.settings, storage.link_errors(request, row.settings, before))
    is_reset = before["offers"] != row.settings["offers"] and settings.on_pool_change is PoolChangePolicy.RESET
    row.epoch += int(is_reset)
    row.status = (status or SmartlinkStatus(row.status)).value
    row.version += 1
    row.updated_at = request.timestamp
    row.market_year = _market_year(row.created_year, settings)
    row.optimized_year = _optimized_year(row.created_year, settings, row.status)
    document = _document(request, row, campaigns)
    storage.save(request, row, storage.Edit(before, route_version, campaigns.values(), is_reset), document)
    return document


def _market_year(year: str, settings: SmartlinkSettings) -> str | None:
    return None if settings.visibility is Visibility.PRIVATE else year


def _optimized_year(year: str, settings: SmartlinkSettings, status: str) -> str | None:
    is_optimized = settings.rotation is Rotation.OPTIMIZED and status == SmartlinkStatus.ACTIVE
    return year if is_optimized else None


def _with_campaigns(request: Request, row: SmartlinkRow) -> SmartlinkDocument:
    return _document(request, row, route_publishing.campaigns(route_publishing.campaign_ids(row.settings)))


def _document(
    request: Request,
    row: SmartlinkRow,
    rows: dict[str, CampaignRow],
    around: Surroundings | None = None,
) -> SmartlinkDocument:
    campaign_ids = route_publishing.campaign_ids(row.settings) & rows.keys()
    campaigns = {each: route_publishing.campaign_document(rows[each]) for each in campaign_ids}
    return SmartlinkDocument(
        **row.settings,
        id=row.id,
        status=row.status,
        version=row.version,
        offer_count=len(row.settings["offers"]),
        live_count=row.live_count,
        pending_count=row.pending_count,
        epoch=row.epoch,
        warnings=warnings(row.settings, campaigns, around or _surroundings(request)),
    )


def _surroundings(request: Request) -> Surroundings:
    hosting = frozenset(f"as{number}" for number in hosting_networks())
    return Surroundings(request.now, rates_at(request.now), KnownNetworks(known_connections(), hosting))


def _link(request: Request, pool: SmartlinkRow, code: str) -> LinkDocument:
    return LinkDocument(code=code, url=request.link_url(code, pool.settings["tracking_domain"]))
