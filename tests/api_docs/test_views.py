import re
from pathlib import Path

import pytest

from chalicelib import settings
from tests.conftest import Api


def test_health_is_ok() -> None:
    response = Api().get("/health")
    assert (response.status, response.json) == (200, {"status": "ok"})


def test_docs_page_loads_only_its_own_files() -> None:
    page = Api().get("/docs")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert re.findall(r'(?:src|href)="([^"]*)"', page.text) == [
        "docs/swagger-ui.css",
        "docs/swagger-ui-bundle.js",
        "docs/start.js",
    ]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self';")


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
