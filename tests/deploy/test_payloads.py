"""Requests and responses stay below AWS's limits."""

import json
from datetime import UTC, datetime

import pytest

from chalicelib.api_docs.document_file import build
from chalicelib.domain.ids import time_ordered_id
from chalicelib.http import request_parsing
from chalicelib.reporting import csv_response
from chalicelib.reporting.lists import page
from chalicelib.routing import click_record, pixel_cookie, redirect
from deploy import paths
from tests.builders import a_campaign
from tests.deploy import packaged

LAMBDA_BYTES = 6_291_556
"""Request and response of a synchronous call (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""

API_BYTES = 10_485_760
HEADER_BYTES = 10_240
"""Request line and headers (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html)."""


@pytest.mark.parametrize("largest", [csv_response.MAX_BYTES, page.MAX_BYTES])
def test_largest_report_or_list_fits_into_a_response_with_a_megabyte_to_spare(largest: int) -> None:
    assert largest + 1_000_000 < LAMBDA_BYTES < API_BYTES


def test_documentation_and_its_files_fit_into_a_response() -> None:
    files = [file for file in (paths.VENDOR / "swagger-ui").rglob("*") if file.is_file()]
    sizes = [len(json.dumps(file.read_text(errors="replace"))) for file in files]
    assert max(sizes, default=0) < LAMBDA_BYTES
    assert len(json.dumps(build())) < LAMBDA_BYTES


def test_largest_body_fits_into_an_event() -> None:
    # A body that is not text is base64: four characters for three bytes. A quote of JSON is two.
    assert 2 * request_parsing.MAX_BODY < LAMBDA_BYTES


@pytest.mark.parametrize(
    ("destination", "campaigns"),
    [
        pytest.param(click_record.MAX_DESTINATION, 1, id="the longest destination, with a cookie of this click"),
        pytest.param(redirect._LONG_DESTINATION, pixel_cookie.MAX_CAMPAIGNS, id="a long one, with the fullest cookie"),
    ],
)
def test_headers_of_a_redirect_fit_into_a_response(destination: int, campaigns: int) -> None:
    now, cookie = datetime(2026, 11, 28, tzinfo=UTC), ""
    for number in range(campaigns):
        campaign = a_campaign(f"cmp_{number:026}")
        cookie = pixel_cookie.set_cookie(cookie.partition(";")[0], campaign, time_ordered_id(now, bytes(10)), now)
    headers = redirect._redirect("x" * destination, {"Set-Cookie": cookie}).headers
    size = sum(len(f"{name}: {value}\r\n") for name, value in headers.items())
    assert cookie.count(".") == 2 * campaigns
    assert size <= HEADER_BYTES - len("HTTP/1.1 302 Found\r\n\r\n")


def test_functions_behind_apis_end_before_api_gateway_does() -> None:
    resources = packaged.template()["Resources"]
    assert [resources[name]["Properties"]["Timeout"] for name in ("APIHandler", "Redirect")] == [29, 10]
