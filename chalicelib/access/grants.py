"""Grants: the campaign approvals that a publisher has because they are on a smartlink that grants its offers.

An approval ends with the last smartlink that grants it. One that an admin gave or withdrew is never changed here.
"""

from collections.abc import Collection, Sequence
from functools import partial

from chalicelib.access.campaign_approvals import (
    add_approval,
    check_publisher,
    granted_campaign_ids,
    new_approval,
    replace_approval,
)
from chalicelib.access.task_rows import TaskKind, new_task, run_logged
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.domain.smartlink import SmartlinkStatus
from chalicelib.http.request import Request
from chalicelib.http.transactions import retry_on_conflict, transaction
from chalicelib.tables.base import get_or_none
from chalicelib.tables.publishers import CampaignApprovalRow, MembershipRow, PublisherRow
from chalicelib.tables.smartlinks import SmartlinkRow, SmartlinkTaskRow

GRANTED_PER_TRANSACTION = 48
"""Campaigns that one transaction grants: each takes 2 of its 100 items, and three checks the others."""

REVOKED_PER_TRANSACTION = 49

_APPROVED = ApplicationStatus.APPROVED


def member_task(request: Request, pool: SmartlinkRow, publisher_id: str) -> SmartlinkTaskRow:
    """Return the task to write with a publisher's addition or removal: their direct links follow it."""
    return new_task(request, TaskKind.MEMBER, pool.id, publisher_id=publisher_id)


def run_member_task(request: Request, task: SmartlinkTaskRow) -> None:
    """Make the publisher's direct links follow their membership, after it was written. An error is only logged."""
    if run_logged(f"task {task.id}", partial(align, request, task.pool_id, task.publisher_id)):
        run_logged(f"task {task.id}", task.delete)


def align(request: Request, pool_id: str, publisher_id: str, among: Collection[str] | None = None) -> None:
    """Grant the campaigns of the smartlink to the publisher, or end its grants if they are not on it any more.

    `among` limits what is granted to these campaigns.
    """
    pool = SmartlinkRow.get(pool_id, consistent_read=True)
    if pool.status == SmartlinkStatus.DELETED or not _is_member(pool_id, publisher_id):
        _revoke(request, pool, publisher_id)
    else:
        granted = granted_campaign_ids(pool.settings)
        _grant(request, pool_id, publisher_id, sorted(granted if among is None else granted & set(among)))


def _is_member(pool_id: str, publisher_id: str) -> bool:
    row = get_or_none(MembershipRow, publisher_id, pool_id)
    return row is not None and row.status == _APPROVED


def _grant(request: Request, pool_id: str, publisher_id: str, campaign_ids: Sequence[str]) -> None:
    for n in range(0, len(campaign_ids), GRANTED_PER_TRANSACTION):
        batch = campaign_ids[n : n + GRANTED_PER_TRANSACTION]
        retry_on_conflict(partial(_grant_batch, request, pool_id, publisher_id, batch))


def _grant_batch(request: Request, pool_id: str, publisher_id: str, campaign_ids: Sequence[str]) -> None:
    keys = [(publisher_id, each) for each in campaign_ids]
    rows = {row.campaign_id: row for row in CampaignApprovalRow.batch_get(keys, consistent_read=True)}
    missing = [each for each in campaign_ids if _is_missing(rows.get(each), pool_id)]
    if not missing or not _is_member(pool_id, publisher_id):
        return
    publisher = PublisherRow.get(publisher_id, consistent_read=True)
    with transaction(request) as write:
        in_force = check_publisher(write, publisher)
        write.condition_check(MembershipRow, publisher_id, pool_id, condition=MembershipRow.status == _APPROVED)
        for each in missing:
            before = rows.get(each)
            after = _with_grant(request, before, (publisher_id, each), pool_id)
            if before is None:
                add_approval(write, publisher, in_force, after)
            else:
                replace_approval(write, before, after)


def _is_missing(row: CampaignApprovalRow | None, pool_id: str) -> bool:
    """Return whether the smartlink's grant is to be added. What an admin decided stays."""
    return row is None or (row.granted_by is not None and pool_id not in row.granted_by)


def _with_grant(
    request: Request, before: CampaignApprovalRow | None, key: tuple[str, str], pool_id: str
) -> CampaignApprovalRow:
    code = before.tracking_key if before else request.new_code()
    after = new_approval(request, *key, code, sorted({*(before.granted_by if before else ()), pool_id}))
    if before and before.active:
        after.approved_at = before.approved_at
    return after


def _revoke(request: Request, pool: SmartlinkRow, publisher_id: str) -> None:
    rows = CampaignApprovalRow.query(publisher_id, consistent_read=True)
    granted = [row.campaign_id for row in rows if pool.id in (row.granted_by or ())]
    for n in range(0, len(granted), REVOKED_PER_TRANSACTION):
        batch = granted[n : n + REVOKED_PER_TRANSACTION]
        retry_on_conflict(partial(_revoke_batch, request, pool, publisher_id, batch))


def _revoke_batch(request: Request, pool: SmartlinkRow, publisher_id: str, campaign_ids: Sequence[str]) -> None:
    is_deleted = pool.status == SmartlinkStatus.DELETED
    rows = CampaignApprovalRow.batch_get([(publisher_id, each) for each in campaign_ids], consistent_read=True)
    granted = [row for row in rows if pool.id in (row.granted_by or ())]
    if not granted or (not is_deleted and _is_member(pool.id, publisher_id)):
        return
    with transaction(request) as write:
        if not is_deleted:
            # A publisher who was added again keeps the grants. A deleted smartlink never comes back.
            write.condition_check(MembershipRow, publisher_id, pool.id, condition=MembershipRow.status != _APPROVED)
        for row in granted:
            replace_approval(write, row, _without_grant(row, pool.id))


def _without_grant(row: CampaignApprovalRow, pool_id: str) -> CampaignApprovalRow:
    others = [each for each in row.granted_by if each != pool_id]
    return CampaignApprovalRow(
        row.publisher_id,
        row.campaign_id,
        tracking_key=row.tracking_key,
        active=bool(others),
        approved_at=row.approved_at,
        granted_by=others,
    )
