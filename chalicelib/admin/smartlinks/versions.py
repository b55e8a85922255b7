"""Versions of smartlinks: written with each change, in its transaction, and read for the list and to restore one."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.admin.smartlinks import version_changes
from chalicelib.admin.smartlinks.version_changes import NO_CHANGES, Changes
from chalicelib.domain.smartlink import SmartlinkStatus, VersionAction
from chalicelib.domain.timestamps import expiry_time
from chalicelib.http.pagination import PagedQuery, foreign_cursor
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.settings import SMARTLINK_VERSION_DAYS
from chalicelib.tables.base import get_or_none
from chalicelib.tables.smartlinks import SmartlinkRow, SmartlinkVersionRow

_VERSION = re.compile(r"[1-9][0-9]{0,14}")
_SUMMARY = ["version", "at", "user_id", "action", "restored_version", "cloned_from", "status"]
_SUMMARY += ["changes", "omitted_changes"]


class Origin(NamedTuple):
    """What made a version: the action, and the version that was restored or the smartlink that was cloned."""

    action: VersionAction
    restored_version: int | None = None
    cloned_from: str | None = None


class Previous(NamedTuple):
    """The version before a change: its document with the status, and the time at which it was written."""

    document: Mapping[str, Any]
    version: int
    at: str

    @property
    def settings(self) -> dict[str, Any]:
        """Return the settings of the document."""
        return {name: value for name, value in self.document.items() if name != "status"}


def previous(row: SmartlinkRow) -> Previous:
    """Return the current version of a smartlink that is about to change."""
    return Previous({**row.settings, "status": row.status}, row.version, row.updated_at)


def add_first_version(write: TransactWrite, request: Request, row: SmartlinkRow, origin: Origin) -> None:
    """Add the first version of a new smartlink to the transaction."""
    write.save(_version_row(request, row, origin, NO_CHANGES))


def add_version(write: TransactWrite, request: Request, row: SmartlinkRow, before: Previous, origin: Origin) -> None:
    """Add the next version of a changed smartlink to the transaction. The one before it expires from now on."""
    changes = version_changes.changes(before.document, {**row.settings, "status": row.status})
    version = _version_row(request, row, origin, changes)
    expires_at = expiry_time(request.now, SMARTLINK_VERSION_DAYS)
    if row.status == SmartlinkStatus.DELETED:
        version.expires_at = expires_at
    write.save(version)
    _add_expiry(write, row.id, before, expires_at)


def _version_row(request: Request, row: SmartlinkRow, origin: Origin, changes: Changes) -> SmartlinkVersionRow:
    return SmartlinkVersionRow(
        row.id,
        row.version,
        at=request.timestamp,
        user_id=request.actor or None,
        action=origin.action.value,
        restored_version=origin.restored_version,
        cloned_from=origin.cloned_from,
        status=row.status,
        settings=row.settings,
        changes=changes.encode(),
        omitted_changes=changes.omitted,
    )


def _add_expiry(write: TransactWrite, smartlink_id: str, before: Previous, expires_at: int) -> None:
    """Add the expiry of the version before a change, and that version itself if an earlier release wrote none."""
    stored = SmartlinkVersionRow
    actions: list[Action] = [
        stored.expires_at.set(expires_at),
        stored.format.set(stored.format | 1),
        stored.at.set(stored.at | before.at),
        stored.action.set(stored.action | VersionAction.EARLIER.value),
        stored.status.set(stored.status | before.document["status"]),
        stored.settings.set(stored.settings | before.settings),
    ]
    write.update(SmartlinkVersionRow(smartlink_id, before.version), actions)


def list_of_versions(smartlink_id: str) -> PagedQuery:
    """Return the list of the smartlink's versions without their settings, newest first."""

    def rows(partition: str, after: str | None, limit: int) -> Iterable[SmartlinkVersionRow]:
        older = SmartlinkVersionRow.version < _position(after) if after else None
        return SmartlinkVersionRow.query(
            partition,
            older,
            scan_index_forward=False,
            limit=limit,
            consistent_read=True,
            attributes_to_get=_SUMMARY,
        )

    return PagedQuery(f"versions of {smartlink_id}", [smartlink_id], rows, lambda row: str(row.version))


def _position(after: str) -> int:
    """Return the version in a cursor; raise `ValidationFailed` if it is none."""
    version = _number(after)
    if version is None:
        raise foreign_cursor()
    return version


def get_version_or_404(smartlink_id: str, version: str) -> SmartlinkVersionRow:
    """Return a version of the smartlink; raise `NotFound` if it is not stored."""
    number = _number(version)
    row = None if number is None else get_or_none(SmartlinkVersionRow, smartlink_id, number)
    if row is None:
        message = (
            f"There is no version {version} of smartlink {smartlink_id}. "
            f"Versions are kept for {SMARTLINK_VERSION_DAYS} days after the next one."
        )
        raise NotFound(message)
    return row


def _number(text: str) -> int | None:
    return int(text) if _VERSION.fullmatch(text) else None
