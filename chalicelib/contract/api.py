"""Registers every call of the contract; its code is imported when it is first made."""

from collections.abc import Callable

from chalice.app import Blueprint, Response

from chalicelib.contract.routes import CALLS, Call

blueprint = Blueprint(__name__)


def _view(call: Call) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        from chalicelib.contract.handlers import answer  # noqa: PLC0415 - keeps pydantic off the redirect's cold start

        return answer(call, blueprint.current_request, path)

    view.__name__ = call.view.rpartition(".")[2].replace(":", "_")
    return view


for _call in CALLS:
    blueprint.route(_call.path, methods=[_call.method], content_types=["*/*"])(_view(_call))
