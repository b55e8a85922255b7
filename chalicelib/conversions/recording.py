"""Recording of conversions: each once, in one transaction with its counters and caps."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from chalicelib.caps import windows
from chalicelib.caps.windows import CapCounter
from chalicelib.conversions import conversion, effects, slots, status, terms
from chalicelib.conversions.changes import add_effects, save_change
from chalicelib.conversions.conversion import ReportedConversion, StoredFields
from chalicelib.conversions.matching import Match, Slot, candidate_ids, match
from chalicelib.conversions.receipt import ReceiptResult, receipt_of
from chalicelib.conversions.status import Ruling, StatusSource
from chalicelib.domain.campaign import Campaign
from chalicelib.domain.conversion import ConversionStatus, Reporter, complete_conversion
from chalicelib.domain.goal import Goal, GoalCounts
from chalicelib.domain.money import optional_text
from chalicelib.domain.terms import CampaignTerms
from chalicelib.http.problems import Gone, NotFound, Unavailable
from chalicelib.http.request import Request
from chalicelib.http.transactions import RETRY_BUDGET_SECONDS, TransactionConflict, transaction
from chalicelib.observability.metrics import Metric, emit
from chalicelib.routing import route_codec
from chalicelib.routing.click_document import campaign_of
from chalicelib.routing.route_history import past_route, stored_click
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ClickGoalRow, ConversionRow

_MAX_CLICK_ID_LENGTH = 200
_MAX_WAIT_SECONDS = 0.25


@dataclass(frozen=True)
class ConversionSource:
    """The click of a conversion, its current campaign (None if deleted), and the campaign at the time of the click."""

    click: ClickRow
    campaign: CampaignRow | None
    campaign_at_click: Campaign

    @cached_property
    def fields(self) -> StoredFields:
        """The click's stored fields."""
        return stored_click(self.click)

    @cached_property
    def current_campaign(self) -> Campaign:
        """The campaign whose tracking method, approval and caps apply now."""
        if self.campaign is None:
            return self.campaign_at_click
        return route_codec.campaign({**self.campaign.settings, "id": self.campaign.id})

    def goal_of(self, event: str | None) -> Goal | None:
        """Return the goal of an event at the time of the click, with the terms of that time; None if it is no goal."""
        goal = self.campaign_at_click.goal_of(event)
        return self._terms_of_click.apply_to_goal(goal) if goal and self._terms_of_click else goal

    @cached_property
    def _terms_of_click(self) -> CampaignTerms | None:
        version, campaign_id = self.fields.get("terms_version"), self.campaign_at_click.id
        return terms.terms_of_click(self.click.publisher_id, version, campaign_id)

    def cap_counters(self, now: datetime) -> tuple[CapCounter, ...]:
        """Return the counters of a conversion at `now`: of the caps that the redirect checks for this publisher."""
        if self.campaign is None:
            return ()
        publisher_id, campaign = self.click.publisher_id, self.current_campaign
        in_force = terms.terms_in_force(publisher_id, campaign.id)
        capped = in_force.apply_to_caps(campaign) if in_force else campaign
        return windows.conversion_counters(capped, publisher_id, now)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The conversion that a report was about, and whether the report changed anything."""

    row: ConversionRow
    is_new: bool


def get_source_or_404(click_id: str) -> ConversionSource:
    """Return the source of the click's conversions; raise `NotFound` if the click is unknown or has no campaign."""
    click = get_or_none(ClickRow, click_id) if len(click_id) <= _MAX_CLICK_ID_LENGTH else None
    route = past_route(click.route_id, click.route_version) if click and click.campaign_id else None
    if click is None or route is None:
        message = "No click with this ID was sent to a campaign."
        raise NotFound(message)
    campaign = get_or_none(CampaignRow, click.campaign_id)
    return ConversionSource(click, campaign, campaign_of(route, click.campaign_id))


def record_conversion(
    request: Request, source: ConversionSource, report: ReportedConversion, reporter: Reporter
) -> Recorded:
    """Record the report once: as a new conversion, as the rest of one that a pixel reported, or as a new status.

    Raise `Gone` for a new conversion outside the attribution window unless it is imported, and `Unavailable` if other
    requests keep changing the same counters.
    """
    return _retry_on_conflict(lambda: _record_once(request, source, report, reporter))


def _retry_on_conflict(operation: Callable[[], Recorded]) -> Recorded:
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


def _record_once(
    request: Request, source: ConversionSource, report: ReportedConversion, reporter: Reporter
) -> Recorded:
    goal = source.goal_of(report.event)
    slot_row = get_or_none(ClickGoalRow, report.click_id, goal.name) if goal else None
    slot = Slot(slots.ids_of(slot_row), slot_row.pixel_id) if slot_row else None
    rows = ConversionRow.batch_get(candidate_ids(report, goal, slot), consistent_read=True)
    stored = {row.id: row for row in rows}
    known = {key: complete_conversion(row.attribute_values) for key, row in stored.items()}
    found = match(report, reporter, goal, slot, known)
    if found.conversion is None:
        return Recorded(_create(request, source, report, reporter, slot_row), is_new=True)
    row = stored[found.conversion["id"]]
    changes = {} if found.blocked else _changes(request, source, report, reporter, found)
    if changes and goal and slot_row and _restores(row, changes) and goal.counts is GoalCounts.ONCE:
        save_change(request, row, changes, also=lambda write: slots.check(write, row, slot_row))
    elif changes:
        save_change(request, row, changes)
    return Recorded(row, is_new=bool(changes))


