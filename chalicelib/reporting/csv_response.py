"""CSV files as responses."""

import json
from collections.abc import Mapping

from chalicelib.http.view import TextResponse

MAX_BYTES = 5_000_000
"""Maximum size of a response as a JSON string. The response of a Lambda is limited to 6 MB."""


def size_in_json(text: str) -> int:
    """Return the size of a text as a JSON string, as which a Lambda returns it."""
    return len(json.dumps(text))


def csv_response(name: str, text: str, link: Mapping[str, str]) -> TextResponse:
    """Return a file to download. `link` has the header that names the next file, if there is one."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return TextResponse(text, "text/csv; charset=utf-8", {**headers, **link})
