"""Builds what is deployed: Chalice's template, the functions' code and the layer with what they import."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Container, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from deploy import paths
from deploy.errors import CommandError
from deploy.progress import Progress

CODE = "deployment.zip"
LAYER = "layer-deployment.zip"
TEMPLATE = "sam.json"

_INPUTS = ("app.py", "requirements.txt", "chalicelib", "vendor", ".chalice", "deploy/package.py")
_AWS_SERVICES = ("cloudwatch", "dynamodb", "sns", "sqs", "sts")
_UNUSED = (
    *("aiohttp/", "aiohappyeyeballs/", "aiosignal/", "frozenlist/", "multidict/", "propcache/", "yarl/"),
    *("requests/", "charset_normalizer/"),
    "boto3/examples/",
)
"""What geoip2 needs for its web service only, and examples."""

_LAYER_PARTS = 4
"""Chalice puts packages under python/lib/python3.x/site-packages/, which the emulator searches last."""


def build(stage: str) -> Path:
    """The folder with `stage`'s package, built anew only where something in it changed."""
    folder = paths.PACKAGES / stage
    stamp, wanted = folder / "inputs.sha256", fingerprint(paths.ROOT)
    if not stamp.is_file() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        with Progress("Packaging", 1):
            _package(stage, folder)
            data = {str(file.relative_to(paths.VENDOR)): file for file in paths.VENDOR.rglob("*") if file.is_file()}
            _rewrite(folder / CODE, add=data)
            _rewrite(folder / LAYER, drop=_LAYER_PARTS, leave_out=data)
        stamp.write_text(wanted)
    return folder


def fingerprint(root: Path) -> str:
    """What a package is made from: names and contents of every input, and this Python's version."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for name in _INPUTS:
        path = root / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and not _is_by_product(file.relative_to(root)):
                digest.update(f"{file.relative_to(root)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def is_shipped(name: str) -> bool:
    """Whether a file belongs into the Lambdas: descriptions of AWS services we never call are most of botocore."""
    parts = name.split("/")
    if parts[:2] == ["botocore", "data"] and len(parts) > 3:  # noqa: PLR2004 - files directly in data/ are needed
        return parts[2] in _AWS_SERVICES
    return "__pycache__" not in parts and not name.startswith(_UNUSED)


def _is_by_product(path: Path) -> bool:
    return "__pycache__" in path.parts or path.parts[:2] in {(".chalice", "deployments"), (".chalice", "deployed")}


def _package(stage: str, folder: Path) -> None:
    chalice = [str(paths.VENV / "bin" / "chalice"), "package", "--stage", stage]
    chalice += ["--merge-template", ".chalice/resources.json", str(folder)]
    # Packaging calls no AWS service, but Chalice insists on a region.
    environment = {**os.environ, "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", "us-east-1")}
    done = subprocess.run(chalice, cwd=paths.ROOT, env=environment, capture_output=True, text=True, check=False)
    said = f"{done.stdout}{done.stderr}".strip()
    if done.returncode:
        message = f"chalice could not package the app: {said.splitlines()[-1] if said else 'no reason given'}"
        raise CommandError(message)
    if "Could not install dependencies" in said:
        shutil.rmtree(paths.ROOT / ".chalice" / "deployments", ignore_errors=True)
        message = "chalice found no Lambda build of a requirement: see its output with .venv/bin/chalice package"
        raise CommandError(message)


def _rewrite(
    archive: Path, *, drop: int = 0, add: Mapping[str, Path] = MappingProxyType({}), leave_out: Container[str] = ()
) -> None:
    """Same contents, same bytes: no dates, no by-products, nothing unused, every module compiled.

    `drop` leading folders become python/. `add`ed files stand at the root, where the app looks for its data;
    Chalice puts them into the layer, so there they are left out.
    """
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with zipfile.ZipFile(archive) as old:
            for name in old.namelist():
                kept = "/".join(name.split("/")[drop:])
                if is_shipped(kept) and kept not in leave_out:
                    _write(folder / (f"python/{kept}" if drop else kept), old.read(name))
        for name, file in add.items():
            _write(folder / name, file.read_bytes())
        _compile(folder)
        _archive(folder, archive)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _compile(folder: Path) -> None:
    """Compiles every module: a Lambda cannot keep what it compiles, so each new process would do it again.

    By hash and unchecked, as the archive has no dates; with a fixed seed, as the order of sets is in the result.
    """
    compiling = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run([*compiling, "-s", str(folder), str(folder)], env=environment, check=False)


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
