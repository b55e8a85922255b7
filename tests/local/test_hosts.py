import sys
from types import SimpleNamespace
from typing import Any

import pytest

from local.hosts import api_calls, is_api_call


def a_call(host: bytes, kind: str = "http") -> dict[str, Any]:
    return {"type": kind, "headers": [(b"accept", b"*/*"), (b"host", host)]}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param(b"abc.execute-api.localhost:4566", True, id="address of an API"),
        pytest.param(b"Go.Brand.Example:4566", True, id="custom domain"),
        pytest.param(b"other.example", False, id="other host"),
        pytest.param(b"127.0.0.1:4566", False, id="service"),
        pytest.param(b"localhost", False, id="one label"),
    ],
)
def test_custom_domains_are_calls_of_an_api_like_its_address(host: bytes, expected: bool) -> None:
    assert is_api_call(a_call(host), is_custom_domain={"go.brand.example", "localhost"}.__contains__) is expected


def test_only_requests_over_http_are_calls() -> None:
    assert not is_api_call(a_call(b"abc.execute-api.localhost", "websocket"))
    assert not is_api_call({"type": "http", "headers": []})
    assert not is_api_call(a_call(b"go.brand.example"))


def test_domains_are_those_of_the_emulator_at_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    names = set[str]()
    emulated = SimpleNamespace(find_domain_scope=lambda host: ("account", host) if host in names else None)
    monkeypatch.setitem(sys.modules, "ministack.services.apigateway_v1", emulated)
    is_call = api_calls()
    assert not is_call(a_call(b"go.brand.example"))
    names.add("go.brand.example")
    assert is_call(a_call(b"go.brand.example"))
