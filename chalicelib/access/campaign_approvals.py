"""Campaign approvals: a publisher's permission for one campaign, with the tracking key of their direct link."""

from collections.abc import Mapping, Sequence
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.access import terms
from chalicelib.access.terms import LinkTerms
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.domain.smartlink import OfferAccess
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import CampaignApprovalRow, PublisherRow
from chalicelib.tables.routes import LinkRow


def granted_campaign_ids(settings: Mapping[str, Any]) -> set[str]:
    """Return the campaigns that a smartlink of these settings grants to each of its publishers."""
    grants = settings["offer_access"] == OfferAccess.GRANT
    return {offer["campaign_id"] for offer in settings["offers"]} if grants else set()


def get_approval_or_none(publisher_id: str, campaign_id: str) -> CampaignApprovalRow | None:
    """Return the approval, active or withdrawn; None if there never was one."""
    return get_or_none(CampaignApprovalRow, publisher_id, campaign_id)


def holds_all(publisher_id: str, campaign_ids: Sequence[str]) -> bool:
    """Return whether the publisher is approved for each of these campaigns."""
    keys = [(publisher_id, each) for each in sorted(set(campaign_ids))]
    rows = CampaignApprovalRow.batch_get(keys, consistent_read=True)
    return {row.campaign_id for row in rows if row.active} == set(campaign_ids)


def check_publisher(write: TransactWrite, publisher: PublisherRow) -> LinkTerms:
    """Return the publisher's terms in force, for new links.

    Add checks that fail the transaction if these change, or if the publisher was suspended or reinstated meanwhile.
    """
    write.condition_check(PublisherRow, publisher.id, condition=PublisherRow.status == publisher.status)
    in_force = terms.link_terms(publisher.id)
    in_force.add_check(write)
    return in_force


def new_approval(
    request: Request, publisher_id: str, campaign_id: str, tracking_key: str, granted_by: list[str] | None = None
) -> CampaignApprovalRow:
    """Return the row of an approval from now on. It is not written yet."""
    return CampaignApprovalRow(
        publisher_id,
        campaign_id,
        tracking_key=tracking_key,
        active=True,
        approved_at=request.timestamp,
        granted_by=granted_by,
    )


def add_approval(write: TransactWrite, publisher: PublisherRow, in_force: LinkTerms, row: CampaignApprovalRow) -> None:
    """Add a new approval with its direct link."""
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
    """Approve the campaign for the publisher, whatever smartlinks grant it.

    A withdrawn approval becomes active again with its tracking key.
    """
    existing = get_approval_or_none(publisher.id, campaign_id)
    if existing and existing.active and existing.granted_by is None:
        return existing
    key = existing.tracking_key if existing else request.new_code()
    row = new_approval(request, publisher.id, campaign_id, key)
    if existing and existing.active:
        row.approved_at = existing.approved_at
    with transaction(request, change=_change(existing, row)) as write:
        in_force = check_publisher(write, publisher)
        if existing:
            replace_approval(write, existing, row)
        else:
            add_approval(write, publisher, in_force, row)
    return row


def withdraw(request: Request, row: CampaignApprovalRow) -> None:
    """Withdraw the approval: the direct link returns 404 from now on, and no smartlink grants the campaign again."""
    withdrawn = CampaignApprovalRow(
        row.publisher_id,
        row.campaign_id,
        tracking_key=row.tracking_key,
        active=False,
        approved_at=row.approved_at,
    )
    with transaction(request, change=_change(row, withdrawn)) as write:
        replace_approval(write, row, withdrawn)


def replace_approval(write: TransactWrite, before: CampaignApprovalRow, after: CampaignApprovalRow) -> None:
    """Add the change of an approval and of its direct link. The transaction fails if the approval changed meanwhile."""
    granted_by: Action = (
        CampaignApprovalRow.granted_by.remove()
        if after.granted_by is None
        else CampaignApprovalRow.granted_by.set(after.granted_by)
    )
    actions: list[Action] = [
        CampaignApprovalRow.active.set(after.active),
        CampaignApprovalRow.approved_at.set(after.approved_at),
        granted_by,
    ]
    write.update(after, actions, _is_unchanged(before))
    if after.active != before.active:
        write.update(LinkRow(after.tracking_key), [LinkRow.active.set(after.active)], LinkRow.code.exists())


def _is_unchanged(row: CampaignApprovalRow) -> Condition:
    granted_by = CampaignApprovalRow.granted_by
    has_same_grants = granted_by.does_not_exist() if row.granted_by is None else granted_by == row.granted_by
    is_same = (CampaignApprovalRow.tracking_key == row.tracking_key) & (CampaignApprovalRow.active == row.active)
    unchanged: Condition = is_same & has_same_grants
    return unchanged


def _change(before: CampaignApprovalRow | None, after: CampaignApprovalRow) -> AuditChange:
    return AuditChange(
        f"{after.publisher_id}/{after.campaign_id}", _document(before) if before else None, _document(after)
    )


def _document(row: CampaignApprovalRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("tracking_key", "active", "approved_at", "granted_by")}
