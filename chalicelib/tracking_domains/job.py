"""Works on the tracking domains that are due: one run at a time on each, under a lease."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import settings
from chalicelib.domain.timestamps import timestamp
from chalicelib.domain.tracking_domain import DomainStatus
from chalicelib.tables.base import commit, connection
from chalicelib.tables.tracking_domains import HOSTS, NETWORK, DomainRow
from chalicelib.tracking_domains import dns
from chalicelib.tracking_domains.life import Cloud, set_up, tear_down
from chalicelib.tracking_domains.state import LATER, SOON, State, after_error, next_check

_log = logging.getLogger("smartlink")

LEASE = timedelta(seconds=90)
"""Longer than the timeout of the Lambda: a run that was killed keeps no domain from the next one."""

Clock = Callable[[], datetime]


def manage_due(cloud: Cloud, clock: Clock) -> int:
    """Take the possible steps of every domain that is due. Return the number of domains worked on."""
    due = DomainRow.by_check.query(NETWORK, DomainRow.check_at <= timestamp(clock()), consistent_read=True)
    return sum(_work(row, cloud, clock()) for row in list(due))


def _work(row: DomainRow, cloud: Cloud, now: datetime) -> bool:
    """Take the steps of one domain under a lease; return False if another run has it, or it is gone."""
    free = DomainRow.leased_until.does_not_exist() | (DomainRow.leased_until < timestamp(now))
    if not _update(row, [DomainRow.leased_until.set(timestamp(now + LEASE))], DomainRow.id.exists() & free):
        return False
    # Writes of the steps read the row anew: what follows must hold for the version from which they were decided.
    version = row.version
    try:
        if row.removed_at:
            _remove(row, cloud, now)
        else:
            _set_up(row, cloud, now, version)
    except (ClientError, BotoCoreError) as error:
        _store_error(row, error, now, version)
    return True


def _set_up(row: DomainRow, cloud: Cloud, now: datetime, version: int) -> None:
    """Take the steps of a set-up and store the state. If the domain was removed meanwhile, it stays due at once."""
    state = set_up(row, cloud, now)
    check = next_check(state, datetime.fromisoformat(row.created_at), now)
    _release(row, _actions(row, state, check, now), DomainRow.version == version)


def _remove(row: DomainRow, cloud: Cloud, now: datetime) -> None:
    """Delete mapping, domain name and certificate, then the row and the reservation of its host."""
    if tear_down(row, cloud):
        write = TransactWrite(connection=connection())
        write.delete(row)
        write.delete(DomainRow(HOSTS, row.host))
        commit(write)
    else:
        _release(row, [DomainRow.check_at.set(timestamp(now + SOON))], DomainRow.id.exists())


def _actions(row: DomainRow, state: State, check: datetime | None, now: datetime) -> list[Action]:
    """Return the updates that store a state and the time of the next check."""
    records = [each.stored for each in state.records]
    is_same = (row.status, row.reason, row.records) == (state.status, state.reason, records)
    actions: list[Action] = [
        DomainRow.check_at.set(timestamp(check)) if check else DomainRow.check_at.remove(),
        DomainRow.misses.set(state.misses),
    ]
    if not is_same:
        actions += _visible(row.version + 1, state.status, state.reason, now)
        actions.append(DomainRow.records.set(records))
    return actions


def _store_error(row: DomainRow, error: ClientError | BotoCoreError, now: datetime, version: int) -> None:
    """Say why the domain waits or failed, and try again: soon if AWS is only busy. A removal never fails for good."""
    _log.warning("tracking domain %s waits: %r", row.id, error)
    details = getattr(error, "response", {}).get("Error", {})
    outcome = after_error(details.get("Code", ""), details.get("Message", ""), DomainStatus(row.status))
    wait = outcome.wait or (LATER if row.removed_at else None)
    actions: list[Action] = [DomainRow.check_at.set(timestamp(now + wait)) if wait else DomainRow.check_at.remove()]
    if outcome.reason and outcome.reason != row.reason:
        actions += _visible(version + 1, outcome.status, outcome.reason, now)
    _release(row, actions, DomainRow.version == version)


def _visible(version: int, status: DomainStatus, reason: str | None, now: datetime) -> list[Action]:
    """Return the updates of what callers see of a domain; they raise its version."""
    return [
        DomainRow.version.set(version),
        DomainRow.updated_at.set(timestamp(now)),
        DomainRow.status.set(status.value),
        DomainRow.reason.set(reason) if reason else DomainRow.reason.remove(),
    ]


def _release(row: DomainRow, actions: list[Action], condition: Condition) -> None:
    """Store the updates and end the lease. If the row changed meanwhile, only end the lease."""
    free: Action = DomainRow.leased_until.remove()
    if not _update(row, [*actions, free], condition):
        _update(row, [free], DomainRow.id.exists())


def _update(row: DomainRow, actions: list[Action], condition: Condition) -> bool:
    """Update the row and read it; return False if the condition does not hold."""
    try:
        row.update(actions, condition)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


@cache
def cloud() -> Cloud:
    """Return AWS, with clients of this process."""
    api_id, edges, checks_dns = settings.tracking_domains()
    leads_to = dns.leads_to if checks_dns else _always
    return Cloud(_client("acm"), _client("apigatewayv2"), leads_to, api_id, _by_host(edges))


def _by_host(edges: str) -> dict[str, str]:
    """Return the distribution of each host, from `host=distribution` separated by commas."""
    pairs = (each.partition("=") for each in edges.split(",") if each)
    return {host.strip(): name.strip() for host, _, name in pairs}


def _client(name: Any) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    import boto3  # noqa: PLC0415 - only this Lambda needs these clients
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client(name, config=Config(connect_timeout=2, read_timeout=8, retries={"total_max_attempts": 2}))


def _always(host: str, targets: Iterable[str]) -> bool:  # noqa: ARG001 - hosts of a local stack are in no DNS
    return True
