"""Endpoints for admins: users."""

from typing import Any

from chalicelib.access import api_keys
from chalicelib.admin.users import listing
from chalicelib.admin.users.roster import Roster, load_roster, save
from chalicelib.admin.users.schemas import NewUser, UserDocument, UserQuery, UserSettings
from chalicelib.domain.user import UserRole
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import Body, NoContent, Patch
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.tables.users import UserRow


def find(request: Request, query: UserQuery) -> SearchPage[UserDocument]:  # noqa: ARG001
    """List the users, newest first."""
    return listing.list_users(load_roster().users, query)


def create(request: Request, body: Body[NewUser]) -> UserDocument:
    """Create a user. Create a key for them next: they sign in with it."""
    roster, user_id = load_roster(), request.new_id("usr")
    roster.check_owner(request.actor)
    new = body.validated(lambda sent: roster.email_errors(user_id, sent))
    roster.check_room()
    row = UserRow(id=user_id, version=0, created_at=request.timestamp)
    settings = UserSettings(**new.model_dump())
    return _save(request, roster, row, settings, before=None)


def show(request: Request, user_id: str) -> UserDocument:  # noqa: ARG001
    """Show a user. Everyone may show themselves."""
    return listing.document(load_roster().get_or_404(user_id))


def edit(request: Request, user_id: str, body: Patch[UserSettings]) -> UserDocument:
    """Edit a user. A new role is in force at once.

    Users who are not owners may change their own `email_notifications` only.
    """
    roster = load_roster()
    if user_id != request.actor or body.changes.keys() - {"email_notifications"}:
        roster.check_owner(request.actor)
    row = roster.get_or_404(user_id)
    check_if_match(request, row.version)
    before = _settings(row)
    settings = body.apply_to(before, lambda sent: roster.email_errors(user_id, sent))
    if settings.role is not UserRole.OWNER:
        roster.check_not_last_owner(user_id)
    return _save(request, roster, row, settings, before=before)


def remove(request: Request, user_id: str) -> NoContent:
    """Remove a user. Their keys stop working at once. The last owner cannot be removed."""
    roster = load_roster()
    roster.check_owner(request.actor)
    row = roster.get_or_404(user_id)
    check_if_match(request, row.version)
    roster.check_not_last_owner(user_id)
    before = _settings(row)
    row.version, row.removed_at, row.updated_at = row.version + 1, request.timestamp, request.timestamp
    row.created_at = row.created_at or request.timestamp
    save(request, roster, row, AuditChange(row.id, before, None))
    api_keys.revoke_all(request, user_id)
    return NoContent()


def _save(
    request: Request, roster: Roster, row: UserRow, settings: UserSettings, before: dict[str, Any] | None
) -> UserDocument:
    after = settings.model_dump(mode="json")
    for name, value in after.items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, request.timestamp
    row.created_at = row.created_at or request.timestamp
    document = listing.document(row)
    save(request, roster, row, AuditChange(row.id, before, after), document)
    return document


def _settings(row: UserRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in UserSettings.model_fields}
