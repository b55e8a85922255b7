"""The document of a smartlink, from its row and its campaigns."""

from collections.abc import Mapping

from chalicelib.admin import route_publishing
from chalicelib.admin.smartlinks.schemas import SmartlinkDocument
from chalicelib.admin.smartlinks.surroundings import surroundings
from chalicelib.admin.smartlinks.warnings import warnings
from chalicelib.http.request import Request
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.smartlinks import SmartlinkRow


def smartlink_document(request: Request, row: SmartlinkRow, rows: Mapping[str, CampaignRow]) -> SmartlinkDocument:
    """Return the document of a smartlink; `rows` has at least its campaigns, by ID."""
    campaign_ids = route_publishing.campaign_ids(row.settings) & rows.keys()
    campaigns = {each: route_publishing.campaign_document(rows[each]) for each in campaign_ids}
    return SmartlinkDocument.of(
        row.settings,
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
