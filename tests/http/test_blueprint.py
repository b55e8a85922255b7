import app
from chalicelib.endpoints import ENDPOINTS


def test_every_endpoint_is_registered() -> None:
    registered = {(method, path) for path, methods in app.app.routes.items() for method in methods}
    assert registered >= {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}


def test_head_is_registered_exactly_where_get_is() -> None:
    by_method = {
        method: {path for path, found in app.app.routes.items() if method in found} for method in ("GET", "HEAD")
    }
    assert by_method["HEAD"] == by_method["GET"]


def test_every_endpoint_accepts_any_content_type() -> None:
    routes = [route for methods in app.app.routes.values() for route in methods.values()]
    assert [route.content_types for route in routes] == [["*/*"]] * len(routes)
