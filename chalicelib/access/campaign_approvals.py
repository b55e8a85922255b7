"""Campaign approvals: a publisher's permission for one campaign, with the tracking key of their direct link."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.request import Request
from chalicelib.http.transactions import retry_on_conflict, transaction
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import CampaignApprovalRow, PublisherRow
from chalicelib.tables.routes import LinkRow

_BATCH = 30
"""Approvals written together: each is at most three items of a transaction's hundred."""

Pair = tuple[str, str]
"""Publisher's ID and campaign's ID."""


def approval(publisher_id: str, campaign_id: str) -> CampaignApprovalRow | None:
    """The approval as of now, active or withdrawn; None where there never was one."""
    return get_or_none(CampaignApprovalRow, publisher_id, campaign_id)


def approve_campaigns(request: Request, pairs: Collection[Pair]) -> None:
    """Gives each publisher the campaign, with a tracking key, where they never had it.

    What an admin has withdrawn stays withdrawn. May run twice: what is there is left alone.
    """
    ordered = sorted(set(pairs))
    for n in range(0, len(ordered), _BATCH):
        retry_on_conflict(partial(_grant, request, ordered[n : n + _BATCH]))


def _grant(request: Request, pairs: list[Pair]) -> None:
    there = {(row.publisher_id, row.campaign_id) for row in CampaignApprovalRow.batch_get(pairs, consistent_read=True)}
    missing = [pair for pair in pairs if pair not in there]
    if not missing:
        return
    publishers = _publishers({publisher_id for publisher_id, _ in missing})
    with transaction(request) as write:
        for publisher in publishers:
            check_publisher_status(write, publisher)
            for publisher_id, campaign_id in missing:
                if publisher_id == publisher.id:
                    _add(write, publisher, _granted(request, publisher_id, campaign_id, request.new_code()))


def _publishers(wanted: Iterable[str]) -> list[PublisherRow]:
    return list(PublisherRow.batch_get(sorted(wanted), consistent_read=True))


def check_publisher_status(write: TransactWrite, publisher: PublisherRow) -> None:
    """Makes the transaction fail where the publisher was suspended or reinstated meanwhile."""
    write.condition_check(PublisherRow, publisher.id, condition=PublisherRow.status == publisher.status)


def _granted(request: Request, publisher_id: str, campaign_id: str, tracking_key: str) -> CampaignApprovalRow:
    """An approval given now, not yet written."""
    return CampaignApprovalRow(
        publisher_id,
        campaign_id,
        tracking_key=tracking_key,
        active=True,
        approved_at=request.timestamp,
    )


def _add(write: TransactWrite, publisher: PublisherRow, row: CampaignApprovalRow) -> None:
    write.save(row, CampaignApprovalRow.campaign_id.does_not_exist())
    add_new_link(write, publisher, row.tracking_key, row.campaign_id)


def add_new_link(write: TransactWrite, publisher: PublisherRow, code: str, route_id: str) -> None:
    """Adds a link with a code that nobody has had before."""
    link = LinkRow(
        code,
        publisher_id=publisher.id,
        route_id=route_id,
        active=True,
        publisher_active=publisher.status == PublisherStatus.ACTIVE,
    )
    write.save(link, LinkRow.code.does_not_exist())


def approve(request: Request, publisher: PublisherRow, campaign_id: str) -> CampaignApprovalRow:
    """Gives the publisher the campaign, the old tracking key with it where they had one before."""
    there = approval(publisher.id, campaign_id)
    if there and there.active:
        return there
    key = there.tracking_key if there else request.new_code()
    row = _granted(request, publisher.id, campaign_id, key)
    with transaction(request, change=_change(there, row)) as write:
        check_publisher_status(write, publisher)
        if there:
            _set_active(write, row)
        else:
            _add(write, publisher, row)
    return row


def withdraw(request: Request, row: CampaignApprovalRow) -> None:
    """Takes the campaign from the publisher; their direct link answers 404 from now on."""
    gone = CampaignApprovalRow(
        row.publisher_id,
        row.campaign_id,
        tracking_key=row.tracking_key,
        active=False,
        approved_at=row.approved_at,
    )
    with transaction(request, change=_change(row, gone)) as write:
        _set_active(write, gone)


def _set_active(write: TransactWrite, row: CampaignApprovalRow) -> None:
    switched = (CampaignApprovalRow.tracking_key == row.tracking_key) & (CampaignApprovalRow.active == (not row.active))
    actions: list[Action] = [
        CampaignApprovalRow.active.set(row.active),
        CampaignApprovalRow.approved_at.set(row.approved_at),
    ]
    write.update(row, actions, switched)
    write.update(LinkRow(row.tracking_key), [LinkRow.active.set(row.active)], LinkRow.code.exists())


def _change(before: CampaignApprovalRow | None, after: CampaignApprovalRow) -> AuditChange:
    return AuditChange(
        f"{after.publisher_id}/{after.campaign_id}", _document(before) if before else None, _document(after)
    )


def _document(row: CampaignApprovalRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("tracking_key", "active", "approved_at")}
