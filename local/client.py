"""Speaks the project's HTTP API with one key."""

from dataclasses import dataclass
from typing import Any

from deploy.errors import CommandError
from local.http import LocalResponse, send

_FIRST_ERROR = 400


@dataclass(frozen=True, slots=True)
class Client:
    """The API as the holder of `key` sees it."""

    url: str
    key: str

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What is at `path`."""
        return _good("GET", path, self.call("GET", path))

    def post(self, path: str, body: object, *, once: str) -> Any:  # noqa: ANN401 - JSON
        """Create something; the same `once` within a day gives the first answer again."""
        return _good("POST", path, self.call("POST", path, body, {"Idempotency-Key": once}))

    def patch(self, path: str, changes: object) -> Any:  # noqa: ANN401 - JSON
        """Change what is at `path`, whatever its version."""
        return _good("PATCH", path, self.call("PATCH", path, changes))

    def call(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> LocalResponse:
        """One call, whatever its answer."""
        said = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        return send(method, f"{self.url}{path}", body=body, headers=said)


def _good(method: str, path: str, answer: LocalResponse) -> Any:  # noqa: ANN401 - JSON
    if answer.status >= _FIRST_ERROR:
        message = f"{method} {path} answered {answer.status}: {answer.body[:300].decode(errors='replace')}"
        raise CommandError(message)
    return answer.json()
