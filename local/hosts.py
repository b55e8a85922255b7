"""Which requests are calls of an API: by the address of API Gateway, or by a custom domain that is mapped to an API."""

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

from local.asgi import AsgiScope


def api_calls() -> Callable[[AsgiScope], bool]:
    """Return the check of a request against the custom domains that the emulator has at the time."""
    emulated: Any = importlib.import_module("ministack.services.apigateway_v1")
    return partial(is_api_call, is_custom_domain=lambda host: emulated.find_domain_scope(host) is not None)


def is_api_call(scope: AsgiScope, *, is_custom_domain: Callable[[str], bool] = lambda _: False) -> bool:
    """Return whether a request is the call of an API. Others are those of AWS's own services."""
    if scope["type"] != "http":
        return False
    name = host_name(scope)
    return ".execute-api." in name or ("." in name and is_custom_domain(name))


def host_name(scope: AsgiScope) -> str:
    """Return the host of a request in lower case without its port; empty if it names none."""
    host = next((value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"), "")
    return host.partition(":")[0]
