"""Build the deployment package: Chalice's template, the functions' code and the layer with their dependencies."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Container, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from deploy import paths
from deploy.errors import CommandError
from deploy.progress import Progress
from deploy.template.build import build as build_template
from deploy.template.redirect import Project

CODE = "deployment.zip"
LAYER = "layer-deployment.zip"
TEMPLATE = "sam.json"
DOCUMENT = "openapi.json"

_INPUTS = (
    *("app.py", "requirements.txt", "chalicelib", "vendor", ".chalice"),
    *("deploy/package.py", "deploy/maxminddb_extension.py", "deploy/template"),
)
_AWS_SERVICES = ("cloudwatch", "dynamodb", "s3", "sesv2", "sns", "sqs", "sts")
_UNUSED = (
    *("aiohttp/", "aiohappyeyeballs/", "aiosignal/", "frozenlist/", "multidict/", "propcache/", "yarl/"),
    *("requests/", "charset_normalizer/"),
    "boto3/examples/",
    *("pycountry/locales/", "pycountry/tests/"),
)
"""Dependencies of geoip2's web service client, examples, tests and translated names of countries."""

_REPLACED = {"python/maxminddb/__init__.py": Path(__file__).with_name("maxminddb_extension.py")}
"""Files of the layer that shorter ones of ours replace."""

_LAYER_PARTS = 4
"""Leading folders to drop: the emulator searches Chalice's python/lib/python3.x/site-packages/ last."""


def build(stage: str) -> Path:
    """Return the folder with the package of `stage`. Rebuild it only if an input changed."""
    folder = paths.PACKAGES / stage
    stamp, current = folder / "inputs.sha256", fingerprint(paths.ROOT)
    if not stamp.is_file() or stamp.read_text() != current:
        shutil.rmtree(folder, ignore_errors=True)
        with Progress("Packaging", 1):
            _package(stage, folder)
            _complete(folder / TEMPLATE)
            data = {str(file.relative_to(paths.VENDOR)): file for file in paths.VENDOR.rglob("*") if file.is_file()}
            _rewrite(folder / CODE, add={**data, DOCUMENT: _openapi_document(folder / DOCUMENT)})
            _rewrite(folder / LAYER, drop=_LAYER_PARTS, leave_out=data, add=_REPLACED)
        stamp.write_text(current)
    return folder


def fingerprint(root: Path) -> str:
    """Return a hash of the package's inputs: names and contents of all files, and this Python's version."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for name in _INPUTS:
        path = root / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and not _is_generated(file.relative_to(root)):
                digest.update(f"{file.relative_to(root)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_shipped(name: str) -> bool:
    """Return whether a file is deployed. Most of botocore is descriptions of AWS services that we never call."""
    parts = name.split("/")
    if parts[:2] == ["botocore", "data"] and len(parts) > 3:  # noqa: PLR2004 - files directly in data/ are needed
        return parts[2] in _AWS_SERVICES
    return "__pycache__" not in parts and not name.startswith(_UNUSED)


def _is_generated(path: Path) -> bool:
    return "__pycache__" in path.parts or path.parts[:2] in {(".chalice", "deployments"), (".chalice", "deployed")}


def _package(stage: str, folder: Path) -> None:
    chalice = [str(paths.VENV / "bin" / "chalice"), "package", "--stage", stage]
    chalice += ["--merge-template", ".chalice/resources.json", str(folder)]
    # Packaging calls no AWS service, but Chalice requires a region.
    environment = {**os.environ, "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", "us-east-1")}
    result = subprocess.run(chalice, cwd=paths.ROOT, env=environment, capture_output=True, text=True, check=False)
    output = f"{result.stdout}{result.stderr}".strip()
    if result.returncode:
        message = f"Chalice could not package the app: {output.splitlines()[-1] if output else 'it gave no reason'}"
        raise CommandError(message)
    if "Could not install dependencies" in output:
        shutil.rmtree(paths.ROOT / ".chalice" / "deployments", ignore_errors=True)
        message = "Chalice found no Lambda build of a requirement. Run `.venv/bin/chalice package` to see its output."
        raise CommandError(message)


def project() -> Project:
    """Return the settings of `.chalice/` that the template needs beside what Chalice packages."""
    settings = _configuration("config.json")["lambda_functions"]["redirect"]
    return Project(settings, _configuration(settings["iam_policy_file"]))


def _complete(template: Path) -> None:
    document = build_template(json.loads(template.read_text()), project())
    template.write_text(json.dumps(document, indent=2) + "\n")


def _configuration(name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads((paths.ROOT / ".chalice" / name).read_text())


def _openapi_document(file: Path) -> Path:
    """Write the OpenAPI document to the file, because a Lambda would have to load every view to generate it."""
    from chalicelib.api_docs.document_file import build  # noqa: PLC0415 - an unchanged package is found without it

    file.write_text(build(), encoding="utf-8")
    return file


def _rewrite(
    archive: Path, *, drop: int = 0, add: Mapping[str, Path] = MappingProxyType({}), leave_out: Container[str] = ()
) -> None:
    """Rewrite an archive reproducibly: no dates, no generated or unused files, every module compiled.

    `drop` leading folders are replaced by python/. The files of `add` are written over them: to the root, where the app
    reads its data. Chalice puts them into the layer as well; `leave_out` removes them there.
    """
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with zipfile.ZipFile(archive) as old:
            for name in old.namelist():
                target = "/".join(name.split("/")[drop:])
                if is_shipped(target) and target not in leave_out:
                    _write(folder / (f"python/{target}" if drop else target), old.read(name))
        for name, file in add.items():
            _write(folder / name, file.read_bytes())
        _compile(folder)
        _archive(folder, archive)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _compile(folder: Path) -> None:
    """Compile every module. A Lambda cannot store compiled modules, so each new process would compile them again.

    The archive has no dates, so use unchecked hashes. The order of sets is part of the bytecode, so fix the hash seed.
    """
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run([*command, "-s", str(folder), str(folder)], env=environment, check=False)


def _archive(folder: Path, archive: Path) -> None:
    partial = archive.with_suffix(".partial")
    files = {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as new:
        for name, file in sorted(files.items()):
            new.writestr(_entry(name), file.read_bytes())
    partial.replace(archive)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    return entry
