"""Endpoints for admins: publishers, their API keys and their campaign approvals."""

from collections.abc import Iterable
from typing import Any

from chalicelib.access import api_keys, campaign_approvals, key_owners, membership
from chalicelib.access.api_key_schemas import KeyDocument, NewKeyDocument
from chalicelib.admin.publishers import approvals, placements, storage
from chalicelib.admin.publishers.schemas import (
    ApprovalQuery,
    CampaignApprovalDocument,
    NewApproval,
    NewPublisher,
    NewPublisherDocument,
    PublisherDetail,
    PublisherDocument,
    PublisherEdit,
    PublisherQuery,
    PublisherSmartlinkDocument,
    PublisherSmartlinkQuery,
)
from chalicelib.admin.references import campaign_id_errors
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http import authentication
from chalicelib.http.models import Body, ListQuery, NoContent, Page, Patch
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.lists.query_schemas import SearchPage
from chalicelib.notifications.preferences import Audience, email_choices
from chalicelib.tables.publishers import ApiKeyRow, PublisherRow


def find(request: Request, query: PublisherQuery) -> SearchPage[PublisherDocument]:
    """List the publishers, newest first."""
    found = storage.find_publishers(request, query)
    return found.page([PublisherDocument(**entry) for entry in found.items])


def create(request: Request, body: NewPublisher) -> NewPublisherDocument:
    """Create a publisher. The response contains their API key once."""
    generated = authentication.generate_key(authentication.Role.PUBLISHER)
    row = PublisherRow(
        request.new_id("pub"),
        version=1,
        name=body.name,
        email=body.email,
        tags=body.tags,
        status=PublisherStatus.ACTIVE.value,
        created_year=request.year,
        created_at=request.timestamp,
        updated_at=request.timestamp,
    )
    key = api_keys.new_key(request, key_owners.publisher(row.id), generated)
    document = NewPublisherDocument(**_detail(row, [key]).model_dump(), api_key=generated.text)
    storage.create(request, row, key, document)
    return document


def show(request: Request, publisher_id: str) -> PublisherDetail:  # noqa: ARG001
    """Show a publisher."""
    row = membership.get_publisher_or_404(publisher_id)
    return _detail(row, api_keys.list_keys(row.id))


def edit(request: Request, publisher_id: str, body: Patch[PublisherEdit]) -> PublisherDetail:
    """Edit a publisher. The links of a suspended publisher use the fallback at once.

    The status `closed` closes the account, as DELETE does; `active` opens it again, without keys.
    """
    row = membership.get_publisher_or_404(publisher_id)
    check_if_match(request, row.version)
    before = storage.editable_fields(row)
    settings = body.apply_to(before)
    row.name, row.email, row.tags = settings.name, settings.email, settings.tags
    row.email_notifications = settings.email_notifications
    _save(request, row, before, settings.status)
    return _detail(row, api_keys.list_keys(row.id))


def close(request: Request, publisher_id: str) -> NoContent:
    """Close a publisher's account: their keys stop working and their links use the fallback at once.

    What they earned stays. Conversions of their past clicks still count and are still sent to their postback URLs.
    """
    row = membership.get_publisher_or_404(publisher_id)
    check_if_match(request, row.version)
    _save(request, row, storage.editable_fields(row), PublisherStatus.CLOSED)
    return NoContent()


def find_keys(request: Request, publisher_id: str, query: ListQuery) -> Page[KeyDocument]:  # noqa: ARG001
    """List the live API keys of a publisher, oldest first."""
    return api_keys.page_of_keys(membership.get_publisher_or_404(publisher_id).id, query)


def create_key(request: Request, publisher_id: str) -> NewKeyDocument:
    """Create an API key for a publisher. It is shown once. A publisher has at most 20 live keys."""
    return api_keys.create(request, key_owners.publisher(publisher_id))


def revoke_key(request: Request, publisher_id: str, key_id: str) -> NoContent:
    """Revoke an API key of a publisher. It stops working at once."""
    api_keys.revoke(request, key_owners.publisher(publisher_id), key_id)
    return NoContent()


def find_campaigns(request: Request, publisher_id: str, query: ApprovalQuery) -> SearchPage[CampaignApprovalDocument]:
    """List the campaigns that a publisher is approved for, with their direct links."""
    return approvals.list_approvals(request, membership.get_publisher_or_404(publisher_id).id, query)


def approve_campaign(request: Request, publisher_id: str, body: Body[NewApproval]) -> CampaignApprovalDocument:
    """Approve a campaign for a publisher. An earlier tracking key is reused."""
    publisher = membership.get_publisher_or_404(publisher_id)
    approval = body.validated(campaign_id_errors)
    row = campaign_approvals.approve(request, publisher, approval.campaign_id)
    return approvals.documents(request, [row])[0]


def withdraw_campaign(request: Request, publisher_id: str, campaign_id: str) -> NoContent:
    """Withdraw a campaign from a publisher. Their direct link stops working."""
    row = campaign_approvals.get_approval_or_none(publisher_id, campaign_id)
    if row is None or not row.active:
        message = f"Publisher {publisher_id} is not approved for campaign {campaign_id}."
        raise NotFound(message)
    campaign_approvals.withdraw(request, row)
    return NoContent()


def find_smartlinks(
    request: Request, publisher_id: str, query: PublisherSmartlinkQuery
) -> SearchPage[PublisherSmartlinkDocument]:
    """List the smartlinks that a publisher applied to or was added to, with their links."""
    return placements.list_smartlinks(request, membership.get_publisher_or_404(publisher_id).id, query)


def _save(request: Request, row: PublisherRow, before: dict[str, Any], status: PublisherStatus) -> None:
    row.status = status.value
    row.version, row.updated_at = row.version + 1, request.timestamp
    storage.save(request, row, before)


def _detail(row: PublisherRow, keys: Iterable[ApiKeyRow]) -> PublisherDetail:
    choices = email_choices(row.email_notifications, Audience.PUBLISHER)
    documents = [api_keys.document(key) for key in keys]
    return PublisherDetail(**_fields(row), email_notifications=choices, keys=documents)


def _fields(row: PublisherRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PublisherDocument.model_fields}
