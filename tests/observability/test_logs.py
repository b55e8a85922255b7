import json
import logging
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.observability import logs


@dataclass(frozen=True, slots=True)
class Context:
    """Lambda's context of a call."""

    function_name: str = "smartlink-CountClicks-1"
    aws_request_id: str = "8f5c"


def _line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the only line that was printed."""
    (line,) = capsys.readouterr().out.splitlines()
    document: dict[str, Any] = json.loads(line)
    return document


@pytest.fixture
def log() -> logging.Logger:
    logs.begin_call(Context())
    return logging.getLogger("smartlink")


def test_line_has_level_message_function_and_request(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    log.info("%d smartlinks queued", 3)
    assert _line(capsys) == {
        "level": "INFO",
        "message": "3 smartlinks queued",
        "function": "smartlink-CountClicks-1",
        "request_id": "8f5c",
    }


def test_line_has_the_fields_of_its_message(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    log.warning("skipped", extra={"fields": {"pool": "sml_1", "when": {1}}})
    line = _line(capsys)
    assert (line["pool"], line["when"]) == ("sml_1", "{1}")


def test_exception_is_one_line_with_its_traceback(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("café")  # noqa: EM101, TRY301 - the text is what the test looks for
    except ValueError:
        log.exception("failed")
    error = _line(capsys)["error"]
    assert error.startswith("Traceback")
    assert error.endswith("ValueError: café")


def test_handler_that_chalice_adds_later_is_replaced_again(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("smartlink")
    logger.handlers = [logging.StreamHandler()]
    logger.setLevel(logging.ERROR)
    for _ in range(2):
        logs.begin_call(Context())
    logger.info("once")
    assert _line(capsys)["message"] == "once"


def test_call_without_context_has_empty_names() -> None:
    logs.begin_call(None)
    assert logs.call() == {"function": "", "request_id": ""}
