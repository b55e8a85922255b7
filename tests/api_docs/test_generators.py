"""Linters find nothing in the document, and generators make clients from it without a warning."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import npm, paths
from tests.api_docs.support import served_document

PROGRAMS = paths.OPENAPI_TOOLS / "node_modules" / ".bin"
CLIENTS = (paths.ROOT / "docs" / "clients.md").read_text()
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The served document as a file in a folder of its own."""
    file = tmp_path_factory.mktemp("document") / "openapi.json"
    file.write_text(json.dumps(served_document()), encoding="utf-8")
    return file


def run(*command: str, folder: Path) -> str:
    """Return the output of a program that must succeed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, **QUIET})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_node(program: str, *arguments: str, folder: Path) -> str:
    """Return the output of an npm package's program that must succeed."""
    if not PROGRAMS.is_dir():
        pytest.fail("the npm packages are missing: run `.venv/bin/python manage.py openapi-tools` (`make test` does)")
    script = str((PROGRAMS / program).resolve())
    search = npm.node("Check the network.").environment["PATH"]
    return run("env", f"PATH={search}", "node", script, *arguments, folder=folder)


def test_spectral_finds_nothing(document: Path) -> None:
    rules = document.with_name("rules.yaml")
    rules.write_text("extends: ['spectral:oas']")
    arguments = ("--ruleset", str(rules), "--format", "json", "--fail-severity", "hint", "--quiet")
    assert json.loads(run_node("spectral", "lint", *arguments, str(document), folder=document.parent)) == []


def test_redocly_finds_nothing(document: Path) -> None:
    arguments = ("lint", "--extends", "recommended", "--format", "json", str(document))
    assert json.loads(run_node("redocly", *arguments, folder=document.parent))["problems"] == []


@pytest.fixture(scope="module")
def python_client(document: Path) -> Path:
    """The folder of the generated Python client."""
    programs = Path(sys.executable).parent
    written = document.with_name("python")
    arguments = ("generate", "--path", str(document), "--output-path", str(written), "--fail-on-warning")
    search = f"PATH={programs}{os.pathsep}{os.environ['PATH']}"
    output = run("env", search, "openapi-python-client", *arguments, folder=document.parent)
    assert output == f"Generating {written}\n"
    return written


def test_python_client_is_generated_without_a_warning_with_every_operation(python_client: Path) -> None:
    operations = {method["operationId"] for path in served_document()["paths"].values() for method in path.values()}
    assert len(_functions(python_client)) == len(operations)


def test_python_client_parses_every_answer_that_is_a_document(python_client: Path) -> None:
    """A generator that cannot express a schema leaves the answer out, and the function returns None."""
    without = {
        name for name, source in _functions(python_client).items() if not re.search(r"response_2\d\d = ", source)
    }
    bodiless = {name for name, source in _functions(python_client).items() if "(None, response_204)" in source}
    assert without - bodiless == set()


def _functions(python_client: Path) -> dict[str, str]:
    """The sources of the functions of a client by name."""
    files = python_client.glob("smartlink_client/api/*/[a-z]*.py")
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def test_typescript_client_of_the_manual_compiles(document: Path) -> None:
    types = document.with_name("smartlink.d.ts")
    arguments = ("--default-non-nullable=false", "--output", str(types), str(document))
    output = run_node("openapi-typescript", *arguments, folder=document.parent)
    assert "warn" not in output.lower()
    (sample,) = re.findall(r"```ts\n(.*?)```", CLIENTS, re.DOTALL)
    document.with_name("sample.ts").write_text(sample)
    document.with_name("node_modules").symlink_to(PROGRAMS.parent)
    options = ("--noEmit", "--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler")
    run_node("tsc", *options, "--target", "es2022", "sample.ts", folder=document.parent)


@pytest.mark.parametrize("package", ["openapi-typescript", "openapi-fetch", "typescript"])
def test_manual_names_the_tested_versions_of_npm_packages(package: str) -> None:
    pins = json.loads((paths.ROOT / "tests" / "api_docs" / "tools" / "package.json").read_text())["dependencies"]
    assert f"{package}@{pins[package]}" in CLIENTS


def test_manual_names_the_tested_version_of_the_python_generator() -> None:
    pins = (paths.ROOT / "requirements-dev.txt").read_text().splitlines()
    assert re.search(r"openapi-python-client==[\d.]+", CLIENTS)[0] in pins  # type: ignore[index]
