"""Registers every endpoint with Chalice; GET includes HEAD. An endpoint's code is imported on its first request."""

from collections.abc import Callable

from chalice.app import Blueprint, Response

from chalicelib.endpoint import Endpoint
from chalicelib.endpoints import ENDPOINTS

blueprint = Blueprint(__name__)


def _view(endpoint: Endpoint) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        from chalicelib.http.dispatch import dispatch  # noqa: PLC0415 - keeps pydantic off the redirect's cold start

        return dispatch(endpoint, blueprint.current_request, path)

    view.__name__ = endpoint.view.rpartition(".")[2].replace(":", "_")
    return view


for _endpoint in ENDPOINTS:
    _methods = ["GET", "HEAD"] if _endpoint.method == "GET" else [_endpoint.method]
    blueprint.route(_endpoint.path, methods=_methods, content_types=["*/*"])(_view(_endpoint))
