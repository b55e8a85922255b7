"""Endpoints for the health check and the API documentation."""

from chalicelib.api_docs import openapi as api_docs_openapi
from chalicelib.api_docs.schemas import Health
from chalicelib.endpoints import ENDPOINTS
from chalicelib.http.dispatch import load_view
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.view import TextResponse
from chalicelib.routing.geoip import country_database_month
from chalicelib.settings import swagger_ui

_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
}
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Smartlink API</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="docs/swagger-ui.css"></head>
<body><div id="ui"></div>
<div class="swagger-ui"><p class="wrapper">Countries: <a href='https://db-ip.com'>IP Geolocation by DB-IP</a>.
Networks: <a href='https://www.routeviews.org'>RouteViews</a>, <a href='https://db-ip.com'>DB-IP</a> and
<a href='https://www.nro.net'>NRO</a>. All under <a href='https://creativecommons.org/licenses/by/4.0/'>CC BY 4.0</a>,
networks converted.</p></div>
<script src="docs/swagger-ui-bundle.js"></script><script src="docs/start.js"></script>
</body></html>"""
_START_SCRIPT = (
    'SwaggerUIBundle({url: "openapi.json", dom_id: "#ui", deepLinking: true, docExpansion: "list", '
    "defaultModelsExpandDepth: 0, persistAuthorization: true});"
)
_CONTENT_SECURITY_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


def health(request: Request) -> Health:  # noqa: ARG001
    """Check service health."""
    return Health(status="ok", country_database=country_database_month())


def openapi(request: Request) -> TextResponse:
    """Get the OpenAPI document."""
    views = ((endpoint, load_view(endpoint)) for endpoint in ENDPOINTS)
    text = api_docs_openapi.text(api_docs_openapi.document(views, request.base_url))
    return TextResponse(text, "application/json", {"Access-Control-Allow-Origin": "*"})


def docs(request: Request) -> TextResponse:  # noqa: ARG001
    """Show the interactive API documentation."""
    return TextResponse(_PAGE, "text/html; charset=utf-8", {"Content-Security-Policy": _CONTENT_SECURITY_POLICY})


def docs_asset(request: Request, asset: str) -> TextResponse:  # noqa: ARG001
    """Get a file of the interactive API documentation."""
    media = _ASSETS.get(asset)
    path = swagger_ui() / asset
    if media is None or not (asset == "start.js" or path.is_file()):
        message = f"There is no file {asset}."
        raise NotFound(message)
    text = _START_SCRIPT if asset == "start.js" else path.read_text(encoding="utf-8")
    return TextResponse(text, media, {"Cache-Control": "public, max-age=3600"})
