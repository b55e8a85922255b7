from datetime import UTC, datetime

from chalicelib.http.background import background_request

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_background_request_is_no_request_of_an_admin() -> None:
    request = background_request(NOW)
    assert (request.now, request.endpoint.audience, request.actor, request.idempotency) == (NOW, "", "", None)


def test_ids_of_background_requests_differ() -> None:
    assert background_request(NOW).new_id("aud") != background_request(NOW).new_id("aud")
