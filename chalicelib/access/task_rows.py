"""Tasks: work that follows from a change of a smartlink for its publishers, or of a publisher for their smartlinks.

A task is written in the transaction of the change, so that the work is done even if the request is cut short. Working
off a task twice changes nothing.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.access.campaign_approvals import granted_campaign_ids
from chalicelib.domain import ids
from chalicelib.domain.smartlink import SmartlinkStatus, Visibility
from chalicelib.domain.timestamps import timestamp
from chalicelib.http.request import Request
from chalicelib.tables.smartlinks import SmartlinkRow, SmartlinkTaskRow

QUEUE = "tasks"
"""The partition of all tasks."""

SETTLED = timedelta(seconds=30)
"""Time after which the index of members certainly contains those from before the change."""

_log = logging.getLogger("smartlink")


class TaskKind(StrEnum):
    """What changed: a publisher was added or removed; the smartlink grants more, was made public, and so on.

    `account_closed` closes the applications of a publisher, `past_deletions` those of smartlinks that earlier releases
    deleted.
    """

    MEMBER = "member"
    OFFERS = "offers"
    OPENED = "opened"
    PAUSED = "paused"
    RESUMED = "resumed"
    DELETED = "deleted"
    ACCOUNT_CLOSED = "account_closed"
    PAST_DELETIONS = "past_deletions"


def new_task(request: Request, kind: TaskKind, pool_id: str | None, **details: Any) -> SmartlinkTaskRow:  # noqa: ANN401 - attributes
    """Return a task of the request, not written yet."""
    return SmartlinkTaskRow(
        QUEUE,
        request.new_id("tsk"),
        kind=kind.value,
        pool_id=pool_id,
        actor=request.actor or None,
        actor_name=request.actor_name or None,
        operation_id=request.endpoint.operation_id or None,
        at=request.timestamp,
        **details,
    )


def tasks_of_edit(request: Request, before: Mapping[str, Any], row: SmartlinkRow) -> list[SmartlinkTaskRow]:
    """Return the tasks of an edit, not written yet. `before` has the settings and the status before it."""
    granted = granted_campaign_ids(row.settings) - granted_campaign_ids(before)
    is_opened = _is_public(row.settings) and not _is_public(before)
    tasks = [
        *([_status_kind(row.status)] if row.status != before["status"] else []),
        *([TaskKind.OPENED] if is_opened else []),
    ]
    rows = [new_task(request, kind, row.id, version=row.version) for kind in tasks]
    offers = new_task(request, TaskKind.OFFERS, row.id, version=row.version, campaign_ids=sorted(granted))
    return [*rows, offers] if granted else rows


def _status_kind(status: str) -> TaskKind:
    return TaskKind.PAUSED if status == SmartlinkStatus.PAUSED else TaskKind.RESUMED


def _is_public(settings: Mapping[str, Any]) -> bool:
    return bool(settings["visibility"] == Visibility.PUBLIC)


def due_tasks(now: datetime) -> Iterator[SmartlinkTaskRow]:
    """Yield the tasks that are old enough for the index of members to be complete, oldest first."""
    before = SmartlinkTaskRow.id < task_id(now - SETTLED)
    yield from SmartlinkTaskRow.query(QUEUE, before, consistent_read=True)


def task_id(at: datetime, entropy: bytes = bytes(10)) -> str:
    """Return the ID of a task; without entropy the lowest one of this time."""
    return f"tsk_{ids.time_ordered_id(at, entropy)}"


def past_deletions(at: datetime) -> SmartlinkTaskRow:
    """Return the task that closes the applications of smartlinks deleted by earlier releases; it is due at `at`."""
    return SmartlinkTaskRow(QUEUE, task_id(at), kind=TaskKind.PAST_DELETIONS.value, at=timestamp(at))


def run_logged(name: str, work: Callable[[], object]) -> bool:
    """Run the work and return whether it ended without an error. An error is logged: it is tried again later."""
    try:
        work()
    except Exception:  # noqa: BLE001 - the change is committed: no error of what follows may fail its request
        _log.exception("%s was not finished and will be tried again", name)
        return False
    return True
