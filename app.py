"""The Chalice application: registers the redirect, the background Lambdas and the API, and knows both doors.

The function that serves only redirects (`ONLY_REDIRECT`) registers nothing else: each visitor of a new process waits
for its imports.
"""

import gc

# The import creates hundreds of thousands of objects and no garbage: collections would take 6 % of a cold start.
gc.disable()

from typing import Any

from chalice.app import Chalice

from chalicelib import settings
from chalicelib.routing.redirect import blueprint as redirect

_LINK, _BELOW = "/s/{code}", "/s/"


class Application(Chalice):
    """Chalice, for the events of both doors: the REST API and the HTTP API, which sends payload format 1.0."""

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401 - as Chalice declares it
        """Return the response. An HTTP API names its own route (`/s/{code+}`), or the path that was called."""
        if event.get("requestContext", {}).get("resourcePath", _LINK) not in self.routes:
            _name_route(event)
        return super().__call__(event, context)


def _name_route(event: dict[str, Any]) -> None:
    """Set the route by which Chalice knows the path, in the event: no copy is made, as a visitor is waiting."""
    called: dict[str, Any] = event["requestContext"]
    route: str = called["resourcePath"]
    if not route.startswith(_BELOW):
        route = route.removeprefix(f"/{called['stage']}")
    if route.startswith(_BELOW):
        route, event["pathParameters"] = _LINK, {"code": event["path"].partition(_BELOW)[2]}
    called["resourcePath"] = route.rstrip("/")


app = Application(app_name="smartlink")
app.register_blueprint(redirect)
if not settings.only_redirect():
    from chalicelib.http.blueprint import blueprint as api
    from chalicelib.lambdas import blueprint as lambdas

    app.register_blueprint(lambdas)
    app.register_blueprint(api)

# What the import created lives as long as the process: no collection, not even one in the first click, scans it again.
gc.freeze()
gc.enable()
