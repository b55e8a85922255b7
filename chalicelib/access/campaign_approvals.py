"""Campaign approvals: a publisher's permission for one campaign, with the tracking key of their direct link."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.access import terms
from chalicelib.access.terms import LinkTerms
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.request import Request
from chalicelib.http.transactions import retry_on_conflict, transaction
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import CampaignApprovalRow, PublisherRow
from chalicelib.tables.routes import LinkRow

_BATCH = 25
"""Approvals per transaction: each takes at most 4 of its 100 items."""

Pair = tuple[str, str]
"""Publisher ID and campaign ID."""


def get_approval_or_none(publisher_id: str, campaign_id: str) -> CampaignApprovalRow | None:
    """Return the approval, active or withdrawn; None if there never was one."""
    return get_or_none(CampaignApprovalRow, publisher_id, campaign_id)


def approve_campaigns(request: Request, pairs: Collection[Pair]) -> None:
    """Approve the campaign of each pair, unless the publisher has an approval for it.

    A withdrawn approval stays withdrawn. Idempotent: existing approvals are not changed.
    """
    ordered = sorted(set(pairs))
    for n in range(0, len(ordered), _BATCH):
        retry_on_conflict(partial(_approve_batch, request, ordered[n : n + _BATCH]))


def _approve_batch(request: Request, pairs: list[Pair]) -> None:
    rows = CampaignApprovalRow.batch_get(pairs, consistent_read=True)
    existing = {(row.publisher_id, row.campaign_id) for row in rows}
    missing = [pair for pair in pairs if pair not in existing]
    if not missing:
        return
    publishers = _publishers({publisher_id for publisher_id, _ in missing})
    with transaction(request) as write:
        for publisher in publishers:
            in_force = check_publisher(write, publisher)
            for publisher_id, campaign_id in missing:
                if publisher_id == publisher.id:
                    row = _new_approval(request, publisher_id, campaign_id, request.new_code())
                    _add_approval(write, publisher, in_force, row)


def _publishers(publisher_ids: Iterable[str]) -> list[PublisherRow]:
    return list(PublisherRow.batch_get(sorted(publisher_ids), consistent_read=True))


def check_publisher(write: TransactWrite, publisher: PublisherRow) -> LinkTerms:
    """Return the publisher's terms in force, for new links.

    Add checks that fail the transaction if these change, or if the publisher was suspended or reinstated meanwhile.
    """
    write.condition_check(PublisherRow, publisher.id, condition=PublisherRow.status == publisher.status)
    in_force = terms.link_terms(publisher.id)
    in_force.add_check(write)
    return in_force


def _new_approval(request: Request, publisher_id: str, campaign_id: str, tracking_key: str) -> CampaignApprovalRow:
    """Return the row of a new approval. It is not written yet."""
    return CampaignApprovalRow(
        publisher_id,
        campaign_id,
        tracking_key=tracking_key,
        active=True,
        approved_at=request.timestamp,
    )


def _add_approval(write: TransactWrite, publisher: PublisherRow, in_force: LinkTerms, row: CampaignApprovalRow) -> None:
    write.save(row, CampaignApprovalRow.campaign_id.does_not_exist())
    add_new_link(write, publisher, in_force, row.tracking_key, row.campaign_id)


def add_new_link(write: TransactWrite, publisher: PublisherRow, in_force: LinkTerms, code: str, route_id: str) -> None:
    """Add a new link with the terms in force. The transaction fails if its code exists."""
    link = LinkRow(
        code,
        publisher_id=publisher.id,
        route_id=route_id,
        active=True,
        publisher_active=publisher.status == PublisherStatus.ACTIVE,
        **in_force.fields,
    )
    write.save(link, LinkRow.code.does_not_exist())


def approve(request: Request, publisher: PublisherRow, campaign_id: str) -> CampaignApprovalRow:
    """Approve the campaign for the publisher. A withdrawn approval becomes active again with its tracking key."""
    existing = get_approval_or_none(publisher.id, campaign_id)
    if existing and existing.active:
        return existing
    key = existing.tracking_key if existing else request.new_code()
    row = _new_approval(request, publisher.id, campaign_id, key)
    with transaction(request, change=_change(existing, row)) as write:
        in_force = check_publisher(write, publisher)
        if existing:
            _set_active(write, row)
        else:
            _add_approval(write, publisher, in_force, row)
    return row


def withdraw(request: Request, row: CampaignApprovalRow) -> None:
    """Withdraw the approval: the direct link returns 404 from now on."""
    withdrawn = CampaignApprovalRow(
        row.publisher_id,
        row.campaign_id,
        tracking_key=row.tracking_key,
        active=False,
        approved_at=row.approved_at,
    )
    with transaction(request, change=_change(row, withdrawn)) as write:
        _set_active(write, withdrawn)


def _set_active(write: TransactWrite, row: CampaignApprovalRow) -> None:
    is_unchanged = (CampaignApprovalRow.tracking_key == row.tracking_key) & (
        CampaignApprovalRow.active == (not row.active)
    )
    actions: list[Action] = [
        CampaignApprovalRow.active.set(row.active),
        CampaignApprovalRow.approved_at.set(row.approved_at),
    ]
    write.update(row, actions, is_unchanged)
    write.update(LinkRow(row.tracking_key), [LinkRow.active.set(row.active)], LinkRow.code.exists())


def _change(before: CampaignApprovalRow | None, after: CampaignApprovalRow) -> AuditChange:
    return AuditChange(
        f"{after.publisher_id}/{after.campaign_id}", _document(before) if before else None, _document(after)
    )


def _document(row: CampaignApprovalRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("tracking_key", "active", "approved_at")}
