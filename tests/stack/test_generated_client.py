"""The generated Python client does what docs/clients.md shows, and the deployed API has the manners of its kind."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from local.http import get
from tests.stack.network import Network

ROOT = Path(__file__).parent.parent.parent
LOOPBACK = """
import socket
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: resolve(
    "127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **more
)
"""
"""Resolves the address of the stack where the system does not."""


def run(*command: str, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_generated_python_client_makes_the_first_smartlink(deployed: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_bytes(get(f"{deployed['url']}/openapi.json").body)
    programs = Path(sys.executable).parent
    arguments = ("--path", "openapi.json", "--output-path", "client", "--fail-on-warning")
    search = f"{programs}{os.pathsep}{os.environ['PATH']}"
    run("env", f"PATH={search}", "openapi-python-client", "generate", *arguments, folder=tmp_path)
    (sample,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "clients.md").read_text(), re.DOTALL)
    (tmp_path / "sample.py").write_text(f"{LOOPBACK}\n{sample}")
    stack = {"URL": deployed["url"], "ADMIN_KEY": deployed["admin_key"], "PYTHONPATH": str(tmp_path / "client")}

    printed = run(sys.executable, "sample.py", folder=tmp_path, **stack).splitlines()

    assert re.fullmatch(r"302 https://acme\.example/\?cid=[0-9a-z]{26}&s=newsletter-jan", printed[0])
    assert printed[1:] == ["recorded", "1 1.50"]


def test_answers_are_compressed_for_those_who_accept_it(network: Network) -> None:
    plain = get(f"{network.url}/openapi.json")
    packed = get(f"{network.url}/openapi.json", {"Accept-Encoding": "gzip"})

    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 5
    assert "content-encoding" not in get(f"{network.url}/health", {"Accept-Encoding": "gzip"}).headers


def test_packaged_document_is_that_of_the_code_and_is_not_sent_twice(network: Network) -> None:
    from chalicelib.api_docs.document_file import build

    first = get(f"{network.url}/openapi.json")
    again = get(f"{network.url}/openapi.json", {"If-None-Match": first.headers["etag"]})

    assert first.body.decode() == build().replace("https://smartlink.example/api", "/api", 1)
    assert (again.status, again.body) == (304, b"")


def test_problem_of_the_gateway_has_no_guessed_type(network: Network) -> None:
    missing = network.call("GET", "/nothing/here")
    assert (missing.status, missing.headers["x-content-type-options"]) == (404, "nosniff")
