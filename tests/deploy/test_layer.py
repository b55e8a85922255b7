import subprocess
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy import layer, paths
from deploy.errors import CommandError
from deploy.target import Target

_ARM = Target("python3.13", "arm64")
_COMPILED = ("maxminddb", "pydantic_core", "ua-parser-rs")
"""The shipped requirements that have binaries."""


def _elf(machine: int) -> bytes:
    return b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little")


@pytest.mark.parametrize(
    ("name", "content", "foreign"),
    [
        pytest.param("python/a.cpython-313-aarch64-linux-gnu.so", _elf(183), False, id="of the target"),
        pytest.param("python/a.abi3.so", _elf(183), False, id="of every Python"),
        pytest.param("python/a.cpython-311-aarch64-linux-gnu.so", _elf(183), True, id="of another Python"),
        pytest.param("python/a.abi3.so", _elf(62), True, id="of another machine"),
        pytest.param("python/a.py", b"import b", False, id="no binary"),
    ],
)
def test_binary_that_the_target_cannot_load_is_found(name: str, content: bytes, foreign: bool, tmp_path: Path) -> None:
    archive = tmp_path / "layer.zip"
    with zipfile.ZipFile(archive, "w") as new:
        new.writestr(name, content)
    assert layer.foreign_binaries(archive, _ARM) == [name] * foreign


@pytest.mark.parametrize(
    ("version", "newest"), [pytest.param("3.11", 26, id="Amazon Linux 2"), pytest.param("3.13", 34, id="2023")]
)
def test_wheels_are_for_the_libc_of_the_runtime(version: str, newest: int) -> None:
    command = layer.pip_command(Target(f"python{version}", "arm64"))
    platforms = [command[place + 1] for place, word in enumerate(command) if word == "--platform"]
    assert (platforms[0], platforms[-2:]) == (
        f"manylinux_2_{newest}_aarch64",
        ["manylinux_2_17_aarch64", "manylinux2014_aarch64"],
    )


def test_layer_for_another_python_and_machine_has_only_binaries_of_these(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (paths.ROOT / "requirements.txt").read_text().splitlines()
    compiled = [line for line in lines if line.partition("==")[0] in _COMPILED]
    (tmp_path / "requirements.txt").write_text("\n".join(compiled))
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    archive = tmp_path / "layer.zip"
    try:
        layer.download(_ARM, archive)
    except CommandError as error:
        if "from versions: none" in str(error):
            pytest.skip("PyPI cannot be reached")
        raise
    names = [name for name in zipfile.ZipFile(archive).namelist() if name.endswith(".so")]
    prefix = "python/lib/python3.13/site-packages/"
    assert sorted(name.removeprefix(prefix) for name in names) == [
        "maxminddb/extension.cpython-313-aarch64-linux-gnu.so",
        "pydantic_core/_pydantic_core.cpython-313-aarch64-linux-gnu.so",
        "ua_parser_rs/ua_parser_rs.abi3.so",
    ]


def test_requirement_without_a_wheel_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    failed = SimpleNamespace(returncode=1, stderr="note\nERROR: No matching distribution found for a==1\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(CommandError, match=r"There is no layer for python3\.13 on arm64: ERROR: No matching .* a==1"):
        layer.download(_ARM, tmp_path / "layer.zip")


def test_layer_with_binaries_of_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def pip(command: list[str], **_options: object) -> SimpleNamespace:
        (Path(command[command.index("--target") + 1]) / "a.abi3.so").write_bytes(_elf(62))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", pip)
    with pytest.raises(CommandError, match=r"The layer has binaries for another .* than python3\.13: .*a\.abi3\.so"):
        layer.download(_ARM, tmp_path / "layer.zip")
