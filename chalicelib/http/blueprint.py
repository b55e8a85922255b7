"""Registers every endpoint with Chalice. The code of an endpoint is imported on its first request."""

from collections.abc import Callable

from chalice.app import Blueprint, Response

from chalicelib.endpoints import ENDPOINTS, Endpoint

blueprint = Blueprint(__name__)


def _view(endpoint: Endpoint) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        from chalicelib.http.dispatch import dispatch  # noqa: PLC0415 - keeps pydantic off the redirect's cold start

        return dispatch(endpoint, blueprint.current_request, path)

    view.__name__ = endpoint.view.rpartition(".")[2].replace(":", "_")
    return view


for _endpoint in ENDPOINTS:
    blueprint.route(_endpoint.path, methods=[_endpoint.method], content_types=["*/*"])(_view(_endpoint))
