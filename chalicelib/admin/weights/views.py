"""The admin's calls about what was learned of a smartlink."""

from collections.abc import Mapping
from datetime import UTC, datetime

from chalicelib.admin.weights import queries
from chalicelib.admin.weights.queries import Kept, Standing
from chalicelib.admin.weights.schemas import (
    ChangeDocument,
    HistoryQuery,
    OfferWeight,
    RunDocument,
    SegmentWeights,
    SkippedDocument,
    WeightsDocument,
)
from chalicelib.domain.money import MONEY
from chalicelib.domain.smartlink import Rotation, SmartlinkStatus
from chalicelib.domain.timestamps import timestamp
from chalicelib.evaluation.reward import decimal_string
from chalicelib.http.models import Page
from chalicelib.http.request import Request
from chalicelib.optimizer.history.run_record import RunRecord, SegmentFigures
from chalicelib.optimizer.history.weight_history import SKIPPED
from chalicelib.optimizer.model.weights import OfferShare
from chalicelib.settings import optimizer_interval_minutes
from chalicelib.tables.routes import WeightHistoryRow

_HOUR = 3600


def weights(request: Request, smartlink_id: str) -> WeightsDocument:
    """Show what was learned of a smartlink, with the figures behind it."""
    standing = queries.standing(smartlink_id, request.now)
    pool, settings = standing.pool, standing.pool.settings
    version = standing.route.weights_version if standing.route else None
    figures = standing.run.figures if standing.run else None
    learns = _learns(standing)
    return WeightsDocument(
        smartlink_id=pool.id,
        rotation=settings["rotation"],
        goal=settings["goal"],
        epoch=pool.epoch,
        in_force=learns and version is not None,
        weights_version=version,
        at=None if version is None else _at(version),
        next_run_minutes=optimizer_interval_minutes() if learns else None,
        holdout_percent=settings["holdout_percent"],
        segments=_segments(figures),
        changes=_changes(figures),
        skipped=_skipped(standing.last),
        note=_note(standing, version),
    )


def history(request: Request, smartlink_id: str, query: HistoryQuery) -> Page[RunDocument]:
    """List a smartlink's runs of learning, newest first."""
    runs, cursor = queries.runs(request, smartlink_id, query)
    return Page(items=[_run(each) for each in runs], next_cursor=cursor)


def _learns(standing: Standing) -> bool:
    active = standing.pool.status == SmartlinkStatus.ACTIVE
    return bool(active and standing.pool.settings["rotation"] == Rotation.OPTIMIZED)


def _note(standing: Standing, version: int | None) -> str | None:
    if standing.pool.settings["rotation"] == Rotation.WEIGHTED:
        return "Rotation is weighted: nothing is learned."
    if standing.pool.status != SmartlinkStatus.ACTIVE:
        return "The smartlink is paused: nothing is learned until it is resumed."
    if version is None:
        return f"Nothing is learned yet: the first run comes within {optimizer_interval_minutes()} minutes."
    return None if standing.run else "The figures behind these weights are no longer kept."


def _run(kept: Kept) -> RunDocument:
    row, figures = kept.row, kept.figures
    return RunDocument(
        weights_version=row.version,
        at=_at(row.version),
        status=row.status,
        reason=row.reason,
        route_version=row.route_version,
        epoch=row.epoch,
        clicks=figures and round(figures.clicks),
        conversions=figures and round(figures.conversions),
        changes=_changes(figures),
        segments=_segments(figures),
    )


def _at(seconds: float) -> str:
    return timestamp(datetime.fromtimestamp(seconds, UTC))


def _skipped(last: WeightHistoryRow | None) -> SkippedDocument | None:
    if last is None or last.status != SKIPPED:
        return None
    return SkippedDocument(at=_at(last.version), reason=last.reason)


def _changes(figures: RunRecord | None) -> list[ChangeDocument]:
    changes: Mapping[str, float] = figures.changes if figures else {}
    return [ChangeDocument(campaign_id=offer, at=_at(hour * _HOUR)) for offer, hour in sorted(changes.items())]


def _segments(figures: RunRecord | None) -> list[SegmentWeights]:
    rows = figures.segments if figures else ()
    return [_segment(each) for each in sorted(rows, key=lambda each: (-each.expected, each.name))]


def _segment(row: SegmentFigures) -> SegmentWeights:
    return SegmentWeights(
        segment=row.name, expected_clicks=round(row.expected, 3), offers=[_offer(each) for each in row.offers]
    )


def _offer(each: OfferShare) -> OfferWeight:
    return OfferWeight(
        campaign_id=each.offer,
        share=each.share,
        value_per_click=decimal_string(each.value * MONEY),
        interval=[decimal_string(end * MONEY) for end in (each.low, each.high)],
        payout_per_click=decimal_string(each.payout * MONEY),
        effective_clicks=round(each.effective, 3),
        conversions_expected=round(each.pending, 3),
        reason=each.reason,
    )
