"""Endpoints for admins: smartlinks and their members."""

from chalicelib.access import applications, membership
from chalicelib.admin import route_publishing
from chalicelib.admin.references import publisher_id_errors
from chalicelib.admin.smartlinks import listing, members, storage
from chalicelib.admin.smartlinks.list_schemas import MemberDocument, MemberQuery, SmartlinkQuery, SmartlinkSummary
from chalicelib.admin.smartlinks.references import SmartlinkReferences
from chalicelib.admin.smartlinks.schemas import (
    NewMember,
    SmartlinkDocument,
    SmartlinkSettings,
)
from chalicelib.admin.smartlinks.surroundings import surroundings
from chalicelib.admin.smartlinks.warnings import warnings
from chalicelib.domain.smartlink import Rotation, SmartlinkStatus, Visibility
from chalicelib.http.models import Body, NoContent, Patch
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.smartlinks import SmartlinkRow


def find(request: Request, query: SmartlinkQuery) -> SearchPage[SmartlinkSummary]:
    """List the smartlinks, newest first."""
    return listing.list_smartlinks(request, query)


def create(request: Request, body: Body[SmartlinkSettings]) -> SmartlinkDocument:
    """Create and publish a smartlink."""
    references = SmartlinkReferences(request, {})
    settings = body.validated(references.errors)
    row = SmartlinkRow(
        request.new_id("sml"),
        version=1,
        status=SmartlinkStatus.ACTIVE.value,
        settings=settings.model_dump(mode="json"),
        epoch=1,
        live_count=0,
        pending_count=0,
        created_year=request.year,
        market_year=_market_year(request.year, settings),
        optimized_year=_optimized_year(request.year, settings, SmartlinkStatus.ACTIVE),
        created_at=request.timestamp,
        updated_at=request.timestamp,
    )
    document = _document(request, row, references.campaigns)
    storage.create(request, row, references.campaigns.values(), document)
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


def find_publishers(request: Request, smartlink_id: str, query: MemberQuery) -> SearchPage[MemberDocument]:
    """List the publishers who applied to a smartlink or were added to it, with their links."""
    return members.list_members(request, membership.get_smartlink_or_404(smartlink_id), query)


def add_publisher(request: Request, smartlink_id: str, body: Body[NewMember]) -> MemberDocument:
    """Add a publisher to a smartlink. A pending application is approved."""
    membership.get_smartlink_or_404(smartlink_id)
    new = body.validated(publisher_id_errors)
    state = membership.load_membership(smartlink_id, new.publisher_id)
    code = membership.code_for(request, state)
    document = members.approved_member(request, state, code)
    if state.status == membership.APPROVED:
        applications.approve_pool_campaigns(request, state.pool, state.publisher)
    else:
        applications.approve(request, state, code, document, subject=state.audit_subject)
    return document


def remove_publisher(request: Request, smartlink_id: str, publisher_id: str) -> NoContent:
    """Remove a publisher from a smartlink. Their link stops working."""
    applications.remove(request, membership.load_membership(smartlink_id, publisher_id))
    return NoContent()


def _save(
    request: Request, smartlink_id: str, body: Patch[SmartlinkSettings], status: SmartlinkStatus | None
) -> SmartlinkDocument:
    route_version = route_publishing.published_version(smartlink_id)
    row = membership.get_smartlink_or_404(smartlink_id)
    check_if_match(request, row.version)
    before, references = storage.audit_document(row), SmartlinkReferences(request, row.settings)
    settings = body.apply_to(row.settings, references.errors)
    row.settings = settings.model_dump(mode="json")
    is_reset = storage.resets_learning(before, row.settings)
    row.epoch += int(is_reset)
    row.status = (status or SmartlinkStatus(row.status)).value
    row.version += 1
    row.updated_at = request.timestamp
    row.market_year = _market_year(row.created_year, settings)
    row.optimized_year = _optimized_year(row.created_year, settings, row.status)
    document = _document(request, row, references.campaigns)
    edit = storage.Edit(before, route_version, references.campaigns.values(), is_reset)
    storage.save(request, row, edit, document)
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
        created_at=row.created_at,
        updated_at=row.updated_at,
        warnings=warnings(row.settings, campaigns, surroundings(request.now)),
    )
