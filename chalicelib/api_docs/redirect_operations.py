"""The operations of the redirect, which has no models."""

from collections.abc import Iterator

from chalicelib.api_docs.definitions import Schema
from chalicelib.api_docs.info import LINKS
from chalicelib.api_docs.parameter_descriptions import description_of
from chalicelib.api_docs.parameters import parameter
from chalicelib.api_docs.responses import problem_reference
from chalicelib.routing import tracking_parameters

PATH = "/s/{code}"
_PAGE: Schema = {"text/html": {"schema": {"type": "string"}}}
_CLICK_COOKIE = {"description": "The click ID for the pixel of the offer's campaign", "schema": {"type": "string"}}
_LOCATION = {"description": "The destination", "schema": {"type": "string", "format": "uri"}}
_RESPONSES: Schema = {
    "302": {"description": "Redirect to the best eligible offer or a fallback", "headers": {"Location": _LOCATION}},
    "200": {"description": "No offer is available", "content": _PAGE},
    "404": {"description": "Unknown or deleted code", "content": _PAGE},
    "429": problem_reference(429),
    "503": {"description": "DynamoDB is unavailable and the link is not cached", "content": _PAGE},
}


def redirect_operations() -> Schema:
    """Return the operations of the path of a link."""
    shared: Schema = {"tags": [LINKS], "security": [], "parameters": list(_parameters())}
    redirect = {**_RESPONSES["302"], "headers": {"Location": _LOCATION, "Set-Cookie": _CLICK_COOKIE}}
    return {
        "get": {
            "operationId": "followLink",
            "summary": "Click a link",
            "description": "Chooses an offer, records the click and redirects to the offer. Needs no key.",
            **shared,
            "responses": {**_RESPONSES, "302": redirect},
        },
        "head": {
            "operationId": "followLinkHead",
            "summary": "Get the headers of a click",
            "description": "Nothing is recorded. Needs no key.",
            **shared,
            "responses": _RESPONSES,
        },
    }


def _parameters() -> Iterator[Schema]:
    yield parameter("code", "path", {"type": "string"}, is_required=True)
    for name in tracking_parameters.NAMES:
        schema = {"type": "string", "maxLength": tracking_parameters.max_length(name)}
        yield parameter(name, "query", {**schema, "description": _description(name)}, is_required=False)


def _description(name: str) -> str:
    field = tracking_parameters.FIELDS[name]
    text = description_of("external_click_id" if field == "click_id" else field)
    return text if name == field else f"{text} The same as `{field}`."
