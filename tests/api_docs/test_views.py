import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import maxminddb
import pytest

from chalicelib import settings
from chalicelib.routing import geoip
from tests.address_databases import GERMANY, of_networks, write_database
from tests.conftest import Api


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Look for a country database in an empty folder."""
    monkeypatch.setattr(settings, "_ROOT", tmp_path)
    geoip._readers.cache_clear()
    yield tmp_path / "country.mmdb"
    geoip._readers.cache_clear()


def test_health_has_the_month_of_the_country_database(database: Path) -> None:
    write_database(database, "GeoLite2-Country", of_networks(GERMANY))
    with maxminddb.open_database(database) as reader:
        built_at = datetime.fromtimestamp(reader.metadata().build_epoch, UTC)
    response = Api().get("/health")
    assert (response.status, response.json) == (200, {"status": "ok", "country_database": f"{built_at:%Y-%m}"})


@pytest.mark.usefixtures("database")
def test_health_is_ok_without_a_country_database() -> None:
    response = Api().get("/health")
    assert (response.status, response.json) == (200, {"status": "ok", "country_database": None})


def test_docs_page_names_the_sources_of_the_databases_with_links() -> None:
    page = Api().get("/docs").text
    assert "<a href='https://db-ip.com'>IP Geolocation by DB-IP</a>" in page
    assert re.findall("href='([^']*)'", page) == [
        "https://db-ip.com",
        "https://www.routeviews.org",
        "https://db-ip.com",
        "https://www.nro.net",
        "https://creativecommons.org/licenses/by/4.0/",
    ]


def test_docs_page_loads_only_its_own_files() -> None:
    page = Api().get("/docs")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert re.findall(r'(?:src|href)="([^"]*)"', page.text) == [
        "docs/swagger-ui.css",
        "docs/swagger-ui-bundle.js",
        "docs/start.js",
    ]
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
    )


@pytest.fixture
def vendored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Swagger UI as `make install` installs it."""
    folder = tmp_path / "vendor" / "swagger-ui"
    folder.mkdir(parents=True)
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "LICENSE"):
        (folder / name).write_text(f"/* {name} ü */", encoding="utf-8")
    monkeypatch.setattr(settings, "_ROOT", tmp_path)


@pytest.mark.usefixtures("vendored")
@pytest.mark.parametrize(
    ("name", "content_type"),
    [("swagger-ui-bundle.js", "text/javascript"), ("swagger-ui.css", "text/css"), ("start.js", "text/javascript")],
)
def test_files_of_the_docs_page_are_served_and_cached(name: str, content_type: str) -> None:
    response = Api().get(f"/docs/{name}")
    assert (response.status, response.headers["Content-Type"]) == (200, f"{content_type}; charset=utf-8")
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert "openapi.json" in response.text if name == "start.js" else response.text == f"/* {name} ü */"


@pytest.mark.usefixtures("vendored")
@pytest.mark.parametrize("name", ["LICENSE", "other.js", "..", "%2e%2e"])
def test_other_files_are_not_found(name: str) -> None:
    assert Api().get(f"/docs/{name}").status == 404


def test_missing_file_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_ROOT", tmp_path)
    assert [Api().get(f"/docs/{name}").status for name in ("swagger-ui.css", "start.js")] == [404, 200]


@pytest.mark.usefixtures("vendored")
@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/docs/start.js", "/docs/swagger-ui.css"])
def test_unchanged_documentation_is_not_sent_again(path: str) -> None:
    first = Api().get(path)
    again = Api().get(path, If_None_Match=first.headers["ETag"])
    assert (first.status, again.status, again.text) == (200, 304, "")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"].startswith("public, max-age=")


def test_document_has_the_address_of_the_request_and_may_be_read_from_another_origin() -> None:
    response = Api().get("/openapi.json", Host="api.example")
    assert response.json["servers"] == [{"url": "https://api.example", "description": "This service."}]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
