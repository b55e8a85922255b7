"""Endpoints for admins: smartlinks and their members."""

from collections.abc import Mapping

from chalicelib.access import applications, membership
from chalicelib.admin import route_publishing
from chalicelib.admin.references import publisher_id_errors
from chalicelib.admin.smartlinks import editing, listing, members, storage
from chalicelib.admin.smartlinks.copied_settings import check_domain, copied_name, usable_campaigns
from chalicelib.admin.smartlinks.document import smartlink_document
from chalicelib.admin.smartlinks.editing import Changed
from chalicelib.admin.smartlinks.list_schemas import MemberDocument, MemberQuery, SmartlinkQuery, SmartlinkSummary
from chalicelib.admin.smartlinks.references import SmartlinkReferences
from chalicelib.admin.smartlinks.schemas import NewMember, SmartlinkDocument, SmartlinkSettings
from chalicelib.admin.smartlinks.versions import Origin
from chalicelib.domain.smartlink import SmartlinkStatus, VersionAction
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
    settings = body.validated(references.errors).model_dump(mode="json")
    row = storage.new_row(request, settings, SmartlinkStatus.ACTIVE)
    return _create(request, row, references.campaigns, Origin(VersionAction.CREATED))


def clone(request: Request, smartlink_id: str) -> SmartlinkDocument:
    """Clone a smartlink: the same settings, paused, without publishers, links and learning."""
    source = membership.get_smartlink_or_404(smartlink_id)
    campaigns = usable_campaigns(source.settings, "The smartlink", "Remove them from it first.")
    # A host of an earlier release is no resource, and can be cloned.
    kept = source.settings if request.can_use(source.settings["tracking_domain"]) else {}
    check_domain(source.settings, kept, "The smartlink", "Set another tracking_domain or null in it first.")
    settings = {**source.settings, "name": copied_name(source.settings["name"])}
    row = storage.new_row(request, settings, SmartlinkStatus.PAUSED)
    return _create(request, row, campaigns, Origin(VersionAction.CLONED, cloned_from=source.id))


def _create(
    request: Request, row: SmartlinkRow, campaigns: Mapping[str, CampaignRow], origin: Origin
) -> SmartlinkDocument:
    document = smartlink_document(request, row, campaigns)
    storage.create(request, row, campaigns.values(), document, origin)
    return document


def show(request: Request, smartlink_id: str) -> SmartlinkDocument:
    """Show a smartlink."""
    row = membership.get_smartlink_or_404(smartlink_id)
    return smartlink_document(request, row, route_publishing.campaigns(route_publishing.campaign_ids(row.settings)))


def edit(request: Request, smartlink_id: str, body: Patch[SmartlinkSettings]) -> SmartlinkDocument:
    """Edit a smartlink. All its links use the new settings at once; their codes stay the same."""
    loaded = editing.load(request, smartlink_id)
    references = SmartlinkReferences(request, loaded.row.settings)
    settings = body.apply_to(loaded.row.settings, references.errors).model_dump(mode="json")
    origin = Origin(VersionAction.EDITED)
    return editing.save(request, loaded, Changed(settings, loaded.row.status, references.campaigns, origin))


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
