"""The one family of errors that callers see: RFC 9457 problem documents."""

from http import HTTPStatus
from typing import Any


class Problem(Exception):  # noqa: N818 - the RFC's own word
    """A request that cannot be served; `status` and `detail` go to the caller."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def headers(self) -> dict[str, str]:
        """Headers that belong to this answer."""
        return {}

    def document(self) -> dict[str, Any]:
        """The problem document."""
        return {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
        }


class MalformedRequest(Problem):
    """The body is not JSON at all, or not an object."""


class Unauthenticated(Problem):
    """No key, or one that is not (or no longer) known."""

    status = HTTPStatus.UNAUTHORIZED

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    """A good key, but not for this."""

    status = HTTPStatus.FORBIDDEN


class NotFound(Problem):
    """No such thing, or none that this caller may know of."""

    status = HTTPStatus.NOT_FOUND


class Conflict(Problem):
    """The thing is in a state that does not allow this."""

    status = HTTPStatus.CONFLICT


class Gone(Problem):
    """It was possible once, and is too late now."""

    status = HTTPStatus.GONE


class PreconditionFailed(Problem):
    """`If-Match` names another version than the present one."""

    status = HTTPStatus.PRECONDITION_FAILED


class PayloadTooLarge(Problem):
    """The body is larger than any honest request."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Unavailable(Problem):
    """A passing fault; the same request may be sent again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


class ValidationFailed(Problem):
    """Input that breaks rules; every complaint is a pair of JSON pointer and detail."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, *complaints: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{pointer or 'the document'} {detail}" for pointer, detail in complaints))
        self.errors = complaints

    def document(self) -> dict[str, Any]:
        errors = [{"pointer": pointer, "detail": detail} for pointer, detail in self.errors]
        return {**super().document(), "errors": errors}
