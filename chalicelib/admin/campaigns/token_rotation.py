"""Rotation of postback tokens: a campaign has one token, and the one before it for some days."""

from datetime import UTC, datetime

from chalicelib.admin.campaigns.list_entry import list_entry
from chalicelib.domain.timestamps import expiry_time, timestamp
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ResponseModel
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.settings import TOKEN_OVERLAP_DAYS
from chalicelib.tables.campaigns import CampaignRow, ReplacedTokenRow


def rotate(request: Request, row: CampaignRow) -> str | None:
    """Give the campaign a new token and keep its current one as the previous one. Return the one that is dropped."""
    dropped: str | None = row.previous_token
    row.previous_token, row.previous_token_until = row.postback_token, expiry_time(request.now, TOKEN_OVERLAP_DAYS)
    row.postback_token = request.new_token()
    row.version, row.updated_at = row.version + 1, request.timestamp
    return dropped


def previous_token_expires_at(row: CampaignRow, now: datetime) -> str | None:
    """Return when the previous token expires, or None if there is none that works."""
    until = row.previous_token_until
    return timestamp(datetime.fromtimestamp(until, UTC)) if until and now.timestamp() < until else None


def audit_change(row: CampaignRow, before: str | None, now: datetime) -> AuditChange:
    """Return the rotation as the audit log stores it, without tokens. `before` is the expiry before it."""
    name = "previous_token_expires_at"
    return AuditChange(row.id, {name: before}, {name: previous_token_expires_at(row, now)})


def save(request: Request, row: CampaignRow, dropped: str | None, response: ResponseModel, change: AuditChange) -> None:
    """Write the rotated campaign, and its previous token under the token itself instead of the dropped one."""
    expires_at, unchanged = row.previous_token_until, CampaignRow.version == row.version - 1
    with transaction(request, response, change) as write:
        write.save(row, unchanged)
        write.save(list_entry(row))
        write.save(ReplacedTokenRow(row.previous_token, campaign_id=row.id, expires_at=expires_at))
        if dropped:
            write.delete(ReplacedTokenRow(dropped))
