"""Endpoints for admins: the network's settings, and the caller with what they need to know of the network."""

from typing import Any

from chalicelib.admin.exchange_rates.storage import base_row
from chalicelib.admin.settings import in_use
from chalicelib.admin.settings.schemas import MeDocument, MeUser, NetworkSettings, NetworkSettingsDocument
from chalicelib.domain.publisher import SignUp
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.error_details import Error
from chalicelib.http.models import Patch
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match, transaction
from chalicelib.notifications.preferences import Audience, email_choices
from chalicelib.settings import email_from
from chalicelib.tables.settings import NetworkSettingsRow, network_settings
from chalicelib.tables.tracking_domains import active_hosts
from chalicelib.tables.users import UserRow, find_user

SUBJECT = "settings"
"""The subject of changes in the audit log."""


def me(request: Request) -> MeDocument:
    """Show yourself: your user, and the name, time zone, currencies and tracking domains of the network."""
    user, network = find_user(request.actor), network_settings()
    if user is None:
        message = f"There is no user {request.actor}."
        raise NotFound(message)
    return MeDocument(
        user=_user(user),
        role=user.role,
        network_name=network.name,
        timezone=network.timezone,
        currencies=in_use.currencies(request.now),
        tracking_domains=sorted(active_hosts()),
    )


def _user(row: UserRow) -> MeUser:
    fields = {name: getattr(row, name) for name in MeUser.model_fields}
    return MeUser(**{**fields, "email_notifications": email_choices(row.email_notifications, Audience.STAFF)})


def show(request: Request) -> NetworkSettingsDocument:  # noqa: ARG001
    """Show the settings of the network."""
    return _document(network_settings())


def edit(request: Request, body: Patch[NetworkSettings]) -> NetworkSettingsDocument:
    """Edit the settings of the network."""
    row = network_settings()
    check_if_match(request, row.version)
    before = _settings(row)
    after = body.apply_to(before, lambda sent: _sign_up_errors(before, sent)).model_dump(mode="json")
    version = row.version
    for name, value in after.items():
        setattr(row, name, value)
    row.version, row.updated_at = version + 1, request.timestamp
    is_unchanged = NetworkSettingsRow.version == version if version else NetworkSettingsRow.id.does_not_exist()
    with transaction(request, change=AuditChange(SUBJECT, before, after)) as write:
        write.save(row, is_unchanged)
    return _document(row)


def _sign_up_errors(before: dict[str, Any], sent: Any) -> list[Error]:  # noqa: ANN401 - any JSON value
    name = "publisher_sign_up"
    is_opened = sent.get(name) == SignUp.OPEN and before[name] != SignUp.OPEN
    if not is_opened or email_from():
        return []
    return [(f"/{name}", "must be closed as long as no e-mail is sent; deploy with EMAIL_FROM first")]


def _document(row: NetworkSettingsRow) -> NetworkSettingsDocument:
    base = base_row()
    return NetworkSettingsDocument(
        **_settings(row), base_currency=base.base if base else None, version=row.version, updated_at=row.updated_at
    )


def _settings(row: NetworkSettingsRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in NetworkSettings.model_fields}
