import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import settings
from chalicelib.api_docs import document_file
from chalicelib.api_docs.document_file import build, etag, server_of, text_for


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Provide the folder of a package, without anything from another test."""
    monkeypatch.setattr(settings, "_ROOT", tmp_path)
    text_for.cache_clear()
    document_file._stored.cache_clear()
    yield tmp_path
    text_for.cache_clear()
    document_file._stored.cache_clear()


def test_packaged_document_is_served_with_the_address_of_the_request(package: Path) -> None:
    (package / "openapi.json").write_text('{"servers":[{"url":"https://smartlink.example/api"}]}')
    text, tag = text_for('https://a.example/"x"')
    assert json.loads(text) == {"servers": [{"url": 'https://a.example/"x"'}]}
    assert tag == etag(text)


@pytest.mark.usefixtures("package")
def test_checkout_builds_the_document_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built = iter(["{}"])
    monkeypatch.setattr(document_file, "build", lambda: next(built))
    assert [text_for(f"https://{host}.example")[0] for host in ("a", "b", "a")] == ["{}"] * 3


def test_built_document_has_one_server_which_the_request_replaces() -> None:
    built = build()
    assert built.count('"https://smartlink.example/api"') == 1
    assert text_for("https://a.example/api")[0] == built.replace("smartlink.example", "a.example", 1)


@pytest.mark.parametrize(
    ("base_url", "server"),
    [
        ("https://api.example/api", "https://api.example/api"),
        ("http://api1.execute-api.localhost:4566/api", "/api"),
        ("http://api.localhost", "/"),
    ],
)
def test_server_on_one_machine_is_a_path(base_url: str, server: str) -> None:
    assert server_of(base_url) == server


def test_etag_changes_with_the_content() -> None:
    assert etag("a") == '"ca978112ca1bbdcafac231b3"'
    assert etag("b") != etag("a")
