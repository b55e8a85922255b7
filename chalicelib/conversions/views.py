"""Endpoints for advertisers: report a conversion by postback or by pixel."""

import logging
from contextlib import suppress

from chalicelib.conversions import recording, schemas
from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.conversions.recording import ConversionSource
from chalicelib.conversions.schemas import PixelQuery, PostbackQuery, RecordedConversionDocument, Recording
from chalicelib.domain.campaign import TrackingMethod
from chalicelib.domain.conversion import Reporter
from chalicelib.http.problems import Gone, NotFound
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.routing import pixel_cookie

PIXEL = "GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
"""A GIF of one pixel. It has no colour table, so all its bytes are ASCII and it can be sent as text.

API Gateway sends binary bodies as Base64 unless the first type that the caller accepts is configured as binary.
"""

_log = logging.getLogger("smartlink")


def postback(request: Request, query: PostbackQuery) -> RecordedConversionDocument:
    """Report a conversion or its rejection. Repeated reports have no effect."""
    source = recording.get_source_or_404(query.click_id)
    recording.check_token(source, query.token)
    report = schemas.parse_postback(query, source.campaign_at_click.currency)
    recorded = recording.record_conversion(request, source, report, Reporter.POSTBACK)
    status = Recording.RECORDED if recorded.is_new else Recording.DUPLICATE
    return RecordedConversionDocument(
        status=status, conversion_id=recorded.row.id, conversion_status=recorded.row.status
    )


def pixel(request: Request, query: PixelQuery) -> TextResponse:
    """Report a conversion from the browser by cookie. Always returns an image."""
    try:
        _report_pixel(request, query)
    except Exception:  # noqa: BLE001 - the advertiser's page gets its image after any error
        _log.exception("pixel of campaign %s was not recorded", query.campaign_id)
    return TextResponse(PIXEL, "image/gif", {"Cache-Control": "no-store"})


def _report_pixel(request: Request, query: PixelQuery) -> None:
    click_id = pixel_cookie.click_id(request.cookies, query.campaign_id)
    report = schemas.parse_pixel(query, click_id) if click_id else None
    if report is None:
        return
    with suppress(NotFound, Gone):
        source = recording.get_source_or_404(report.click_id)
        if source.click.campaign_id == query.campaign_id and source.campaign is not None:
            _record_pixel(request, source, report)


def _record_pixel(request: Request, source: ConversionSource, report: ReportedConversion) -> None:
    """Record the conversion if the campaign is tracked by pixel now and the event is a goal."""
    if source.current_campaign.tracking is TrackingMethod.PIXEL and source.goal_of(report.event):
        recording.record_conversion(request, source, report, Reporter.PIXEL)
