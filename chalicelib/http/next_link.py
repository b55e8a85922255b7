"""The `Link` header that names the next page of a file."""

from collections.abc import Mapping
from urllib.parse import urlencode

from chalicelib.http.request import Request


def next_link(request: Request, cursor: str | None, defaults: Mapping[str, str]) -> dict[str, str]:
    """Return the `Link` header with the absolute URL of the next page; no header if there is none.

    The URL repeats the parameters of the request with the cursor. Parameters that were not sent have their value in
    `defaults`: the default range moves with time, and all pages must have the range of the first. The path of the
    endpoint must have no parameters.
    """
    if cursor is None:
        return {}
    sent = {name: value for name, value in request.parameters.items() if value != ""}
    return {"Link": f'<{request.base_url}{request.endpoint.path}?{_query({**defaults, **sent}, cursor)}>; rel="next"'}


def _query(parameters: Mapping[str, object], cursor: str) -> str:
    return urlencode({**parameters, "cursor": cursor}, doseq=True, safe=",:/")
