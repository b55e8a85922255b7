"""Endpoints for admins: publishers, their API keys and their campaign approvals."""

from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.access import api_keys, campaign_approvals, membership
from chalicelib.access.api_key_schemas import NewKeyDocument
from chalicelib.admin import route_publishing
from chalicelib.admin.publishers import storage
from chalicelib.admin.publishers.schemas import (
    CampaignApprovalDocument,
    NewApproval,
    NewPublisher,
    NewPublisherDocument,
    PublisherDetail,
    PublisherDocument,
    PublisherSettings,
)
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http import authentication
from chalicelib.http.models import ListQuery, NoContent, Page, Patch
from chalicelib.http.problems import NotFound, ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.transactions import check_if_match
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import ApiKeyRow, CampaignApprovalRow, PublisherRow


def find(request: Request, query: ListQuery) -> Page[PublisherDocument]:
    """List the publishers, newest first."""
    rows, cursor = storage.list_publishers(request, query)
    return Page(items=[PublisherDocument(**_fields(row)) for row in rows], next_cursor=cursor)


def create(request: Request, body: NewPublisher) -> NewPublisherDocument:
    """Create a publisher. The response contains their API key once."""
    generated = authentication.generate_key(authentication.Role.PUBLISHER)
    row = PublisherRow(
        request.new_id("pub"),
        version=1,
        name=body.name,
        email=body.email,
        status=PublisherStatus.ACTIVE.value,
        created_year=request.year,
        created_at=request.timestamp,
        updated_at=request.timestamp,
    )
    key = api_keys.new_key(request, row.id, generated)
    document = NewPublisherDocument(**_detail(row, [key]).model_dump(), api_key=generated.text)
    storage.create(request, row, key, document)
    return document


def show(request: Request, publisher_id: str) -> PublisherDetail:  # noqa: ARG001
    """Show a publisher."""
    row = membership.get_publisher_or_404(publisher_id)
    return _detail(row, api_keys.list_keys(row.id))


def edit(request: Request, publisher_id: str, body: Patch[PublisherSettings]) -> PublisherDetail:
    """Edit a publisher. The links of a suspended publisher use the fallback at once."""
    row = membership.get_publisher_or_404(publisher_id)
    check_if_match(request, row.version)
    before = storage.editable_fields(row)
    settings = body.apply_to(before)
    row.name, row.email, row.status = settings.name, settings.email, settings.status.value
    row.version, row.updated_at = row.version + 1, request.timestamp
    storage.save(request, row, before)
    return _detail(row, api_keys.list_keys(row.id))


def create_key(request: Request, publisher_id: str) -> NewKeyDocument:
    """Create an API key for a publisher. It is shown once."""
    return api_keys.create(request, membership.get_publisher_or_404(publisher_id).id)


def revoke_key(request: Request, publisher_id: str, key_id: str) -> NoContent:
    """Revoke an API key of a publisher. It stops working at once."""
    api_keys.revoke(request, publisher_id, key_id)
    return NoContent()


def find_campaigns(request: Request, publisher_id: str, query: ListQuery) -> Page[CampaignApprovalDocument]:
    """List the campaigns that a publisher is approved for, with their direct links."""
    publisher = membership.get_publisher_or_404(publisher_id)
    rows, cursor = storage.list_approvals(publisher.id, query)
    return Page(items=list(_approvals(request, rows)), next_cursor=cursor)


def approve_campaign(request: Request, publisher_id: str, body: NewApproval) -> CampaignApprovalDocument:
    """Approve a campaign for a publisher. An earlier tracking key is reused."""
    publisher = membership.get_publisher_or_404(publisher_id)
    if error := route_publishing.campaign_error(body.campaign_id, get_or_none(CampaignRow, body.campaign_id)):
        raise ValidationFailed(("/campaign_id", error))
    row = campaign_approvals.approve(request, publisher, body.campaign_id)
    return next(_approvals(request, [row]))


def withdraw_campaign(request: Request, publisher_id: str, campaign_id: str) -> NoContent:
    """Withdraw a campaign from a publisher. Their direct link stops working."""
    row = campaign_approvals.get_approval_or_none(publisher_id, campaign_id)
    if row is None or not row.active:
        message = f"Publisher {publisher_id} is not approved for campaign {campaign_id}."
        raise NotFound(message)
    campaign_approvals.withdraw(request, row)
    return NoContent()


def _approvals(request: Request, rows: Iterable[CampaignApprovalRow]) -> Iterator[CampaignApprovalDocument]:
    approvals = list(rows)
    names = storage.campaign_names(row.campaign_id for row in approvals)
    for row in approvals:
        yield CampaignApprovalDocument(
            campaign_id=row.campaign_id,
            campaign_name=names.get(row.campaign_id, ""),
            tracking_key=row.tracking_key,
            url=request.link_url(row.tracking_key),
            approved_at=row.approved_at,
        )


def _detail(row: PublisherRow, keys: Iterable[ApiKeyRow]) -> PublisherDetail:
    return PublisherDetail(**_fields(row), keys=[api_keys.document(key) for key in keys])


def _fields(row: PublisherRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PublisherDocument.model_fields}
