"""Endpoints of learned weights and optimization runs."""

from collections.abc import Mapping
from datetime import UTC, datetime

from chalicelib.admin.weights import queries
from chalicelib.admin.weights.queries import OptimizationStatus, StoredRun
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
from chalicelib.http.pagination import fetch_documents
from chalicelib.http.request import Request
from chalicelib.optimizer.history.run_record import RunRecord, SegmentRecord
from chalicelib.optimizer.history.weight_history import SKIPPED
from chalicelib.optimizer.model.weights import OfferShare
from chalicelib.settings import optimizer_interval_minutes
from chalicelib.tables.routes import WeightHistoryRow

_HOUR_SECONDS = 3600


def weights(request: Request, smartlink_id: str) -> WeightsDocument:
    """Show the learned weights of a smartlink and their statistics."""
    status = queries.get_status_or_404(smartlink_id, request.now)
    smartlink, settings = status.smartlink, status.smartlink.settings
    version = status.route.weights_version if status.route else None
    record = status.published_run.record if status.published_run else None
    is_active = _is_active(status)
    return WeightsDocument(
        smartlink_id=smartlink.id,
        rotation=settings["rotation"],
        goal=settings["goal"],
        epoch=smartlink.epoch,
        in_force=is_active and version is not None,
        weights_version=version,
        at=None if version is None else _timestamp(version),
        next_run_minutes=optimizer_interval_minutes() if is_active else None,
        holdout_percent=settings["holdout_percent"],
        segments=_segments(record),
        changes=_changes(record),
        skipped=_skipped(status.last_run),
        note=_note(status, version),
    )


def history(request: Request, smartlink_id: str, query: HistoryQuery) -> Page[RunDocument]:
    """List the optimization runs of a smartlink, newest first."""
    listing = queries.list_of_runs(request, smartlink_id, query)
    return fetch_documents(listing, query, lambda runs: map(_run_document, runs))


def _is_active(status: OptimizationStatus) -> bool:
    """Return whether the smartlink is being optimized."""
    is_active = status.smartlink.status == SmartlinkStatus.ACTIVE
    return bool(is_active and status.smartlink.settings["rotation"] == Rotation.OPTIMIZED)


def _note(status: OptimizationStatus, version: int | None) -> str | None:
    if status.smartlink.settings["rotation"] == Rotation.WEIGHTED:
        return "The rotation is weighted. Optimization is off."
    if status.smartlink.status != SmartlinkStatus.ACTIVE:
        return "The smartlink is paused. Optimization continues when it is resumed."
    if version is None:
        return f"No weights yet. The first optimization run starts within {optimizer_interval_minutes()} minutes."
    return None if status.published_run else "The details of this run have expired."


def _run_document(run: StoredRun) -> RunDocument:
    row, record = run.row, run.record
    return RunDocument(
        weights_version=row.version,
        at=_timestamp(row.version),
        status=row.status,
        reason=row.reason,
        route_version=row.route_version,
        epoch=row.epoch,
        clicks=record and round(record.clicks),
        conversions=record and round(record.conversions),
        changes=_changes(record),
        segments=_segments(record),
    )


def _timestamp(seconds: float) -> str:
    return timestamp(datetime.fromtimestamp(seconds, UTC))


def _skipped(last_run: WeightHistoryRow | None) -> SkippedDocument | None:
    if last_run is None or last_run.status != SKIPPED:
        return None
    return SkippedDocument(at=_timestamp(last_run.version), reason=last_run.reason)


def _changes(record: RunRecord | None) -> list[ChangeDocument]:
    changes: Mapping[str, float] = record.changes if record else {}
    return [
        ChangeDocument(campaign_id=campaign_id, at=_timestamp(hour * _HOUR_SECONDS))
        for campaign_id, hour in sorted(changes.items())
    ]


def _segments(record: RunRecord | None) -> list[SegmentWeights]:
    segments = record.segments if record else ()
    ranked = sorted(segments, key=lambda segment: (-segment.forecast_clicks, segment.name))
    return [_segment(segment) for segment in ranked]


def _segment(segment: SegmentRecord) -> SegmentWeights:
    return SegmentWeights(
        segment=segment.name,
        expected_clicks=round(segment.forecast_clicks, 3),
        offers=[_offer(share) for share in segment.offers],
    )


def _offer(share: OfferShare) -> OfferWeight:
    return OfferWeight(
        campaign_id=share.offer,
        share=share.share,
        value_per_click=decimal_string(share.value * MONEY),
        interval=[decimal_string(bound * MONEY) for bound in (share.low, share.high)],
        payout_per_click=decimal_string(share.payout * MONEY),
        effective_clicks=round(share.effective_clicks, 3),
        conversions_expected=round(share.pending_conversions, 3),
        reason=share.reason,
    )
