"""Campaign approvals: a publisher's permission for one campaign, with the tracking key of their direct link."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.audit_change import Change
from chalicelib.http.request import Request
from chalicelib.http.transactions import settled, transaction
from chalicelib.tables.base import existing
from chalicelib.tables.publishers import CampaignApproval, Publisher
from chalicelib.tables.routes import Link

_BATCH = 30
"""Approvals written together: each is at most three items of a transaction's hundred."""

Pair = tuple[str, str]
"""Publisher's ID and campaign's ID."""


def approval(publisher_id: str, campaign_id: str) -> CampaignApproval | None:
    """The approval as of now, active or withdrawn; None where there never was one."""
    return existing(CampaignApproval, publisher_id, campaign_id)


def grant(request: Request, pairs: Collection[Pair]) -> None:
    """Gives each publisher the campaign, with a tracking key, where they never had it.

    What an admin has withdrawn stays withdrawn. May run twice: what is there is left alone.
    """
    ordered = sorted(set(pairs))
    for n in range(0, len(ordered), _BATCH):
        settled(partial(_grant, request, ordered[n : n + _BATCH]))


def _grant(request: Request, pairs: list[Pair]) -> None:
    there = {(row.publisher_id, row.campaign_id) for row in CampaignApproval.batch_get(pairs, consistent_read=True)}
    missing = [pair for pair in pairs if pair not in there]
    if not missing:
        return
    publishers = _publishers({publisher_id for publisher_id, _ in missing})
    with transaction(request) as write:
        for publisher in publishers:
            add_standing_check(write, publisher)
            for publisher_id, campaign_id in missing:
                if publisher_id == publisher.id:
                    _add(write, publisher, _granted(request, publisher_id, campaign_id, request.new_code()))


def _publishers(wanted: Iterable[str]) -> list[Publisher]:
    return list(Publisher.batch_get(sorted(wanted), consistent_read=True))


def add_standing_check(write: TransactWrite, publisher: Publisher) -> None:
    """Makes the transaction fail where the publisher was suspended or reinstated meanwhile."""
    write.condition_check(Publisher, publisher.id, condition=Publisher.status == publisher.status)


def _granted(request: Request, publisher_id: str, campaign_id: str, tracking_key: str) -> CampaignApproval:
    """An approval given now, not yet written."""
    return CampaignApproval(
        publisher_id,
        campaign_id,
        tracking_key=tracking_key,
        active=True,
        approved_at=request.timestamp,
    )


def _add(write: TransactWrite, publisher: Publisher, row: CampaignApproval) -> None:
    write.save(row, CampaignApproval.campaign_id.does_not_exist())
    add_new_link(write, publisher, row.tracking_key, row.campaign_id)


def add_new_link(write: TransactWrite, publisher: Publisher, code: str, route_id: str) -> None:
    """Adds a link with a code that nobody has had before."""
    link = Link(
        code,
        publisher_id=publisher.id,
        route_id=route_id,
        active=True,
        publisher_active=publisher.status == PublisherStatus.ACTIVE,
    )
    write.save(link, Link.code.does_not_exist())


def approve(request: Request, publisher: Publisher, campaign_id: str) -> CampaignApproval:
    """Gives the publisher the campaign, the old tracking key with it where they had one before."""
    there = approval(publisher.id, campaign_id)
    if there and there.active:
        return there
    key = there.tracking_key if there else request.new_code()
    row = _granted(request, publisher.id, campaign_id, key)
    with transaction(request, change=_change(there, row)) as write:
        add_standing_check(write, publisher)
        if there:
            _add_switch(write, row)
        else:
            _add(write, publisher, row)
    return row


def withdraw(request: Request, row: CampaignApproval) -> None:
    """Takes the campaign from the publisher; their direct link answers 404 from now on."""
    gone = CampaignApproval(
        row.publisher_id,
        row.campaign_id,
        tracking_key=row.tracking_key,
        active=False,
        approved_at=row.approved_at,
    )
    with transaction(request, change=_change(row, gone)) as write:
        _add_switch(write, gone)


def _add_switch(write: TransactWrite, row: CampaignApproval) -> None:
    switched = (CampaignApproval.tracking_key == row.tracking_key) & (CampaignApproval.active == (not row.active))
    actions: list[Action] = [
        CampaignApproval.active.set(row.active),
        CampaignApproval.approved_at.set(row.approved_at),
    ]
    write.update(row, actions, switched)
    write.update(Link(row.tracking_key), [Link.active.set(row.active)], Link.code.exists())


def _change(before: CampaignApproval | None, after: CampaignApproval) -> Change:
    return Change(f"{after.publisher_id}/{after.campaign_id}", _document(before) if before else None, _document(after))


def _document(row: CampaignApproval) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("tracking_key", "active", "approved_at")}
