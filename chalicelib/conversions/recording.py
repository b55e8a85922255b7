"""Recording of conversions: each once, in one transaction with its counters and caps."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pynamodb.transactions import TransactWrite

from chalicelib.caps import windows
from chalicelib.conversions import conversion
from chalicelib.conversions.conversion import CapUsage, ReportedConversion, StoredFields
from chalicelib.counters import learning_blocks, learning_cells
from chalicelib.counters.blocks import append_blocks
from chalicelib.domain.campaign import Campaign
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.problems import Gone, NotFound, Unavailable
from chalicelib.http.request import Request
from chalicelib.http.transactions import RETRY_BUDGET_SECONDS, TransactionConflict, transaction
from chalicelib.routing import route_codec
from chalicelib.routing.click_document import campaign_of
from chalicelib.routing.route_history import past_route, stored_click
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.counters import CapCounterRow

APPROVED, REJECTED = ConversionStatus.APPROVED, ConversionStatus.REJECTED
_MAX_CLICK_ID_LENGTH = 200
_MAX_WAIT_SECONDS = 0.25

Attempted = TypeVar("Attempted")


@dataclass(frozen=True, slots=True)
class ConversionSource:
    """The click of a conversion, its current campaign (None if deleted), and the campaign at the time of the click."""

    click: ClickRow
    campaign: CampaignRow | None
    campaign_at_click: Campaign

    @property
    def fields(self) -> StoredFields:
        """The click's stored fields."""
        return stored_click(self.click)


def get_source_or_404(click_id: str) -> ConversionSource:
    """Return the source of the click's conversions; raise `NotFound` if the click is unknown or has no campaign."""
    click = get_or_none(ClickRow, click_id) if len(click_id) <= _MAX_CLICK_ID_LENGTH else None
    if click is None or not click.campaign_id:
        message = "No click with this ID was sent to a campaign."
        raise NotFound(message)
    route = past_route(click.route_id, click.route_version)
    campaign = get_or_none(CampaignRow, click.campaign_id)
    return ConversionSource(click, campaign, campaign_of(route, click.campaign_id))


def record_conversion(request: Request, source: ConversionSource, report: ReportedConversion) -> bool:
    """Record the report; return False if it was reported before and changes nothing.

    The first rejection of an approved conversion reverses it. Raise `Gone` for a new conversion outside the
    attribution window, and `Unavailable` if other requests keep changing the same cap counters.
    """
    return _retry_on_conflict(lambda: _record_once(request, source, report))


def _record_once(request: Request, source: ConversionSource, report: ReportedConversion) -> bool:
    row = get_or_none(ConversionRow, report.conversion_id)
    if row is None:
        _create(request, source, report)
        return True
    if report.status is REJECTED and row.status == APPROVED:
        set_status(request, row, REJECTED, row.reason)
        return True
    return False


def _retry_on_conflict(operation: Callable[[], Attempted]) -> Attempted:
    """Return the operation's result; retry it while other requests change the same rows, as on a busy cap counter."""
    started_at = time.monotonic()
    while True:
        try:
            return operation()
        except TransactionConflict as error:
            if time.monotonic() - started_at > RETRY_BUDGET_SECONDS:
                message = "The cap counters are busy. Retry the request."
                raise Unavailable(message) from error
            time.sleep(random.uniform(0, _MAX_WAIT_SECONDS))  # noqa: S311 - jitter


def _create(request: Request, source: ConversionSource, report: ReportedConversion) -> None:
    terms = source.campaign_at_click
    if not conversion.is_within_attribution_window(source.fields, terms, request.now):
        message = f"The click is older than the attribution window of {terms.attribution_window_days} days."
        raise Gone(message)
    fields = conversion.new_fields(report, source.fields, terms, request.now)
    usage = conversion.cap_usage(_cap_counters(source, request.now), fields)
    row = ConversionRow(**fields, places=conversion.encode_cap_usage(usage))
    with transaction(request) as write:
        write.save(row, ConversionRow.id.does_not_exist())
        if ConversionStatus(row.status).is_paid:
            _add_counts(write, row, request.now)


def _cap_counters(source: ConversionSource, now: datetime) -> tuple[windows.CapCounter, ...]:
    """Return the counters of the campaign's current caps, which may differ from those at the time of the click."""
    if source.campaign is None:
        return ()
    campaign = route_codec.campaign({**source.campaign.settings, "id": source.campaign.id})
    return windows.conversion_counters(campaign, source.click.publisher_id, now)


def set_status(
    request: Request,
    row: ConversionRow,
    status: ConversionStatus,
    reason: str | None,
    change: AuditChange | None = None,
) -> None:
    """Write status and reason, and update counters and caps if only one of both statuses is counted. Update `row` too.

    Raise `TransactionConflict` if the conversion changed since it was read.
    """
    is_new_status = status != row.status
    changes_counts = status.is_paid is not ConversionStatus(row.status).is_paid
    unchanged = ConversionRow.revision == row.revision
    row.status, row.reason, row.revision = status.value, reason or None, row.revision + int(is_new_status)
    with transaction(request, change=change) as write:
        write.update(ConversionRow(row.id), _status_actions(row), unchanged)
        if changes_counts:
            _add_counts(write, row, request.now)


def _status_actions(row: ConversionRow) -> list[Any]:
    reason = ConversionRow.reason.set(row.reason) if row.reason else ConversionRow.reason.remove()
    return [ConversionRow.status.set(row.status), ConversionRow.revision.set(row.revision), reason]


def _add_counts(write: TransactWrite, row: ConversionRow, now: datetime) -> None:
    """Add the conversion's counts and cap usage to the transaction; subtract them if it is rejected."""
    sign, cause = 1 if ConversionStatus(row.status).is_paid else -1, f"{row.id}@{row.revision}"
    append_blocks(write, cause, conversion.counter_cells(row.attribute_values, sign))
    learning_blocks.add_blocks(write, cause, learning_cells.conversion_cells(row.attribute_values, sign), now)
    for usage in conversion.active_cap_usage(row.places, now):
        add_cap_usage(write, usage, sign)


def add_cap_usage(write: TransactWrite, usage: CapUsage, sign: int) -> None:
    """Add the usage to the cap counter in the transaction, or subtract it with `sign` -1. The limit is not checked."""
    expiry = [CapCounterRow.expires_at.set(usage.expires_at)] if usage.expires_at else []
    write.update(CapCounterRow(usage.key), [CapCounterRow.used.add(sign * usage.amount), *expiry])