def _changes(
    request: Request, source: ConversionSource, report: ReportedConversion, reporter: Reporter, found: Match
) -> dict[str, Any]:
    """Return the fields of a stored conversion that a further report changes."""
    stored = found.conversion or {}
    if stored["status"] is None:
        return {}
    is_rest = stored["reported_by"] == Reporter.PIXEL and reporter is not Reporter.PIXEL
    completed = _completion(source, report, reporter, stored) if is_rest else {}
    after, current = {**stored, **completed}, source.current_campaign
    goal = source.goal_of(stored["goal"])
    hold = status.hold_reason(Decimal(after["payout"]), goal, current) if goal else None
    ruling = status.reported_change(after, report, reporter, current, hold)
    is_refused = found.taken and stored["status"] == ConversionStatus.REJECTED
    return {**completed, **(_ruled(ruling, source, request) if ruling and not is_refused else {})}


def _ruled(ruling: Ruling, source: ConversionSource, request: Request) -> dict[str, Any]:
    """Return the ruling as conversions store it. Only an import is a decision of somebody, whose key it names."""
    if ruling.source is StatusSource.IMPORT:
        return status.decision_fields(ruling, source.click.publisher_id, request.actor, request.now)
    return status.ruling_fields(ruling, source.click.publisher_id)


def _completion(
    source: ConversionSource, report: ReportedConversion, reporter: Reporter, stored: StoredFields
) -> dict[str, Any]:
    """Return the fields by which a report completes a conversion of a pixel: it brings amounts and transaction ID."""
    goal = source.goal_of(stored["goal"])
    worth = conversion.worth_of(report, goal)
    completed = {
        "reported_by": reporter.value,
        "txid": report.txid or stored.get("txid"),
        "event": report.event or stored.get("event"),
        "amount": optional_text(report.amount),
        **worth.fields,
    }
    usage = effects.with_amounts_of(effects.decode_cap_usage(stored["places"]), completed)
    hold = status.hold_reason(worth.payout, goal, source.current_campaign) if goal else None
    held = status.held(stored, hold) if hold else None
    ruled = status.ruling_fields(held, stored["publisher_id"]) if held else {}
    return {**completed, **ruled, "places": effects.encode_cap_usage(usage)}


def _create(
    request: Request,
    source: ConversionSource,
    report: ReportedConversion,
    reporter: Reporter,
    slot: ClickGoalRow | None,
) -> ConversionRow:
    goal = source.goal_of(report.event)
    if reporter is not Reporter.IMPORT:
        _check_attribution_window(source, request.now)
    row = _new_row(request, source, report, reporter)
    with transaction(request, receipt_of(ReceiptResult.RECORDED, row.id, row.status)) as write:
        write.save(row, ConversionRow.id.does_not_exist())
        if report.earlier_id != row.id:
            # A conversion that an earlier release booked under this transaction ID and event is the same sale.
            absent = ConversionRow.id.does_not_exist()
            write.condition_check(ConversionRow, report.earlier_id, condition=absent)
        if goal:
            slots.take(write, row, slot, goal, source.click.expires_at)
        add_effects(write, None, row, request.now)
    emit({Metric.CONVERSIONS_RECORDED: 1})
    return row


def _check_attribution_window(source: ConversionSource, now: datetime) -> None:
    """Raise `Gone` for a report that comes too late. An import comes later than its sales, so it is not checked."""
    at_click = source.campaign_at_click
    if not conversion.is_within_attribution_window(source.fields, at_click, now):
        message = f"The click is older than the attribution window of {at_click.attribution_window_days} days."
        raise Gone(message)


def _new_row(
    request: Request, source: ConversionSource, report: ReportedConversion, reporter: Reporter
) -> ConversionRow:
    goal, current, now = source.goal_of(report.event), source.current_campaign, request.now
    fields = conversion.new_fields(report, source.fields, goal, source.campaign_at_click.currency, now)
    fields |= {"reported_by": reporter.value, "pixel": reporter is Reporter.PIXEL or None, "places": []}
    if goal is None:
        return ConversionRow(**fields)
    hold = status.hold_reason(conversion.worth_of(report, goal).payout, goal, current)
    fields |= _ruled(status.ruling_of(report, reporter, current, hold, now), source, request)
    usage = effects.cap_usage(source.cap_counters(now), fields)
    return ConversionRow(**{**fields, "places": effects.encode_cap_usage(usage)})


def _restores(row: ConversionRow, changes: Mapping[str, Any]) -> bool:
    """Return whether the changes make a rejected conversion count again."""
    return row.status == ConversionStatus.REJECTED and changes.get("status", row.status) != row.status
