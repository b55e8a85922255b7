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
from chalicelib.conversions.conversion import Claim, Stored, Taken
from chalicelib.counters import learning_blocks, learning_cells
from chalicelib.counters.blocks import add_blocks
from chalicelib.domain.campaign import Campaign as CampaignNoun
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.audit_change import Change
from chalicelib.http.problems import Forbidden, Gone, NotFound, Unavailable
from chalicelib.http.request import Request
from chalicelib.http.transactions import PATIENCE_SECONDS, Changed, transaction
from chalicelib.routing import click_record, route_codec
from chalicelib.routing.route_history import past_route
from chalicelib.tables.base import existing
from chalicelib.tables.campaigns import Campaign
from chalicelib.tables.clicks import Click
from chalicelib.tables.conversions import Conversion
from chalicelib.tables.counters import Cap

APPROVED, REJECTED = ConversionStatus.APPROVED, ConversionStatus.REJECTED
_LONGEST_CLICK_ID = 200
_LONGEST_WAIT_SECONDS = 0.25

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a conversion comes from: the click, its campaign as of now (None: gone), and as it was for the click."""

    click: Click
    campaign: Campaign | None
    terms: CampaignNoun

    @property
    def fields(self) -> Stored:
        """The click's stored fields."""
        return dict(self.click.attribute_values)


def origin(click_id: str) -> Origin:
    """The origin of the click's conversions; `NotFound` for an unknown click, or one that reached no campaign."""
    click = existing(Click, click_id) if len(click_id) <= _LONGEST_CLICK_ID else None
    if click is None or not click.campaign_id:
        message = "there is no click of this ID that reached a campaign"
        raise NotFound(message)
    route = past_route(click.route_id, click.route_version)
    return Origin(click, existing(Campaign, click.campaign_id), click_record.campaign_of(route, click.campaign_id))


def check_token(found: Origin, token: str) -> None:
    """Raises `Forbidden` for another token than the campaign's; it takes the same time whatever the token."""
    expected = found.campaign.postback_token if found.campaign else ""
    matches = hmac.compare_digest(token.encode(), expected.encode())
    if not (found.campaign and matches):
        message = "the token is not the one of the click's campaign"
        raise Forbidden(message)


def report(request: Request, found: Origin, claim: Claim) -> bool:
    """Keeps the claim; False where it changes nothing, as it was reported before.

    A conversion that is rejected for the first time is taken back. Raises `Gone` for a new one outside the
    attribution window, and `Unavailable` where so many others move the same caps that it cannot be written.
    """
    return _patiently(lambda: _reported(request, found, claim))


def _reported(request: Request, found: Origin, claim: Claim) -> bool:
    row = existing(Conversion, claim.conversion_id)
    if row is None:
        _create(request, found, claim)
        return True
    if claim.status is REJECTED and row.status == APPROVED:
        decide(request, row, REJECTED, row.reason)
        return True
    return False


def _patiently(attempt: Callable[[], Result]) -> Result:
    """The attempt's result, made anew while others change the same rows: a cap's counter may be a hot one."""
    began = time.monotonic()
    while True:
        try:
            return attempt()
        except Changed as error:
            if time.monotonic() - began > PATIENCE_SECONDS:
                message = "too many conversions at once; send the request again"
                raise Unavailable(message) from error
            time.sleep(random.uniform(0, _LONGEST_WAIT_SECONDS))  # noqa: S311 - jitter


def _create(request: Request, found: Origin, claim: Claim) -> None:
    if not conversion.in_window(found.fields, found.terms, request.now):
        message = f"the click is more than {found.terms.attribution_window_days} days old"
        raise Gone(message)
    stored = conversion.fields(claim, found.fields, found.terms, request.now)
    taken = conversion.taken(_places(found, request.now), stored)
    row = Conversion(**stored, places=conversion.packed(taken))
    with transaction(request) as write:
        write.save(row, Conversion.id.does_not_exist())
        if claim.status is APPROVED:
            _add_figures(write, row, request.now)


def _places(found: Origin, now: datetime) -> tuple[windows.Place, ...]:
    """The places under the caps that the campaign has now, which may be others than at the time of the click."""
    if found.campaign is None:
        return ()
    noun = route_codec.campaign({**found.campaign.settings, "id": found.campaign.id})
    return windows.conversion_places(noun, found.click.publisher_id, now)


def decide(
    request: Request, row: Conversion, status: ConversionStatus, reason: str | None, change: Change | None = None
) -> None:
    """Writes status and reason, and with another status every figure moves; raises `Changed` where it did meanwhile.

    `row` is left as it was written.
    """
    moves = status != row.status
    unchanged = Conversion.revision == row.revision
    row.status, row.reason, row.revision = status.value, reason or None, row.revision + int(moves)
    with transaction(request, change=change) as write:
        write.update(Conversion(row.id), _changes(row), unchanged)
        if moves:
            _add_figures(write, row, request.now)


def _changes(row: Conversion) -> list[Any]:
    reason = Conversion.reason.set(row.reason) if row.reason else Conversion.reason.remove()
    return [Conversion.status.set(row.status), Conversion.revision.set(row.revision), reason]


def _add_figures(write: TransactWrite, row: Conversion, now: datetime) -> None:
    """Adds to the transaction that the conversion counts from now on, or, rejected, no longer counts."""
    sign, cause = 1 if row.status == APPROVED else -1, f"{row.id}@{row.revision}"
    add_blocks(write, cause, conversion.counted(row.attribute_values, sign))
    learning_blocks.add_blocks(write, cause, learning_cells.of_conversion(row.attribute_values, sign), now)
    for each in conversion.still_counting(row.places, now):
        add_used(write, each, sign)


def add_used(write: TransactWrite, taken: Taken, sign: int) -> None:
    """Adds to the transaction that a cap's counter moves up (1) or back (-1) by what was taken, whatever its limit."""
    expiry = [Cap.expires_at.set(taken.expires_at)] if taken.expires_at else []
    write.update(Cap(taken.key), [Cap.used.add(sign * taken.amount), *expiry])
