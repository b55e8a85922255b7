"""Endpoints for admins: pause and resume a smartlink. The offers are not validated again, so both always work."""

from chalicelib.admin import route_publishing
from chalicelib.admin.smartlinks import editing
from chalicelib.admin.smartlinks.editing import Changed
from chalicelib.admin.smartlinks.schemas import SmartlinkDocument
from chalicelib.admin.smartlinks.versions import Origin
from chalicelib.domain.smartlink import SmartlinkStatus, VersionAction
from chalicelib.http.request import Request


def pause(request: Request, smartlink_id: str) -> SmartlinkDocument:
    """Pause a smartlink. Its links go to the fallback URL."""
    return _set_status(request, smartlink_id, SmartlinkStatus.PAUSED, VersionAction.PAUSED)


def resume(request: Request, smartlink_id: str) -> SmartlinkDocument:
    """Resume a paused smartlink."""
    return _set_status(request, smartlink_id, SmartlinkStatus.ACTIVE, VersionAction.RESUMED)


def _set_status(
    request: Request, smartlink_id: str, status: SmartlinkStatus, action: VersionAction
) -> SmartlinkDocument:
    loaded = editing.load(request, smartlink_id)
    settings = loaded.row.settings
    campaigns = route_publishing.campaigns(route_publishing.campaign_ids(settings))
    return editing.save(request, loaded, Changed(settings, status.value, campaigns, Origin(action)))
