"""Requests of background work, which no caller sent."""

import os
from datetime import datetime

from chalicelib.endpoint import Endpoint
from chalicelib.http.request import IdempotencyKey, Request

NO_ENDPOINT = Endpoint("", "/", "", "")


def background_request(
    now: datetime,
    endpoint: Endpoint = NO_ENDPOINT,
    actor: str = "",
    once: IdempotencyKey | None = None,
    actor_name: str = "",
) -> Request:
    """Return the request in whose name background work writes at `now`.

    `endpoint`, `actor` and `actor_name` are those of the request that ordered the work, if one did. `once` is the key
    under which its transactions store their response, so that none is written twice.
    """
    return Request(
        endpoint=endpoint,
        owner="",
        now=now,
        base_url="",
        if_match=None,
        idempotency=once,
        entropy=os.urandom,
        actor=actor,
        actor_name=actor_name,
    )
