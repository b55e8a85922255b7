"""Endpoints for advertisers: report a conversion by postback or by pixel."""

import logging
from contextlib import suppress

from chalicelib.conversions import authorization, recording, refused, schemas
from chalicelib.conversions.authorization import PostbackAccess
from chalicelib.conversions.schemas import PixelQuery, PostbackQuery, RecordedConversionDocument, Recording
from chalicelib.domain.conversion import ConversionStatus
from chalicelib.http.problems import Gone, NotFound
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.conversions import ConversionRow

PIXEL = "GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
"""A GIF of one pixel. It has no colour table, so all its bytes are ASCII and it can be sent as text.

API Gateway sends binary bodies as Base64 unless the first type that the caller accepts is configured as binary.
"""

_log = logging.getLogger("smartlink")


def postback(request: Request, query: PostbackQuery) -> RecordedConversionDocument:
    """Report a conversion or its rejection. Repeated reports have no effect."""
    with refused.listed(request, query):
        schemas.check_complete(query)
        source = recording.get_source_or_404(query.click_id)
        authorization.check(_access(source.campaign), query.token, request.address, request.now)
        report = schemas.parse_postback(query, source.campaign_at_click.currency)
        is_recorded = recording.record_conversion(request, source, report)
    return RecordedConversionDocument(
        status=Recording.RECORDED if is_recorded else Recording.DUPLICATE,
        conversion_id=report.conversion_id,
        conversion_status=_stored_status(report.conversion_id),
    )


def _access(campaign: CampaignRow | None) -> PostbackAccess | None:
    if campaign is None:
        return None
    until, networks = campaign.previous_token_until, campaign.settings["postback_ips"]
    return PostbackAccess(campaign.postback_token, campaign.previous_token, until, networks)


def _stored_status(conversion_id: str) -> ConversionStatus | None:
    row = get_or_none(ConversionRow, conversion_id)
    return ConversionStatus(row.status) if row and row.status else None


def pixel(request: Request, query: PixelQuery) -> TextResponse:
    """Report a conversion from the browser by cookie. Always returns an image."""
    try:
        _report_pixel(request, query)
    except Exception:  # noqa: BLE001 - the advertiser's page gets its image after any error
        _log.exception("pixel of campaign %s was not recorded", query.campaign_id)
    return TextResponse(PIXEL, "image/gif", {"Cache-Control": "no-store"})


def _report_pixel(request: Request, query: PixelQuery) -> None:
    report = schemas.parse_pixel(query, request.cookies.get(f"click_{query.campaign_id}", ""))
    if report is None or not report.click_id:
        return
    with suppress(NotFound, Gone):
        source = recording.get_source_or_404(report.click_id)
        if source.click.campaign_id == query.campaign_id:
            recording.record_conversion(request, source, report)
