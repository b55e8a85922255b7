"""Writes the list of refused postbacks. At most 100 of a campaign and hour are listed, so that a flood costs little."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from chalicelib.conversions.authorization import WrongAddress, WrongToken
from chalicelib.conversions.campaign_lookup import campaign_id_of, tokens_of
from chalicelib.conversions.refusal_notifications import notify_once
from chalicelib.conversions.refused_hour import (
    MAX_CLICK_ID,
    MAX_DETAIL,
    RefusedHour,
    refused_hour,
    shown_query,
    unsaved_count,
    without_tokens,
)
from chalicelib.conversions.schemas import MissingToken, PostbackQuery
from chalicelib.domain.refusal import RefusalReason
from chalicelib.domain.timestamps import expiry_time, milliseconds
from chalicelib.http.problems import Gone, NotFound, Problem, ValidationFailed
from chalicelib.http.request import Request
from chalicelib.observability.metrics import Metric, emit
from chalicelib.settings import REFUSED_POSTBACK_RETENTION_DAYS
from chalicelib.tables.refused_postbacks import RefusedPostbackRow

_REASONS: tuple[tuple[type[Problem], RefusalReason], ...] = (
    (MissingToken, RefusalReason.WRONG_TOKEN),
    (WrongToken, RefusalReason.WRONG_TOKEN),
    (WrongAddress, RefusalReason.WRONG_ADDRESS),
    (NotFound, RefusalReason.UNKNOWN_CLICK),
    (Gone, RefusalReason.WINDOW_CLOSED),
    (ValidationFailed, RefusalReason.INVALID),
)
"""The reason of each problem. The first that fits is taken: a missing token is a failed validation too."""

_MAX_HOURS = 10_000
_omitted: dict[RefusedHour, int] = {}
"""How many refusals this process left out, by full hour: a flood causes no write for most of its requests."""

_log = logging.getLogger("smartlink")


@contextmanager
def listed(request: Request, query: PostbackQuery) -> Iterator[None]:
    """List the postback if the block raises a problem that refuses it. The problem is raised all the same.

    It is listed under the campaign of its click, or else of its token. If both are unknown it is not listed: anybody
    could fill the list.
    """
    try:
        yield
    except Problem as problem:
        reason = next((reason for kind, reason in _REASONS if isinstance(problem, kind)), None)
        if reason:
            _list_problem(request, query, reason, problem)
        raise


def _list_problem(request: Request, query: PostbackQuery, reason: RefusalReason, problem: Problem) -> None:
    try:
        campaign_id = campaign_id_of(query.click_id, query.token, request.now)
    except Exception:  # noqa: BLE001 - the caller gets the same answer
        _log.exception("the campaign of a refused postback was not found")
        return
    if campaign_id:
        record_refusal(request, campaign_id, query.click_id, reason, problem.detail)


def record_refusal(request: Request, campaign_id: str, click_id: str, reason: RefusalReason, detail: str) -> None:
    """List the request as refused, or count it if the hour's list is full. Never raise: a failure is logged."""
    hour = refused_hour(campaign_id, request.now, needs_token=reason.needs_token)
    emit({Metric.POSTBACKS_REFUSED: 1})
    try:
        if hour not in _omitted and _take_place(hour):
            _row(request, hour, click_id, reason, detail).save()
            notify_once(campaign_id, reason, request.now)
        else:
            _omit(hour)
    except Exception:  # noqa: BLE001 - the caller gets the same answer
        _log.exception("refused postback of campaign %s was not listed", campaign_id)


def _row(request: Request, hour: RefusedHour, click_id: str, reason: RefusalReason, detail: str) -> RefusedPostbackRow:
    refusal_id, at = request.new_id("rfp"), milliseconds(request.now)
    tokens = tokens_of(hour.campaign_id)
    return RefusedPostbackRow(
        hour.campaign_day,
        f"{at:013d}#{refusal_id}",
        id=refusal_id,
        at=at,
        campaign_id=hour.campaign_id,
        click_id=without_tokens(click_id, tokens)[:MAX_CLICK_ID] or None,
        reason=reason.value,
        detail=without_tokens(detail, tokens)[:MAX_DETAIL],
        address=request.address,
        sent_query=shown_query(request.parameters, tokens),
        day_shard=hour.day_shard,
        expires_at=_expiry(hour),
    )


def _expiry(hour: RefusedHour) -> int:
    # An hour more: the hour's own row must not expire before its refusals.
    return expiry_time(hour.start, REFUSED_POSTBACK_RETENTION_DAYS) + 3600


def _take_place(hour: RefusedHour) -> bool:
    """Return whether the hour's list has room, and count the refusal in it."""
    has_room = RefusedPostbackRow.stored.does_not_exist() | (RefusedPostbackRow.stored < hour.limit)
    actions: list[Action] = [RefusedPostbackRow.stored.add(1), RefusedPostbackRow.expires_at.set(_expiry(hour))]
    try:
        RefusedPostbackRow(hour.campaign_day, hour.moment).update(actions, has_room)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _omit(hour: RefusedHour) -> None:
    """Count the refusal as left out, in the table only at powers of two."""
    if len(_omitted) >= _MAX_HOURS:
        _omitted.clear()
    _omitted[hour] = _omitted.get(hour, 0) + 1
    count = unsaved_count(_omitted[hour])
    if count:
        RefusedPostbackRow(hour.campaign_day, hour.moment).update(_omission(hour, count))


def _omission(hour: RefusedHour, count: int) -> list[Action]:
    """Return the update that shows the hour's own row in the list."""
    return [
        RefusedPostbackRow.omitted.add(count),
        RefusedPostbackRow.id.set(hour.id),
        RefusedPostbackRow.at.set(milliseconds(hour.start)),
        RefusedPostbackRow.campaign_id.set(hour.campaign_id),
        RefusedPostbackRow.reason.set(RefusalReason.OMITTED.value),
        RefusedPostbackRow.detail.set(hour.sentence),
        RefusedPostbackRow.day_shard.set(hour.day_shard),
        RefusedPostbackRow.expires_at.set(_expiry(hour)),
    ]
