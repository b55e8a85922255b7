"""Documents about the service itself."""

from typing import Literal

from chalicelib.http.models import ResponseModel


class Health(ResponseModel):
    """That the service answers."""

    status: Literal["ok"]


class Complaint(ResponseModel):
    """What is wrong with one field."""

    pointer: str
    detail: str


class ProblemDocument(ResponseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Complaint] | None = None
