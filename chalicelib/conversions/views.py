"""Endpoints for advertisers: report a conversion by postback or by pixel."""

import logging
from contextlib import suppress

from chalicelib.conversions import authorization, recording, refused, schemas
from chalicelib.conversions.authorization import PostbackAccess
from chalicelib.conversions.conversion import ReportedConversion
from chalicelib.conversions.recording import ConversionSource
from chalicelib.conversions.schemas import PixelQuery, PostbackQuery, RecordedConversionDocument, Recording
from chalicelib.domain.campaign import TrackingMethod
from chalicelib.domain.conversion import Reporter
from chalicelib.domain.refusal import RefusalReason
from chalicelib.http.problems import Gone, NotFound
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse, changes_data_by_get
from chalicelib.routing import pixel_cookie
from chalicelib.tables.campaigns import CampaignRow

PIXEL = "GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
"""A GIF of one pixel. It has no colour table, so all its bytes are ASCII and it can be sent as text.

API Gateway sends binary bodies as Base64 unless the first type that the caller accepts is configured as binary.
"""

_log = logging.getLogger("smartlink")


@changes_data_by_get
def postback(request: Request, query: PostbackQuery) -> RecordedConversionDocument:
    """Report a conversion or its rejection. Repeated reports have no effect."""
    with refused.listed(request, query):
        schemas.check_complete(query)
        source = recording.get_source_or_404(query.click_id)
        authorization.check(_access(source.campaign), query.token, request.address, request.now)
        report = schemas.parse_postback(query, source.campaign_at_click.currency, request.parameters)
        recorded = recording.record_conversion(request, source, report, Reporter.POSTBACK)
    if recorded.is_new and recorded.row.goal is None:
        _list_unknown_goal(request, source, report)
    return RecordedConversionDocument(
        status=Recording.RECORDED if recorded.is_new else Recording.DUPLICATE,
        conversion_id=recorded.row.id,
        conversion_status=recorded.row.status,
    )


def _access(campaign: CampaignRow | None) -> PostbackAccess | None:
    if campaign is None:
        return None
    until, networks = campaign.previous_token_until, campaign.settings["postback_ips"]
    return PostbackAccess(campaign.postback_token, campaign.previous_token, until, networks)


def _list_unknown_goal(request: Request, source: ConversionSource, report: ReportedConversion) -> None:
    detail = f"The event {report.event} is no goal of the campaign at the time of the click."
    campaign_id = source.campaign_at_click.id
    refused.record_refusal(request, campaign_id, report.click_id, RefusalReason.UNKNOWN_GOAL, detail)


@changes_data_by_get
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
    """Record the conversion, or list the call if the campaign is not tracked by pixel or the event is no goal."""
    campaign = source.current_campaign
    if campaign.tracking is not TrackingMethod.PIXEL:
        detail = "The campaign is tracked by postback. Set its tracking to pixel to record conversions of its pixel."
        reason = RefusalReason.TRACKED_BY_POSTBACK
        refused.record_refusal(request, campaign.id, report.click_id, reason, detail)
    elif source.goal_of(report.event) is None:
        _list_unknown_goal(request, source, report)
    else:
        recording.record_conversion(request, source, report, Reporter.PIXEL)
