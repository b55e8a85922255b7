"""Pending applications of smartlinks that earlier releases deleted: they did not close them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from pynamodb.transactions import TransactWrite

from chalicelib.access.membership import PENDING
from chalicelib.access.task_rows import past_deletions
from chalicelib.domain.smartlink import SmartlinkStatus
from chalicelib.domain.timestamps import timestamp
from chalicelib.tables.base import FIRST_YEAR, commit, connection, get_or_none
from chalicelib.tables.publishers import ApplicationRow
from chalicelib.tables.smartlinks import SmartlinkRow, SmartlinkTaskRow

DEPLOYMENT = timedelta(hours=1)
"""Time after the first run in which processes of the earlier release may still delete smartlinks."""

_ONCE = "once"
"""The partition of the row that says that the tasks were added."""

_BATCH = 100


def add_past_deletions(now: datetime) -> None:
    """Add the tasks that close these applications, now and after a deployment, unless they were added before."""
    kind = past_deletions(now).kind
    if get_or_none(SmartlinkTaskRow, _ONCE, kind):
        return
    write = TransactWrite(connection=connection())
    marker = SmartlinkTaskRow(_ONCE, kind, kind=kind, at=timestamp(now))
    write.save(marker, SmartlinkTaskRow.id.does_not_exist())
    for at in (now, now + DEPLOYMENT):
        write.save(past_deletions(at))
    commit(write)


def deleted_applications(after: str | None, now: datetime) -> Iterator[ApplicationRow]:
    """Yield the pending applications after an ID whose smartlink is deleted, oldest first."""
    later = ApplicationRow.id > after if after else None
    for year in range(FIRST_YEAR, now.year + 1):
        rows = ApplicationRow.by_status.query(f"{PENDING}#{year}", later)
        while batch := list(islice(rows, _BATCH)):
            ids = sorted({row.pool_id for row in batch})
            pools = SmartlinkRow.batch_get(ids, attributes_to_get=["id", "status"])
            deleted = {pool.id for pool in pools if pool.status == SmartlinkStatus.DELETED}
            yield from (row for row in batch if row.pool_id in deleted)
