"""Response documents of the health check, and problem documents."""

from typing import Literal

from chalicelib.http.models import ResponseModel


class Health(ResponseModel):
    """The health of the service. `country_database` is the month of its data (`2026-06`), null without a database."""

    status: Literal["ok"]
    country_database: str | None


class Complaint(ResponseModel):
    """An error in one field. `pointer` is its JSON pointer."""

    pointer: str
    detail: str


class ProblemDocument(ResponseModel):
    """A problem document (RFC 9457). `errors` lists invalid fields."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Complaint] | None = None
