"""What an admin changed, as the audit log keeps it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

MAX_BYTES = 200_000
"""Both documents of a change together, as JSON: a transaction of 4 MB has to hold two copies beside its routes."""

Documents = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class AuditChange:
    """What became of `subject`: the thing's ID, or two joined by a slash (`sml_…/pub_…`).

    `before` is None of what is new, `after` of what is gone. Both are JSON and hold no secrets.
    """

    subject: str
    before: Documents
    after: Documents

    @property
    def subjects(self) -> tuple[str, ...]:
        """All that the change is found by: the subject, and each of a pair."""
        return tuple(dict.fromkeys((self.subject, *self.subject.split("/"))))


def truncate(change: AuditChange) -> AuditChange:
    """The change as it fits into the log.

    Of documents that are too large together, only the top-level fields that differ; where even those
    are, only their names.
    """
    if _size(change) <= MAX_BYTES:
        return change
    differing = _changed_fields(change)
    narrowed = _each(change, lambda document: {name: document[name] for name in differing if name in document})
    return narrowed if _size(narrowed) <= MAX_BYTES else _each(change, lambda _: {"changed": differing})


def _size(change: AuditChange) -> int:
    return len(json.dumps([change.before, change.after]))


def _changed_fields(change: AuditChange) -> list[str]:
    before, after = change.before or {}, change.after or {}
    return sorted(name for name in {*before, *after} if before.get(name, ...) != after.get(name, ...))


def _each(change: AuditChange, narrowing: Callable[[Mapping[str, Any]], dict[str, Any]]) -> AuditChange:
    """The change with what is left of each document that there is, marked as such."""
    documents = (change.before, change.after)
    before, after = (each if each is None else {"truncated": True, **narrowing(each)} for each in documents)
    return replace(change, before=before, after=after)
