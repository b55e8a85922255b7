"""What the redirect does not need is not imported when it cold-starts: every visitor would wait for it."""

import gc
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
EVENT = {
    "resource": "/s/{code}",
    "path": "/s/short",
    "httpMethod": "GET",
    "headers": {"Host": "go.network.example", "User-Agent": "curl/8.7.1"},
    "multiValueHeaders": {"Host": ["go.network.example"], "User-Agent": ["curl/8.7.1"]},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "pathParameters": {"code": "short"},
    "stageVariables": None,
    "requestContext": {
        "httpMethod": "GET",
        "resourcePath": "/s/{code}",
        "path": "/api/s/short",
        "stage": "api",
        "identity": {"sourceIp": "203.0.113.7"},
    },
    "body": None,
    "isBase64Encoded": False,
}
"""A click on a code too short to be one: answered without a table, and so without a network."""

PROGRAM = f"""
import json, sys
import app
answer = app.app(json.loads({json.dumps(EVENT)!r}), None)
print(json.dumps({{"status": answer["statusCode"], "modules": sorted(sys.modules)}}))
"""


@cache
def _after_one_redirect() -> dict[str, Any]:
    """The answer's status and the modules of a fresh process of the redirect's function that has served one click."""
    command = [sys.executable, "-c", PROGRAM]
    environment = {**os.environ, "ONLY_REDIRECT": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_code_that_can_be_none_is_answered_by_the_page() -> None:
    assert _after_one_redirect()["status"] == 404


UNNEEDED = (
    *("pydantic", "pydantic_core", "boto3", "botocore", "pynamodb", "pycountry"),
    *("admin", "publisher", "evaluation", "optimizer", "reporting", "conversions", "alerts", "api_docs", "counters"),
    *("postbacks", "access", "inbox", "notifications", "tables"),
)
"""Third-party packages, and packages of ours, that the redirect must not load."""

MAX_MODULES = 62


def _loaded(package: str = "chalicelib") -> list[str]:
    return [name for name in _after_one_redirect()["modules"] if f"{name}.".startswith(f"{package}.")]


@pytest.mark.parametrize("package", UNNEEDED)
def test_redirect_does_not_load(package: str) -> None:
    assert [*_loaded(package), *_loaded(f"chalicelib.{package}")] == []


@pytest.mark.parametrize("module", ["http", "endpoints", "staff_endpoints", "lambdas", "clicks.enqueue", "sqs"])
def test_function_of_the_redirect_does_not_load(module: str) -> None:
    assert _loaded(f"chalicelib.{module}") == []


def test_redirect_loads_few_modules() -> None:
    packages = {name.rpartition(".")[0] for name in _loaded()}
    assert len(set(_loaded()) - packages) <= MAX_MODULES


def test_what_the_redirect_needs_is_imported_before_the_first_click() -> None:
    assert {"chalicelib.routing.redirect", "chalicelib.caps.reservation"} <= set(_after_one_redirect()["modules"])


def test_garbage_is_collected_again_after_the_import() -> None:
    assert gc.isenabled()
