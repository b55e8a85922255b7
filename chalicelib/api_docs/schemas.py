"""Documents about the service itself."""

from typing import Literal

from chalicelib.http.models import Document


class Health(Document):
    """That the service answers."""

    status: Literal["ok"]


class Complaint(Document):
    """What is wrong with one field."""

    pointer: str
    detail: str


class ProblemDocument(Document):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Complaint] | None = None
