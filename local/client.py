"""A client of the project's HTTP API."""

from dataclasses import dataclass
from typing import Any

from deploy.errors import CommandError
from local.http import LocalResponse, send

_FIRST_ERROR = 400


@dataclass(frozen=True, slots=True)
class Client:
    """The API at `url`, called with `key`."""

    url: str
    key: str

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return the document at `path`."""
        return _json_or_error("GET", path, self.call("GET", path))

    def post(self, path: str, body: object, *, idempotency_key: str) -> Any:  # noqa: ANN401 - JSON
        """Create a resource. The same `idempotency_key` within a day returns the first response again."""
        return _json_or_error("POST", path, self.call("POST", path, body, {"Idempotency-Key": idempotency_key}))

    def patch(self, path: str, changes: object) -> Any:  # noqa: ANN401 - JSON
        """Change the document at `path`, whatever its version."""
        return _json_or_error("PATCH", path, self.call("PATCH", path, changes))

    def put(self, path: str, document: object) -> Any:  # noqa: ANN401 - JSON
        """Replace the document at `path`."""
        return _json_or_error("PUT", path, self.call("PUT", path, document))

    def call(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> LocalResponse:
        """Return the response to one request, whatever its status."""
        all_headers = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        return send(method, f"{self.url}{path}", body=body, headers=all_headers)


def _json_or_error(method: str, path: str, response: LocalResponse) -> Any:  # noqa: ANN401 - JSON
    if response.status >= _FIRST_ERROR:
        message = f"{method} {path} returned {response.status}: {response.body[:300].decode(errors='replace')}"
        raise CommandError(message)
    return response.json()
