"""HTTP responses: JSON documents, files and problem documents."""

import json
from http import HTTPStatus
from typing import Any

from chalice.app import Response

from chalicelib.http.problems import Problem
from chalicelib.http.view import TextResponse


class FileResponse(Response):
    """A page or file. Its type is set after Chalice's check, which rejects images unless the caller accepts them."""

    def __init__(self, file: TextResponse, status: int) -> None:
        self._media = file.media
        super().__init__(file.text, dict(file.headers), status)

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:  # noqa: ARG002 - all our files are text
        response = super().to_dict()
        return {**response, "headers": {**response["headers"], "Content-Type": self._media}}


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
