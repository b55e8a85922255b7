import os
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.errors import CommandError
from local import emulator
from local.setup import fingerprint


@pytest.fixture
def pid_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "ministack.pid"
    monkeypatch.setattr(emulator, "_PID_FILE", path)
    return path


def test_start_fails_with_a_hint_if_the_port_is_in_use(pid_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        monkeypatch.setenv("SMARTLINK_PORT", str(port))
        with pytest.raises(CommandError) as error:
            emulator.start()
    assert str(error.value) == (
        f"Port {port} is used by another program. Stop it, or use another port with SMARTLINK_PORT={port + 1}."
    )
    assert not pid_file.exists()


def test_process_id_of_another_program_is_not_the_emulator(pid_file: Path) -> None:
    pid_file.write_text(f"{os.getpid()} 4566")
    assert emulator.running_pid() is None
    assert emulator.stop() is False


def test_unreadable_pid_file_means_that_the_emulator_is_not_running(pid_file: Path) -> None:
    pid_file.write_text("")
    assert emulator.running_pid() is None


@pytest.mark.parametrize(
    ("stored", "events"),
    [
        pytest.param("{pid} 4566 {version}", [], id="the same version"),
        pytest.param("{pid} 4566 older", ["stop", "spawn"], id="another version"),
        pytest.param("{pid} 4566", ["stop", "spawn"], id="an earlier release"),
    ],
)
def test_running_emulator_of_another_version_is_replaced(
    pid_file: Path, monkeypatch: pytest.MonkeyPatch, stored: str, events: list[str]
) -> None:
    version, happened, pid = fingerprint([*emulator._SOURCES]), list[str](), 123
    pid_file.write_text(stored.format(pid=pid, version=version))

    def stop() -> None:
        happened.append("stop")
        pid_file.unlink()

    def spawn() -> SimpleNamespace:
        happened.append("spawn")
        return SimpleNamespace(pid=456)

    monkeypatch.setenv("SMARTLINK_PORT", "4566")
    monkeypatch.setattr(emulator, "running_pid", lambda: pid if pid_file.exists() else None)
    monkeypatch.setattr(emulator, "stop", stop)
    monkeypatch.setattr(emulator, "_spawn", spawn)
    monkeypatch.setattr(emulator, "_port_is_taken", lambda: False)
    monkeypatch.setattr(emulator, "_wait_until_ready", lambda _: None)
    emulator.start()
    assert happened == events
    assert pid_file.read_text() == (f"456 4566 {version}" if events else f"123 4566 {version}")
