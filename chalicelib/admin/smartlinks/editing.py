"""The edit of a smartlink by a patch, by a new status or by a past version: loads it and saves the changed one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.access import membership
from chalicelib.admin import route_publishing
from chalicelib.admin.smartlinks import storage, versions
from chalicelib.admin.smartlinks.document import smartlink_document
from chalicelib.admin.smartlinks.schemas import SmartlinkDocument
from chalicelib.admin.smartlinks.storage import Edit
from chalicelib.admin.smartlinks.versions import Origin
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.smartlinks import SmartlinkRow


class Loaded(NamedTuple):
    """A smartlink to change: its current row, and the version of its route, which was read before."""

    row: SmartlinkRow
    route_version: int


class Changed(NamedTuple):
    """A smartlink after a change: settings, status, its campaigns by ID, and the origin of the new version."""

    settings: dict[str, Any]
    status: str
    campaigns: Mapping[str, CampaignRow]
    origin: Origin


def load(request: Request, smartlink_id: str) -> Loaded:
    """Return the smartlink to change. Raise `NotFound`, or `PreconditionFailed` if `If-Match` names another version."""
    route_version = route_publishing.published_version(smartlink_id)
    row = membership.get_smartlink_or_404(smartlink_id)
    check_if_match(request, row.version)
    return Loaded(row, route_version)


def save(request: Request, loaded: Loaded, changed: Changed) -> SmartlinkDocument:
    """Write the changed smartlink as its next version and return its document."""
    row, before = loaded.row, versions.previous(loaded.row)
    is_reset = storage.resets_learning(row.settings, changed.settings)
    row.settings, row.status = changed.settings, changed.status
    row.epoch += int(is_reset)
    row.version += 1
    row.updated_at = request.timestamp
    storage.set_index_years(row)
    document = smartlink_document(request, row, changed.campaigns)
    edit = Edit(before, loaded.route_version, changed.campaigns.values(), is_reset, changed.origin)
    storage.save(request, row, edit, document)
    return document
