"""Works off tasks: within the request that wrote them for a few seconds, and on a schedule until they are done.

Only the schedule deletes the task of many publishers. It begins when the index of members is certainly complete, and
goes over all of them again: what the request has done is not done twice.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

from pynamodb.exceptions import UpdateError

from chalicelib.access.membership import PENDING
from chalicelib.access.past_deletions import add_past_deletions, deleted_applications
from chalicelib.access.task_rows import TaskKind, due_tasks, run_logged
from chalicelib.access.task_steps import STEPS, align_links, began_before, close_pending
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.background import NO_ENDPOINT, background_request
from chalicelib.http.request import Request
from chalicelib.tables.publishers import MembershipRow
from chalicelib.tables.smartlinks import SmartlinkTaskRow

SECONDS_IN_REQUEST = 3.0
"""Time for which a request works off its tasks."""

SECONDS_OF_RUN = 50.0
"""Time after which a run of the schedule ends: the next one begins within a minute."""

BATCH = 25
"""Steps after which a task stores how far it got."""

Clock = Callable[[], datetime]
Place = tuple[str, Callable[[Request], object]]
"""A publisher or application of a task, and the work there."""


def run_now(request: Request, tasks: Sequence[SmartlinkTaskRow]) -> None:
    """Work off the tasks of a request, which are written, for a few seconds. An error is only logged."""
    until = time.monotonic() + SECONDS_IN_REQUEST
    for task in tasks:
        run_logged(f"task {task.id}", partial(_run, task, lambda: request.now, until))


def finish_due(clock: Clock) -> int:
    """Work off the tasks that are due, and delete those that are done. Return the number of tasks worked on."""
    until, number = time.monotonic() + SECONDS_OF_RUN, 0
    run_logged("the task for past deletions", partial(add_past_deletions, clock()))
    for task in due_tasks(clock()):
        if time.monotonic() > until:
            break
        run_logged(f"task {task.id}", partial(_finish, task, clock, until))
        number += 1
    return number


def _finish(task: SmartlinkTaskRow, clock: Clock, until: float) -> None:
    if _run(task, clock, until, stores_place=True):
        task.delete()


def _run(task: SmartlinkTaskRow, clock: Clock, until: float, *, stores_place: bool = False) -> bool:
    """Work off the task from its cursor; return whether all of it is done.

    A step that fails does not stop the others. The cursor stays before it, so that the next run tries it again.
    """
    failed = 0
    for n, (position, work) in enumerate(_places(task, clock()), 1):
        is_late = time.monotonic() > until
        failed += not run_logged(f"task {task.id} at {position}", partial(work, _request(task, clock())))
        if stores_place and not failed and (is_late or n % BATCH == 0):
            _store_place(task, position)
        if is_late:
            return False
    return not failed


def _request(task: SmartlinkTaskRow, now: datetime) -> Request:
    """Return the request in whose name the work is done: that of the change."""
    endpoint = next((each for each in ENDPOINTS if each.operation_id == task.operation_id), NO_ENDPOINT)
    return background_request(now, endpoint, task.actor or "", actor_name=task.actor_name or "")


def _places(task: SmartlinkTaskRow, now: datetime) -> Iterator[Place]:
    """Yield the places of the task after its cursor."""
    if task.kind == TaskKind.MEMBER:
        yield task.publisher_id, partial(align_links, task, task.publisher_id)
    elif task.kind == TaskKind.ACCOUNT_CLOSED:
        later = MembershipRow.pool_id > task.cursor if task.cursor else None
        for member in MembershipRow.query(task.publisher_id, later, consistent_read=True):
            if member.status == PENDING:
                yield member.pool_id, partial(close_pending, member.pool_id, task.publisher_id)
    elif task.kind == TaskKind.PAST_DELETIONS:
        for row in deleted_applications(task.cursor, now):
            yield row.id, partial(close_pending, row.pool_id, row.publisher_id)
    else:
        later = MembershipRow.publisher_id > task.cursor if task.cursor else None
        for member in MembershipRow.by_pool.query(task.pool_id, later):
            step = STEPS[TaskKind(task.kind)].get(member.status)
            if step and began_before(task, member):
                yield member.publisher_id, partial(step, task, member.publisher_id)


def _store_place(task: SmartlinkTaskRow, position: str) -> None:
    """Store how far the task is. It may be done already: two runs may work on it at a time."""
    with suppress(UpdateError):
        task.update([SmartlinkTaskRow.cursor.set(position)], SmartlinkTaskRow.id.exists())
