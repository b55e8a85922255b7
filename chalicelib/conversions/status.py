"""Rules of approval: the status of a new conversion, and who may change it later."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from chalicelib.conversions.conversion import FIRST_REVISION, ReportedConversion, StoredFields
from chalicelib.counters.cells import shard_of
from chalicelib.domain.campaign import Approval, Campaign
from chalicelib.domain.conversion import ConversionStatus, Reporter
from chalicelib.domain.goal import Goal
from chalicelib.domain.money import decimal_text
from chalicelib.domain.timestamps import milliseconds

DEFAULT_MAX_PAYOUT_FACTOR = 100
"""A payout of more than this many times the goal's fixed payout waits for an admin."""

APPROVED, PENDING, REJECTED = ConversionStatus.APPROVED, ConversionStatus.PENDING, ConversionStatus.REJECTED


class StatusSource(StrEnum):
    """Who set the status of a conversion: a report, a rule of the campaign, or a decision."""

    REPORT = "report"
    RULE = "rule"
    SCHEDULE = "schedule"
    IMPORT = "import"
    ADMIN = "admin"

    @property
    def is_decision(self) -> bool:
        """Whether the network decided: no report changes it any more."""
        return self in _DECISIONS


_DECISIONS = frozenset({StatusSource.IMPORT, StatusSource.ADMIN})


@dataclass(frozen=True, slots=True)
class Ruling:
    """A status and who set it. A `held` conversion is pending for `reason`; only an admin approves it."""

    status: ConversionStatus
    source: StatusSource
    held: bool = False
    reason: str | None = None
    approve_at: datetime | None = None


def ruling_fields(ruling: Ruling, publisher_id: str) -> dict[str, Any]:
    """Return the ruling as conversions store it, with the keys under which the schedule finds what it approves."""
    approve_at = ruling.approve_at
    return {
        "status": ruling.status.value,
        "status_by": ruling.source.value,
        "held": ruling.held or None,
        "reason": ruling.reason,
        "approve_at": None if approve_at is None else milliseconds(approve_at),
        "approval_shard": None if approve_at is None else str(shard_of(publisher_id)),
        "decided_at": None,
        "decided_by": None,
    }


def decision_fields(ruling: Ruling, publisher_id: str, by: str, now: datetime) -> dict[str, Any]:
    """Return a decision as conversions store it. `by` is the ID of the key that made it, or the name of a schedule."""
    return {**ruling_fields(ruling, publisher_id), "decided_at": milliseconds(now), "decided_by": by}


def ruling_of(
    report: ReportedConversion, reporter: Reporter, campaign: Campaign, hold: str | None, now: datetime
) -> Ruling:
    """Return the ruling on a new conversion. `campaign` is the current one, `hold` the reason to hold it, if any."""
    status = report.status
    is_manual = campaign.approval is Approval.MANUAL and reporter is not Reporter.IMPORT
    if status is REJECTED:
        return Ruling(REJECTED, _source_of(report, reporter))
    if hold:
        return Ruling(PENDING, StatusSource.RULE, held=True, reason=hold)
    if is_manual:
        days = campaign.approve_after_days
        approve_at = None if days is None else now + timedelta(days=days)
        source = StatusSource.REPORT if status is PENDING else StatusSource.RULE
        return Ruling(PENDING, source, approve_at=approve_at)
    return Ruling(status or APPROVED, _source_of(report, reporter))


def _source_of(report: ReportedConversion, reporter: Reporter) -> StatusSource:
    """Return who set the status that a report names. An import is a decision only if it names one."""
    is_decision = reporter is Reporter.IMPORT and report.status is not None
    return StatusSource.IMPORT if is_decision else StatusSource.REPORT


def hold_reason(payout: Decimal, goal: Goal, campaign: Campaign) -> str | None:
    """Return why a conversion of this payout waits for an admin; None if it does not."""
    maximum = campaign.max_payout if campaign.max_payout is not None else _default_max_payout(goal)
    if maximum is None or payout <= maximum:
        return None
    return f"The payout of {decimal_text(payout)} is above the maximum of {decimal_text(maximum)}."


def _default_max_payout(goal: Goal) -> Decimal | None:
    return None if goal.has_percentage or not goal.payout else goal.payout * DEFAULT_MAX_PAYOUT_FACTOR


def reported_change(
    stored: StoredFields, report: ReportedConversion, reporter: Reporter, campaign: Campaign, hold: str | None
) -> Ruling | None:
    """Return the ruling by which a further report changes the status of a stored conversion; None if it does not.

    A report may reject, and confirm what a report left pending or rejected if the campaign approves automatically. It
    changes no decision of the network. Only an admin approves what is held, or what was rejected and there is a reason
    to `hold` it. A pixel changes nothing.
    """
    status, source = report.status, _stored_source(stored)
    if reporter is Reporter.PIXEL or status is None or status == stored["status"] or source is StatusSource.ADMIN:
        return None
    if reporter is Reporter.IMPORT:
        return (
            _approval(stored, StatusSource.IMPORT, hold) if status is APPROVED else Ruling(status, StatusSource.IMPORT)
        )
    if source.is_decision:
        return None
    if status is REJECTED:
        return Ruling(REJECTED, StatusSource.REPORT)
    confirms = status is APPROVED and source is StatusSource.REPORT and campaign.approval is Approval.AUTO
    return _approval(stored, StatusSource.REPORT, hold) if confirms else None


def _approval(stored: StoredFields, source: StatusSource, hold: str | None) -> Ruling | None:
    """Return the ruling by which a report approves a stored conversion, or holds it; None if it is held already."""
    if stored.get("held"):
        return None
    return Ruling(PENDING, StatusSource.RULE, held=True, reason=hold) if hold else Ruling(APPROVED, source)


def _stored_source(stored: StoredFields) -> StatusSource:
    """Return who set the status.

    Conversions of format 1 do not say it: only an admin could approve again what had been rejected, and a rejection may
    have been an admin's.
    """
    known = stored.get("status_by")
    if known:
        return StatusSource(known)
    is_first = int(stored["revision"]) == FIRST_REVISION and stored["status"] == APPROVED
    return StatusSource.REPORT if is_first else StatusSource.ADMIN


def held(stored: StoredFields, hold: str) -> Ruling | None:
    """Return the ruling that holds a stored conversion; None if it is rejected or the network decided."""
    if stored["status"] == REJECTED or _stored_source(stored).is_decision:
        return None
    return Ruling(PENDING, StatusSource.RULE, held=True, reason=hold)
