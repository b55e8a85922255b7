"""Conversions into their table: each once, together with all that it adds to counters and caps."""

import hmac
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pynamodb.transactions import TransactWrite

from chalicelib.caps import windows
from chalicelib.conversions import conversion
from chalicelib.conversions.conversion import CapUsage, ReportedConversion, StoredConversion
from chalicelib.counters import learning_blocks, learning_cells
from chalicelib.counters.blocks import append_blocks
from chalicelib.domain.campaign import Campaign as CampaignNoun
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.problems import Forbidden, Gone, NotFound, Unavailable
from chalicelib.http.request import Request
from chalicelib.http.transactions import RETRY_BUDGET_SECONDS, TransactionConflict, transaction
from chalicelib.routing import click_record, route_codec
from chalicelib.routing.route_history import past_route
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.counters import CapCounterRow

APPROVED, REJECTED = ConversionStatus.APPROVED, ConversionStatus.REJECTED
_LONGEST_CLICK_ID = 200
_LONGEST_WAIT_SECONDS = 0.25

Attempted = TypeVar("Attempted")


@dataclass(frozen=True, slots=True)
class ConversionSource:
    """Where a conversion comes from: the click, its campaign as of now (None: gone), and as it was for the click."""

    click: ClickRow
    campaign: CampaignRow | None
    campaign_at_click: CampaignNoun

    @property
    def fields(self) -> StoredConversion:
        """The click's stored fields."""
        return dict(self.click.attribute_values)


def origin(click_id: str) -> ConversionSource:
    """The origin of the click's conversions; `NotFound` for an unknown click, or one that reached no campaign."""
    click = get_or_none(ClickRow, click_id) if len(click_id) <= _LONGEST_CLICK_ID else None
    if click is None or not click.campaign_id:
        message = "there is no click of this ID that reached a campaign"
        raise NotFound(message)
    route = past_route(click.route_id, click.route_version)
    return ConversionSource(
        click, get_or_none(CampaignRow, click.campaign_id), click_record.campaign_of(route, click.campaign_id)
    )


def check_token(found: ConversionSource, token: str) -> None:
    """Raises `Forbidden` for another token than the campaign's; it takes the same time whatever the token."""
    expected = found.campaign.postback_token if found.campaign else ""
    matches = hmac.compare_digest(token.encode(), expected.encode())
    if not (found.campaign and matches):
        message = "the token is not the one of the click's campaign"
        raise Forbidden(message)


def record_conversion(request: Request, found: ConversionSource, claim: ReportedConversion) -> bool:
    """Keeps the claim; False where it changes nothing, as it was reported before.

    A conversion that is rejected for the first time is taken back. Raises `Gone` for a new one outside the
    attribution window, and `Unavailable` where so many others move the same caps that it cannot be written.
    """
    return _retry_on_conflict(lambda: _reported(request, found, claim))


def _reported(request: Request, found: ConversionSource, claim: ReportedConversion) -> bool:
    row = get_or_none(ConversionRow, claim.conversion_id)
    if row is None:
        _create(request, found, claim)
        return True
    if claim.status is REJECTED and row.status == APPROVED:
        set_status(request, row, REJECTED, row.reason)
        return True
    return False


def _retry_on_conflict(attempt: Callable[[], Attempted]) -> Attempted:
    """The attempt's result, made anew while others change the same rows: a cap's counter may be a hot one."""
    began = time.monotonic()
    while True:
        try:
            return attempt()
        except TransactionConflict as error:
            if time.monotonic() - began > RETRY_BUDGET_SECONDS:
                message = "too many conversions at once; send the request again"
                raise Unavailable(message) from error
            time.sleep(random.uniform(0, _LONGEST_WAIT_SECONDS))  # noqa: S311 - jitter


def _create(request: Request, found: ConversionSource, claim: ReportedConversion) -> None:
    if not conversion.is_within_attribution_window(found.fields, found.campaign_at_click, request.now):
        message = f"the click is more than {found.campaign_at_click.attribution_window_days} days old"
        raise Gone(message)
    stored = conversion.fields(claim, found.fields, found.campaign_at_click, request.now)
    taken = conversion.taken(_places(found, request.now), stored)
    row = ConversionRow(**stored, places=conversion.packed(taken))
    with transaction(request) as write:
        write.save(row, ConversionRow.id.does_not_exist())
        if claim.status is APPROVED:
            _add_figures(write, row, request.now)


def _places(found: ConversionSource, now: datetime) -> tuple[windows.CapCounter, ...]:
    """The places under the caps that the campaign has now, which may be others than at the time of the click."""
    if found.campaign is None:
        return ()
    noun = route_codec.campaign({**found.campaign.settings, "id": found.campaign.id})
    return windows.conversion_counters(noun, found.click.publisher_id, now)


def set_status(
    request: Request,
    row: ConversionRow,
    status: ConversionStatus,
    reason: str | None,
    change: AuditChange | None = None,
) -> None:
    """Writes status and reason, and with another status every figure moves; raises `Changed` where it did meanwhile.

    `row` is left as it was written.
    """
    moves = status != row.status
    unchanged = ConversionRow.revision == row.revision
    row.status, row.reason, row.revision = status.value, reason or None, row.revision + int(moves)
    with transaction(request, change=change) as write:
        write.update(ConversionRow(row.id), _changes(row), unchanged)
        if moves:
            _add_figures(write, row, request.now)


def _changes(row: ConversionRow) -> list[Any]:
    reason = ConversionRow.reason.set(row.reason) if row.reason else ConversionRow.reason.remove()
    return [ConversionRow.status.set(row.status), ConversionRow.revision.set(row.revision), reason]


def _add_figures(write: TransactWrite, row: ConversionRow, now: datetime) -> None:
    """Adds to the transaction that the conversion counts from now on, or, rejected, no longer counts."""
    sign, cause = 1 if row.status == APPROVED else -1, f"{row.id}@{row.revision}"
    append_blocks(write, cause, conversion.counted(row.attribute_values, sign))
    learning_blocks.add_blocks(write, cause, learning_cells.of_conversion(row.attribute_values, sign), now)
    for each in conversion.active_cap_usage(row.places, now):
        add_used(write, each, sign)


def add_used(write: TransactWrite, taken: CapUsage, sign: int) -> None:
    """Adds to the transaction that a cap's counter moves up (1) or back (-1) by what was taken, whatever its limit."""
    expiry = [CapCounterRow.expires_at.set(taken.expires_at)] if taken.expires_at else []
    write.update(CapCounterRow(taken.key), [CapCounterRow.used.add(sign * taken.amount), *expiry])
