"""The admin's calls about smartlinks and the publishers on them."""

from chalicelib.access import applications, membership
from chalicelib.admin import route_publishing
from chalicelib.admin.clicks.schemas import ClickDocument
from chalicelib.admin.smartlinks import simulation, storage
from chalicelib.admin.smartlinks.schemas import (
    MemberDocument,
    NewMember,
    Simulation,
    SmartlinkDocument,
    SmartlinkSettings,
)
from chalicelib.admin.smartlinks.warnings import warnings
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.domain.route import PublisherLink
from chalicelib.domain.smartlink import PoolChangePolicy, Rotation, SmartlinkStatus, Visibility
from chalicelib.http.models import LinkDocument, ListQuery, NoContent, Page, Patch
from chalicelib.http.problems import NotFound, ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.routing import click_record
from chalicelib.routing.geoip import locate
from chalicelib.routing.redirect import decide_with_tables
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.smartlinks import SmartlinkRow


def find(request: Request, query: ListQuery) -> Page[SmartlinkDocument]:
    """List the smartlinks, newest first."""
    rows, cursor = storage.pools(request, query)
    held = route_publishing.campaigns(set().union(*(route_publishing.campaign_ids(row.settings) for row in rows)))
    return Page(items=[_document(request, row, held) for row in rows], next_cursor=cursor)


def create(request: Request, body: SmartlinkSettings) -> SmartlinkDocument:
    """Publish a smartlink."""
    settings = body.model_dump(mode="json")
    held = storage.checked_campaigns(settings)
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
    document = _document(request, row, held)
    storage.create(request, row, held.values(), document)
    return document


def show(request: Request, smartlink_id: str) -> SmartlinkDocument:
    """Show a smartlink."""
    return _with_campaigns(request, membership.pool(smartlink_id))


def edit(request: Request, smartlink_id: str, body: Patch[SmartlinkSettings]) -> SmartlinkDocument:
    """Change a smartlink; every publisher's link follows at once and no code changes."""
    return _saved(request, smartlink_id, body, None)


def pause(request: Request, smartlink_id: str) -> SmartlinkDocument:
    """Pause a smartlink: its links go to the fallback URL."""
    return _saved(request, smartlink_id, Patch(SmartlinkSettings, {}), SmartlinkStatus.PAUSED)


def resume(request: Request, smartlink_id: str) -> SmartlinkDocument:
    """Let a paused smartlink route clicks again."""
    return _saved(request, smartlink_id, Patch(SmartlinkSettings, {}), SmartlinkStatus.ACTIVE)


def delete(request: Request, smartlink_id: str) -> NoContent:
    """Delete a smartlink; its links answer 404."""
    row = membership.pool(smartlink_id)
    check_if_match(request, row.version)
    storage.delete(request, row)
    return NoContent()


def find_publishers(request: Request, smartlink_id: str, query: ListQuery) -> Page[MemberDocument]:
    """List the publishers on a smartlink with their links."""
    pool = membership.pool(smartlink_id)
    rows, cursor = storage.members(smartlink_id, query)
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
    """Put a publisher on a smartlink deliberately; a pending application is approved with it."""
    pool = membership.pool(smartlink_id)
    try:
        standing = membership.load_membership(smartlink_id, body.publisher_id)
    except NotFound as error:
        raise ValidationFailed(("/publisher_id", f"is not a publisher: {body.publisher_id}")) from error
    code = membership.code_for(request, standing)
    document = MemberDocument(
        publisher_id=standing.publisher.id,
        publisher_name=standing.publisher.name,
        status=membership.APPROVED,
        link=_link(request, pool, code),
    )
    if standing.status == membership.APPROVED:
        applications.approve_pool_campaigns(request, standing.pool, standing.publisher)
    else:
        applications.approve(request, standing, code, document, subject=standing.audit_subject)
    return document


def remove_publisher(request: Request, smartlink_id: str, publisher_id: str) -> NoContent:
    """Take a publisher off a smartlink: their link stops."""
    applications.remove(request, membership.load_membership(smartlink_id, publisher_id))
    return NoContent()


def simulate(request: Request, smartlink_id: str, body: Simulation) -> ClickDocument:
    """Try a click out: where it would go now and why. Records and reserves nothing.

    Where weights were learned, the click goes by them and is not one of the hold-out.
    """
    route = route_publishing.route(membership.pool(smartlink_id).id)
    link = _simulated_link(smartlink_id, body.publisher_id)
    chance = click_record.draw_of(request.entropy(16).hex())
    arrival = simulation.arrival(body, link, request.now, chance, locate)
    decision = decide_with_tables(route, arrival, "", for_real=False)
    stored = {**click_record.record("", arrival, route, decision), "draw": arrival.draw}
    document = click_record.document(stored, route)
    return ClickDocument(**{**document, "click_id": None, "publisher_id": body.publisher_id})


def _simulated_link(smartlink_id: str, publisher_id: str | None) -> PublisherLink:
    if publisher_id is None:
        return PublisherLink("", "", smartlink_id)
    try:
        publisher = membership.publisher(publisher_id)
    except NotFound as error:
        raise ValidationFailed(("/publisher_id", f"is not a publisher: {publisher_id}")) from error
    return PublisherLink("", publisher_id, smartlink_id, publisher.status == PublisherStatus.ACTIVE)


def _saved(
    request: Request, smartlink_id: str, body: Patch[SmartlinkSettings], status: SmartlinkStatus | None
) -> SmartlinkDocument:
    route_version = route_publishing.published_version(smartlink_id)
    row = membership.pool(smartlink_id)
    check_if_match(request, row.version)
    before, settings = storage.pool_document(row), body.apply_to(row.settings)
    row.settings = settings.model_dump(mode="json")
    held = storage.checked_campaigns(row.settings)
    resets = before["offers"] != row.settings["offers"] and settings.on_pool_change is PoolChangePolicy.RESET
    row.epoch += int(resets)
    row.status = (status or SmartlinkStatus(row.status)).value
    row.version += 1
    row.updated_at = request.timestamp
    row.market_year = _market_year(row.created_year, settings)
    row.optimized_year = _optimized_year(row.created_year, settings, row.status)
    document = _document(request, row, held)
    storage.save(request, row, storage.Edit(before, route_version, held.values(), resets), document)
    return document


def _market_year(year: str, settings: SmartlinkSettings) -> str | None:
    return None if settings.visibility is Visibility.PRIVATE else year


def _optimized_year(year: str, settings: SmartlinkSettings, status: str) -> str | None:
    learns = settings.rotation is Rotation.OPTIMIZED and status == SmartlinkStatus.ACTIVE
    return year if learns else None


def _with_campaigns(request: Request, row: SmartlinkRow) -> SmartlinkDocument:
    return _document(request, row, route_publishing.campaigns(route_publishing.campaign_ids(row.settings)))


def _document(request: Request, row: SmartlinkRow, held: dict[str, CampaignRow]) -> SmartlinkDocument:
    ids = route_publishing.campaign_ids(row.settings)
    campaigns = {each: route_publishing.campaign_document(held[each]) for each in ids if each in held}
    return SmartlinkDocument(
        **row.settings,
        id=row.id,
        status=row.status,
        version=row.version,
        offer_count=len(row.settings["offers"]),
        live_count=row.live_count,
        pending_count=row.pending_count,
        epoch=row.epoch,
        warnings=warnings(row.settings, campaigns, request.now),
    )


def _link(request: Request, pool: SmartlinkRow, code: str) -> LinkDocument:
    return LinkDocument(code=code, url=request.link_url(code, pool.settings["tracking_domain"]))
