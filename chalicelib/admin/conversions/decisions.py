"""Decisions of admins on conversions: on one, or on many with a result for each."""

import time
from collections.abc import Sequence
from dataclasses import replace

from chalicelib.admin.conversions.schemas import ConversionDecision, DecisionResultDocument
from chalicelib.conversions import changes
from chalicelib.conversions.status import StatusSource
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.problems import Problem, Unavailable
from chalicelib.http.request import Request
from chalicelib.http.transactions import retry_on_conflict
from chalicelib.reporting.lists.conversion_queries import get_conversion_or_404
from chalicelib.tables.base import get_or_none
from chalicelib.tables.conversions import ConversionRow

_SECONDS = 10
"""After this time no further conversion is decided: the last one may be retried until shortly before the timeout."""


def decide(request: Request, row: ConversionRow, decision: ConversionDecision) -> None:
    """Write the decision with its audit entry and update `row`; do nothing if an admin decided the same before.

    Raise `Conflict` for an event that is no goal, and `TransactionConflict` if the conversion changed meanwhile.
    """
    before = {"status": row.status, "reason": row.reason}
    after = {"status": decision.status.value, "reason": decision.reason or None}
    if after != before or row.status_by != StatusSource.ADMIN:
        ruling = changes.decision_of_admin(decision.status, decision.reason)
        changes.decide(request, row, ruling, request.actor, AuditChange(row.id, before, after))


def decide_all(request: Request, ids: Sequence[str], decision: ConversionDecision) -> list[DecisionResultDocument]:
    """Write the decision on each of these conversions, each in a transaction of its own; return one result each."""
    # The response is stored once all are decided: a transaction of one conversion must not store it.
    alone, started_at = replace(request, idempotency=None), time.monotonic()
    results = []
    for conversion_id in dict.fromkeys(ids):
        is_late = time.monotonic() - started_at > _SECONDS
        results.append(_result(alone, conversion_id, decision, is_late=is_late))
    return results


def _result(
    request: Request, conversion_id: str, decision: ConversionDecision, *, is_late: bool
) -> DecisionResultDocument:
    def attempt() -> DecisionResultDocument:
        row = get_conversion_or_404(conversion_id)
        decide(request, row, decision)
        return DecisionResultDocument(id=conversion_id, status=row.status, error=None)

    try:
        _check_time(is_late=is_late)
        return retry_on_conflict(attempt)
    except Problem as problem:
        row = get_or_none(ConversionRow, conversion_id)
        return DecisionResultDocument(id=conversion_id, status=row.status if row else None, error=problem.detail)


def _check_time(*, is_late: bool) -> None:
    if is_late:
        message = "There was no time left to decide this conversion. Send it again."
        raise Unavailable(message)
