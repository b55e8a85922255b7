"""Endpoints for the health check and the API documentation."""

from functools import cache
from pathlib import Path

from chalicelib.api_docs.document_file import etag, server_of, text_for
from chalicelib.api_docs.schemas import Health
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.responses import FRAME_ANCESTORS
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
_CONTENT_SECURITY_POLICY = (
    f"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; {FRAME_ANCESTORS}"
)
_KEPT = {"Cache-Control": "public, max-age=300"}
_KEPT_LONGER = {"Cache-Control": "public, max-age=3600"}


def health(request: Request) -> Health:  # noqa: ARG001
    """Check service health."""
    return Health(status="ok", country_database=country_database_month())


def openapi(request: Request) -> TextResponse:
    """Get the OpenAPI document."""
    text, tag = text_for(server_of(request.base_url))
    return TextResponse(text, "application/json", {"Access-Control-Allow-Origin": "*", "ETag": tag, **_KEPT})


def docs(request: Request) -> TextResponse:  # noqa: ARG001
    """Show the interactive API documentation."""
    headers = {"Content-Security-Policy": _CONTENT_SECURITY_POLICY, "ETag": etag(_PAGE), **_KEPT}
    return TextResponse(_PAGE, "text/html; charset=utf-8", headers)


def docs_asset(request: Request, asset: str) -> TextResponse:  # noqa: ARG001
    """Get a file of the interactive API documentation."""
    media = _ASSETS.get(asset)
    path = swagger_ui() / asset
    if media is None or not (asset == "start.js" or path.is_file()):
        message = f"There is no file {asset}."
        raise NotFound(message)
    text, tag = (_START_SCRIPT, etag(_START_SCRIPT)) if asset == "start.js" else _file(path)
    return TextResponse(text, media, {"ETag": tag, **_KEPT_LONGER})


@cache
def _file(path: Path) -> tuple[str, str]:
    """Return a file of Swagger UI and its ETag."""
    text = path.read_text(encoding="utf-8")
    return text, etag(text)
