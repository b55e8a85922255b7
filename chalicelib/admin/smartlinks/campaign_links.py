"""Links of campaigns to the smartlinks that hold them. A smartlink cannot take a campaign while it is being archived.

A pool may have more campaigns than a transaction has items, so the transaction of a smartlink cannot check them.
Before it, each new campaign is linked: that transaction fails if the campaign was changed since the request read it,
and adds 1 to the campaign's `link_version`. Archiving reads that number, then the links and their smartlinks, and
commits only if it is unchanged. It is refused if a smartlink holds the campaign, or an edit may be about to add it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from pynamodb.transactions import TransactWrite

from chalicelib.admin import route_publishing
from chalicelib.http.problems import Conflict
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.tables.campaigns import CampaignRow, PoolCampaignRow
from chalicelib.tables.smartlinks import SmartlinkRow

PENDING_SECONDS = 60
"""Time after which an edit that linked a campaign has ended: longer than any request, which ends after 29 seconds."""

BATCH = 25
"""Campaigns per transaction: each takes 2 of its 100 items."""

_UNLINKED_PER_TRANSACTION = 80
"""A transaction has at most 100 items; smartlink, version, route and audit log need some of them."""


def link_campaigns(request: Request, pool: SmartlinkRow, campaigns: Sequence[CampaignRow]) -> None:
    """Link the campaigns to the smartlink before its row is written.

    Raise `TransactionConflict` if one was changed since its row was read, or if a later edit has linked it.
    """
    for n in range(0, len(campaigns), BATCH):
        with transaction(request) as write:
            for campaign in campaigns[n : n + BATCH]:
                _add_link(write, request, pool, campaign)


def _add_link(write: TransactWrite, request: Request, pool: SmartlinkRow, campaign: CampaignRow) -> None:
    seconds = int(request.now.timestamp())
    link = PoolCampaignRow(campaign.id, pool.id, edit_version=pool.version, linked_at=seconds)
    # An edit that is late must not hide the link of a later one.
    is_not_later = PoolCampaignRow.edit_version.does_not_exist() | (PoolCampaignRow.edit_version <= pool.version)
    write.save(link, is_not_later)
    write.update(CampaignRow(campaign.id), [CampaignRow.link_version.add(1)], CampaignRow.version == campaign.version)


def unlink_campaigns(write: TransactWrite, pool_id: str, campaign_ids: Iterable[str]) -> None:
    """Add the removal of links to the transaction of the smartlink, so that it cannot remove one of a later edit.

    Links that do not fit stay: each only causes one more route to be published.
    """
    for campaign_id in islice(campaign_ids, _UNLINKED_PER_TRANSACTION):
        write.delete(PoolCampaignRow(campaign_id, pool_id))


def check_not_in_use(campaign_id: str, now: datetime) -> None:
    """Raise `Conflict` if a smartlink holds the campaign, or an edit may be adding it.

    Call this after reading the campaign's row, and archive it only if its `link_version` is unchanged.
    """
    links = route_publishing.links_of_campaign(campaign_id)
    pools = {row.id: row for row in SmartlinkRow.batch_get([link.pool_id for link in links], consistent_read=True)}
    holders = [pool for pool in pools.values() if route_publishing.holds(pool, campaign_id)]
    if holders:
        names = ", ".join(f"{pool.settings['name']} ({pool.id})" for pool in holders)
        message = f"Remove the campaign from these smartlinks first: {names}"
        raise Conflict(message)
    if any(is_pending(link, pools.get(link.pool_id), now) for link in links):
        message = f"An edit of a smartlink may be adding the campaign. Try again in {PENDING_SECONDS} seconds."
        raise Conflict(message)


def is_pending(link: PoolCampaignRow, pool: SmartlinkRow | None, now: datetime) -> bool:
    """Return whether the edit that wrote the link may still write its smartlink, whose current row is `pool`."""
    if link.edit_version is None or now.timestamp() - link.linked_at > PENDING_SECONDS:
        return False
    return pool is None or pool.version < link.edit_version
