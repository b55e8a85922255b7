"""The advertisers' calls: conversions by postback and by pixel."""

import logging
from contextlib import suppress

from chalicelib.conversions import recording, schemas
from chalicelib.conversions.schemas import PixelQuery, PostbackQuery, RecordedConversionDocument, Recording
from chalicelib.http.problems import Gone, NotFound
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse

PIXEL = "GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
"""A GIF of one pixel, without a colour table and so all ASCII.

As text it passes every gateway whatever the caller accepts; API Gateway sends bytes only to callers whose
first accepted type is one that it was told of, and to the others their base64.
"""

_log = logging.getLogger("smartlink")


def postback(request: Request, query: PostbackQuery) -> RecordedConversionDocument:
    """Report a conversion of a click, or its rejection; the same one again changes nothing."""
    found = recording.origin(query.click_id)
    recording.check_token(found, query.token)
    claim = schemas.claim(query, found.campaign_at_click.currency)
    changed = recording.record_conversion(request, found, claim)
    status = Recording.RECORDED if changed else Recording.DUPLICATE
    return RecordedConversionDocument(status=status, conversion_id=claim.conversion_id)


def pixel(request: Request, query: PixelQuery) -> TextResponse:
    """Report a conversion from the visitor's browser, which has the click in a cookie; an image in any case."""
    try:
        _report_pixel(request, query)
    except Exception:  # noqa: BLE001 - whatever it is, the advertiser's page needs its image
        _log.exception("a pixel of campaign %s was not recorded", query.campaign_id)
    return TextResponse(PIXEL, "image/gif", {"Cache-Control": "no-store"})


def _report_pixel(request: Request, query: PixelQuery) -> None:
    claim = schemas.pixel_claim(query, request.cookies.get(f"click_{query.campaign_id}", ""))
    if claim is None or not claim.click_id:
        return
    with suppress(NotFound, Gone):
        found = recording.origin(claim.click_id)
        if found.click.campaign_id == query.campaign_id:
            recording.record_conversion(request, found, claim)
