"""Endpoints for admins: the versions of a smartlink."""

from collections.abc import Iterable, Iterator

from chalicelib.access import membership
from chalicelib.admin.smartlinks import editing, version_changes, versions
from chalicelib.admin.smartlinks.copied_settings import check_domain, usable_campaigns
from chalicelib.admin.smartlinks.editing import Changed
from chalicelib.admin.smartlinks.schemas import SmartlinkDocument
from chalicelib.admin.smartlinks.version_schemas import (
    SmartlinkChange,
    SmartlinkVersionDocument,
    SmartlinkVersionSummary,
)
from chalicelib.admin.smartlinks.versions import Origin
from chalicelib.domain.smartlink import VersionAction
from chalicelib.http.models import ListQuery, Page
from chalicelib.http.pagination import fetch_documents
from chalicelib.http.request import Request
from chalicelib.tables.names import campaign_names, user_names
from chalicelib.tables.smartlinks import SmartlinkVersionRow

_OF_ROW = ("version", "at", "user_id", "action", "restored_version", "cloned_from", "status")


def find(request: Request, smartlink_id: str, query: ListQuery) -> Page[SmartlinkVersionSummary]:  # noqa: ARG001 - every view has it
    """List the versions of a smartlink, newest first: who changed what, and when."""
    membership.get_smartlink_or_404(smartlink_id)
    return fetch_documents(versions.list_of_versions(smartlink_id), query, _summaries)


def show(request: Request, smartlink_id: str, version: str) -> SmartlinkVersionDocument:  # noqa: ARG001 - every view has it
    """Show a version of a smartlink."""
    membership.get_smartlink_or_404(smartlink_id)
    row = versions.get_version_or_404(smartlink_id, version)
    of_row = {name: getattr(row, name) for name in _OF_ROW}
    name = user_names([row.user_id]).get(row.user_id) if row.user_id else None
    return SmartlinkVersionDocument.of(row.settings, **of_row, smartlink_id=smartlink_id, user_name=name)


def restore(request: Request, smartlink_id: str, version: str) -> SmartlinkDocument:
    """Restore a version of a smartlink: its settings and status. It becomes the newest version."""
    loaded = editing.load(request, smartlink_id)
    past = versions.get_version_or_404(smartlink_id, version)
    label, advice = f"Version {past.version}", "Edit the smartlink instead."
    campaigns = usable_campaigns(past.settings, label, advice)
    check_domain(past.settings, loaded.row.settings, label, advice)
    origin = Origin(VersionAction.RESTORED, restored_version=past.version)
    return editing.save(request, loaded, Changed(past.settings, past.status, campaigns, origin))


def _summaries(rows: Iterable[SmartlinkVersionRow]) -> Iterator[SmartlinkVersionSummary]:
    found = [(row, version_changes.decode(row.changes)) for row in rows]
    campaigns = campaign_names(each.campaign_id for _, changes in found for each in changes if each.campaign_id)
    users = user_names(row.user_id for row, _ in found if row.user_id)
    for row, changes in found:
        yield SmartlinkVersionSummary(
            **{name: getattr(row, name) for name in (*_OF_ROW, "omitted_changes")},
            user_name=users.get(row.user_id),
            changes=[
                SmartlinkChange(**each._asdict(), campaign_name=campaigns.get(each.campaign_id or ""))
                for each in changes
            ],
        )
