import app
from chalicelib.endpoints import ENDPOINTS


def test_every_endpoint_is_registered() -> None:
    registered = {(method, path) for path, methods in app.app.routes.items() for method in methods}
    assert registered >= {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}


def test_every_endpoint_accepts_any_content_type() -> None:
    routes = [app.app.routes[endpoint.path][endpoint.method] for endpoint in ENDPOINTS]
    assert [route.content_types for route in routes] == [["*/*"]] * len(ENDPOINTS)
