"""The layer with the dependencies for another Python or architecture than this one: Chalice builds for this Python."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from deploy import paths
from deploy.errors import CommandError
from deploy.target import MACHINES, Target

_OLDEST_GLIBC = {"3.11": 26}
_GLIBC = 34
"""The minor version of glibc 2 on Amazon Linux 2023, and on Amazon Linux 2 for the older runtimes."""

_FIRST_GLIBC = 17

_ELF = b"\x7fELF"
_ELF_MACHINES: Mapping[str, int] = MappingProxyType({"x86_64": 62, "arm64": 183})
"""`e_machine` of the header of a binary, at its 18th byte."""

_TAGGED = re.compile(r"\.cpython-(\d+)-")


def download(target: Target, archive: Path) -> None:
    """Write a layer with the wheels of `requirements.txt` for the target, in the folders of Chalice's layers.

    Raises CommandError if a requirement has no wheel for it.
    """
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        command = [*pip_command(target), "--target", str(folder), "-r", str(paths.ROOT / "requirements.txt")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip gave no reason"]
            message = f"There is no layer for {target.runtime} on {target.architecture}: {lines[-1]}"
            raise CommandError(message)
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as layer:
            for file in files:
                layer.write(file, f"python/lib/{target.runtime}/site-packages/{file.relative_to(folder)}")
    if wrong := foreign_binaries(archive, target):
        message = f"The layer has binaries for another Python or machine than {target.runtime}: {', '.join(wrong)}"
        raise CommandError(message)


def foreign_binaries(archive: Path, target: Target) -> list[str]:
    """Return the binaries of a layer that the target cannot load."""
    with zipfile.ZipFile(archive) as layer:
        binaries = {name: layer.read(name)[:20] for name in layer.namelist()}
    machine, tag = _ELF_MACHINES[target.architecture], target.version.replace(".", "")
    return [
        name
        for name, header in binaries.items()
        if header.startswith(_ELF)
        and (int.from_bytes(header[18:20], "little") != machine or {*_TAGGED.findall(name)} - {tag})
    ]


def pip_command(target: Target) -> list[str]:
    """Return the command that installs wheels for the target without running or compiling anything of them."""
    newest, machine = _OLDEST_GLIBC.get(target.version, _GLIBC), MACHINES[target.architecture]
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, _FIRST_GLIBC - 1, -1)]
    abi = f"cp{target.version.replace('.', '')}"
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--no-compile"]
    command += ["--no-deps", "--only-binary=:all:", "--python-version", target.version, "--implementation", "cp"]
    for name in (*platforms, f"manylinux2014_{machine}"):
        command += ["--platform", name]
    return [*command, "--abi", abi, "--abi", "abi3", "--abi", "none"]
