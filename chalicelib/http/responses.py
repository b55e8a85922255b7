"""HTTP responses: JSON documents, files and problem documents."""

import json
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from chalice.app import Response

from chalicelib.http.problems import Problem
from chalicelib.http.view import TextResponse

FRAME_ANCESTORS = "frame-ancestors 'none'"
"""The directive of a Content-Security-Policy that forbids other pages to show the response in a frame."""

_TWO_YEARS = 63_072_000


class FileResponse(Response):
    """A page or file. Its type is set after Chalice's check, which rejects images unless the caller accepts them."""

    def __init__(self, file: TextResponse, status: int) -> None:
        self._media = file.media
        super().__init__(file.text, dict(file.headers), status)

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:  # noqa: ARG002 - all our files are text
        response = super().to_dict()
        return {**response, "headers": {**response["headers"], "Content-Type": self._media}}


def file_response(file: TextResponse, status: int, if_none_match: str) -> Response:
    """Return a page or file; without its body if the caller's `If-None-Match` names its ETag."""
    tag = file.headers.get("ETag")
    if tag and _is_named(tag, if_none_match):
        return FileResponse(replace(file, text=""), HTTPStatus.NOT_MODIFIED)
    return FileResponse(file, status)


def _is_named(tag: str, if_none_match: str) -> bool:
    """Return whether a header names the tag. A proxy that compresses makes tags weak (`W/`)."""
    names = {name.strip().removeprefix("W/") for name in if_none_match.split(",")}
    return tag in names or "*" in names


def security_headers(base_url: str) -> dict[str, str]:
    """Return the headers of every response: no guessed types, no frames, and HTTPS only.

    The last one is left out over HTTP, which only a local stack uses: browsers ignore it there.
    """
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": FRAME_ANCESTORS}
    if base_url.startswith("https:"):
        headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}; includeSubDomains"
    return headers


def json_response(text: str, status: int, version: int | None) -> Response:
    """Return a JSON response, with an ETag if the document has a version."""
    headers: dict[str, str | list[str]] = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    return Response("" if status == HTTPStatus.NO_CONTENT else text, headers, status)


def problem_response(problem: Problem) -> Response:
    """Return the problem as `application/problem+json` (RFC 9457)."""
    headers: dict[str, str | list[str]] = {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        **problem.headers(),
    }
    return Response(json.dumps(problem.document()), headers, int(problem.status))
