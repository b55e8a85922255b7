"""Errors that are returned to callers as problem documents (RFC 9457)."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any


class Problem(Exception):  # noqa: N818 - the RFC's own word
    """A request that cannot be served. The caller receives `status` and `detail`."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def headers(self) -> dict[str, str]:
        """Return additional headers of the response."""
        return {}

    def document(self) -> dict[str, Any]:
        """Return the problem document."""
        return {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
        }


class MalformedRequest(Problem):
    """The body or a header cannot be parsed."""


class Unauthenticated(Problem):
    """The API key is missing, unknown or revoked."""

    status = HTTPStatus.UNAUTHORIZED

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    """The caller is not permitted to do this."""

    status = HTTPStatus.FORBIDDEN


class NotFound(Problem):
    """The resource does not exist or is not visible to the caller."""

    status = HTTPStatus.NOT_FOUND


class Conflict(Problem):
    """The state of the resource does not allow the request."""

    status = HTTPStatus.CONFLICT


class Gone(Problem):
    """The request comes too late."""

    status = HTTPStatus.GONE


class PreconditionFailed(Problem):
    """`If-Match` does not name the current version."""

    status = HTTPStatus.PRECONDITION_FAILED


class PayloadTooLarge(Problem):
    """The body is larger than the maximum."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooManyRequests(Problem):
    """The caller has used up a limit per time. `seconds` is the wait after which the next request is accepted."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, detail: str, seconds: int) -> None:
        super().__init__(detail)
        self.seconds = seconds

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.seconds)}


class Unavailable(Problem):
    """A temporary failure. The caller may retry the request."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


MAX_ERRORS = 100


class ValidationFailed(Problem):
    """Input that is not valid. Each error is a JSON pointer and a detail that continues it; `MAX_ERRORS` are kept."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, *errors: tuple[str, str]) -> None:
        self.errors = errors[:MAX_ERRORS]
        super().__init__("; ".join(f"{pointer or 'the request'} {detail}" for pointer, detail in self.errors))

    def document(self) -> dict[str, Any]:
        errors = [{"pointer": pointer, "detail": detail} for pointer, detail in self.errors]
        return {**super().document(), "errors": errors}


def errors_of(check: Callable[[], object]) -> Sequence[tuple[str, str]]:
    """Return the errors with which the check fails; none if it passes."""
    try:
        check()
    except ValidationFailed as failed:
        return failed.errors
    return ()
