"""Responses of operations: documents, files and problems, with their headers."""

from collections.abc import Iterator
from http import HTTPStatus

from chalicelib.api_docs.definitions import Definitions, Schema
from chalicelib.api_docs.examples import example_of
from chalicelib.api_docs.schemas import ProblemDocument
from chalicelib.endpoint import Endpoint
from chalicelib.http.models import NoContent
from chalicelib.http.view import ViewSignature

JSON = "application/json"
CSV = "text/csv"
_PROBLEM = "application/problem+json"
_IMAGE = "image/gif"
_KEY_AUDIENCES = {"admin", "publisher"}
_PROBLEMS = {
    400: "The request cannot be read.",
    401: "The API key is missing, unknown or revoked.",
    403: "The key has another role, or the caller may not do this.",
    404: "The resource does not exist, or the caller cannot see it.",
    409: "The state of the resource does not allow this.",
    410: "The request comes too late.",
    412: "The resource has another version than `If-Match` names.",
    413: "The request body is too large.",
    422: "Fields are not valid. `errors` lists them.",
    429: "Too many requests at once.",
    503: "The service is temporarily unavailable. Retry the request.",
}
HEADERS: dict[str, Schema] = {
    "ETag": {"description": "The version, for `If-Match` or `If-None-Match`.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "How long a copy may be kept.", "schema": {"type": "string"}},
    "Link": {"description": 'The next page: `<…>; rel="next"`. CSV files have it.', "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait before the next try.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "How to send the key: `Bearer`.", "schema": {"type": "string"}},
}
_PROBLEM_HEADERS = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}


def needs_key(endpoint: Endpoint) -> bool:
    """Return whether callers of the endpoint send an API key."""
    return endpoint.audience in _KEY_AUDIENCES


def responses(endpoint: Endpoint, view: ViewSignature, definitions: Definitions) -> Schema:
    """Return the responses of an endpoint by status. Problems refer to the responses that all endpoints share."""
    statuses = [endpoint.status, *(status for status in endpoint.also if status < HTTPStatus.BAD_REQUEST)]
    successes = {str(status): _success(endpoint, view, definitions, status) for status in statuses}
    problems = {str(status): problem_reference(status) for status in sorted(set(_problems(endpoint, view)))}
    return {**successes, **problems}


def problem_reference(status: int) -> Schema:
    """Return a reference to the problem of a status."""
    return {"$ref": f"#/components/responses/{_component(status)}"}


def problem_responses(definitions: Definitions) -> dict[str, Schema]:
    """Return the problems that endpoints refer to, by name."""
    return {_component(status): _problem(status, definitions) for status in _PROBLEMS}


def header(name: str) -> Schema:
    """Return a reference to a header."""
    return {"$ref": f"#/components/headers/{name}"}


def _component(status: int) -> str:
    return "".join(word.capitalize() for word in HTTPStatus(status).phrase.replace("-", " ").split())


def _problems(endpoint: Endpoint, view: ViewSignature) -> Iterator[int]:
    yield 429
    yield from (status for status in endpoint.also if status >= HTTPStatus.BAD_REQUEST)
    if needs_key(endpoint):
        yield from (401, 403, 503)
    if "{" in endpoint.path:
        yield 404
    if endpoint.method in ("POST", "PATCH", "PUT"):
        yield from (400, 413, 422)
    if view.query and endpoint.media == JSON:
        yield 422
    if endpoint.versioned:
        yield 412


def _success(endpoint: Endpoint, view: ViewSignature, definitions: Definitions, status: int) -> Schema:
    response: Schema = {"description": f"{HTTPStatus(status).phrase}."}
    if names := _headers(endpoint, view):
        response["headers"] = {name: header(name) for name in names}
    if status == HTTPStatus.NOT_MODIFIED:
        return {**response, "description": "The copy is current."}
    if endpoint.media == _IMAGE:
        # Client generators do not support images and warn about them.
        return {**response, "description": "A transparent GIF of one pixel."}
    if view.response is NoContent:
        return response
    return {**response, "content": _content(endpoint, view, definitions)}


def _headers(endpoint: Endpoint, view: ViewSignature) -> list[str]:
    if HTTPStatus.NOT_MODIFIED in endpoint.also:
        return ["ETag", "Cache-Control"]
    if endpoint.also_media == CSV:
        return ["Link"]
    return ["ETag"] if view.response and "version" in view.response.model_fields else []


def _content(endpoint: Endpoint, view: ViewSignature, definitions: Definitions) -> Schema:
    if view.response is None:
        schema = {"type": "object"} if endpoint.media == JSON else {"type": "string"}
        return {media: {"schema": schema} for media in (endpoint.media, endpoint.also_media) if media}
    reference = definitions.reference(view.response)
    content = {endpoint.media: {"schema": reference, "example": example_of(reference, definitions)}}
    if endpoint.also_media:
        content[endpoint.also_media] = {"schema": {"type": "string", "description": "A file with a line of names."}}
    return content


def _problem(status: int, definitions: Definitions) -> Schema:
    phrase = HTTPStatus(status).phrase
    example: Schema = {"type": "about:blank", "title": phrase, "status": status, "detail": _PROBLEMS[status]}
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        example |= {"detail": "/name is required", "errors": [{"pointer": "/name", "detail": "is required"}]}
    content = {_PROBLEM: {"schema": definitions.reference(ProblemDocument), "example": example}}
    response: Schema = {"description": _PROBLEMS[status], "content": content}
    if name := _PROBLEM_HEADERS.get(status):
        response["headers"] = {name: header(name)}
    return response
