"""Fetch Swagger UI, so that `/docs` needs no CDN."""

from deploy import npm, paths

_PACKAGE = "swagger-ui-dist@5.35.0"
_FILES = ("LICENSE", "swagger-ui.css", "swagger-ui-bundle.js")


def ensure() -> None:
    """Put Swagger UI into `vendor/swagger-ui/` unless it is there already."""
    folder = paths.VENDOR / "swagger-ui"
    if all((folder / name).is_file() for name in _FILES):
        return
    npm.fetch(_PACKAGE, {name: folder / name for name in _FILES}, hint="Check the network and run the command again.")
