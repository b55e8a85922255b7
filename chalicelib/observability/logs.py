"""Log lines as JSON: one for each message of the logger `smartlink`, with the function and the call that wrote it."""

import json
import logging
from contextvars import ContextVar
from typing import Any

_call: ContextVar[dict[str, str]] = ContextVar("call", default={})  # noqa: B039 - it is replaced, never changed


class JsonFormatter(logging.Formatter):
    """Formats a message: `level`, `message`, `function`, `request_id`, the fields of `extra`, and `error` if any.

    Fields are passed as `extra={"fields": {…}}`.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. A value that JSON lacks is written as its text."""
        line = {"level": record.levelname, "message": record.getMessage(), **call(), **getattr(record, "fields", {})}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class _Output(logging.Handler):
    """Prints each line to the standard output of its moment, which Lambda sends to CloudWatch."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), flush=True)


def begin_call(context: Any) -> None:  # noqa: ANN401 - Lambda's context, or None in tests
    """Write the lines of this call with the function and the request ID of its Lambda context."""
    _install()
    names = {"function": "function_name", "request_id": "aws_request_id"}
    _call.set({field: str(getattr(context, name, "")) for field, name in names.items()})


def call() -> dict[str, str]:
    """Return the fields of the current call: `function` and `request_id`. It is empty before the first one."""
    return _call.get()


def _install() -> None:
    """Replace the handler of Chalice, which writes plain text and only errors."""
    logger = logging.getLogger("smartlink")
    if not any(isinstance(handler, _Output) for handler in logger.handlers):
        output = _Output()
        output.setFormatter(JsonFormatter())
        logger.handlers = [output]
    logger.setLevel(logging.INFO)
