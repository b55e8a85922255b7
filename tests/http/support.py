"""Builders and checks shared by the tests of HTTP requests."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.admin.campaigns import storage
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http import dispatch
from chalicelib.http.models import RequestModel, validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse, inspect_view
from chalicelib.tables.campaigns import CampaignRow
from tests.conftest import Api, ApiResponse

EVERYWHERE = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "frame-ancestors 'none'"}
"""The headers of every response over HTTP."""

CAMPAIGN = {"name": "Game A", "destination_url": "https://acme.example/?cid={click_id}"}


class TextQuery(RequestModel):
    """The query of `echo`."""

    text: str


def echo(request: Request, query: TextQuery) -> TextResponse:
    """Return the text of the query."""
    return TextResponse(query.text, "text/plain", {"X-Echo": "yes"})


def a_request(**changes: Any) -> Request:
    """A request of an admin in 2029."""
    request = Request(
        endpoint=ENDPOINTS[0],
        owner="admin",
        now=datetime(2029, 6, 1, tzinfo=UTC),
        base_url="https://api.example",
        if_match=None,
        idempotency=None,
        entropy=os.urandom,
    )
    return replace(request, **changes)


def problem_detail(response: ApiResponse, status: int) -> str:
    """The detail of a response that must be a problem document without field errors."""
    assert response.status == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    assert set(response.json) == {"type", "title", "status", "detail"}
    assert response.json["status"] == status
    return str(response.json["detail"])


def errors_of(model: type[RequestModel], document: dict[str, Any]) -> list[tuple[str, str]]:
    """The pointers and details of a document that must be invalid."""
    with pytest.raises(ValidationFailed) as raised:
        validate(model, document)
    return list(raised.value.errors)


def post_to_view(
    monkeypatch: pytest.MonkeyPatch, view: Callable[..., Any], body: bytes = b"", **headers: str
) -> ApiResponse:
    """The response of a view that replaces the view of `POST /postback`."""
    monkeypatch.setattr(dispatch, "load_view", lambda _: inspect_view(view))
    return Api().post("/postback?text=query", body, **headers)


def interrupt_saves(monkeypatch: pytest.MonkeyPatch, interruption: Callable[[], Any], times: int = 1) -> list[int]:
    """Run `interruption` between the read and the write of a campaign, `times` times. Returns a list of the runs."""
    save, runs = storage.save, list[int]()

    def interrupted_save(*args: Any, **options: Any) -> None:
        if len(runs) < times:
            runs.append(1)
            interruption()
        save(*args, **options)

    monkeypatch.setattr(storage, "save", interrupted_save)
    return runs


def rename_campaign(campaign_id: str, name: str) -> None:
    """Change a campaign's name and version in the table, as a concurrent edit does."""
    row = CampaignRow.get(campaign_id)
    row.update([CampaignRow.version.add(1), CampaignRow.settings.set({**row.settings, "name": name})])
