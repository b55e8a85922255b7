"""Changes made by admins, as the audit log stores them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

MAX_BYTES = 200_000
"""Maximum JSON size of both documents. A transaction is limited to 4 MB and holds two copies and the routes."""

JsonDocument = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditChange:
    """A change of `subject`: an ID, or two IDs joined by a slash (`sml_…/pub_…`).

    `before` is None if the subject is new, `after` is None if it was deleted. Both are JSON without secrets. A change
    by a publisher is only stored if it is `also_by_publishers`.
    """

    subject: str
    before: JsonDocument | None
    after: JsonDocument | None
    also_by_publishers: bool = False

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return all keys that find the change: the subject and, if it is a pair, each of its IDs."""
        return tuple(dict.fromkeys((self.subject, *self.subject.split("/"))))


def truncate(change: AuditChange) -> AuditChange:
    """Return the change in a size that fits into the audit log.

    Documents that are too large together keep only the top-level fields that differ, or only the names of
    these fields if their values are too large as well.
    """
    if _size(change) <= MAX_BYTES:
        return change
    names = _changed_fields(change)
    truncated = _map_documents(change, lambda document: {name: document[name] for name in names if name in document})
    return truncated if _size(truncated) <= MAX_BYTES else _map_documents(change, lambda _: {"changed": names})


def _size(change: AuditChange) -> int:
    return len(json.dumps([change.before, change.after]))


def _changed_fields(change: AuditChange) -> list[str]:
    before, after = change.before or {}, change.after or {}
    return sorted(name for name in {*before, *after} if before.get(name, ...) != after.get(name, ...))


def _map_documents(change: AuditChange, reduce: Callable[[JsonDocument], dict[str, Any]]) -> AuditChange:
    """Return the change with both documents reduced and marked as truncated. None stays None."""

    def reduced(document: JsonDocument | None) -> JsonDocument | None:
        return None if document is None else {"truncated": True, **reduce(document)}

    return replace(change, before=reduced(change.before), after=reduced(change.after))
