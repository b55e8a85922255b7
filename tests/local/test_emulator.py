import os
import socket
from pathlib import Path

import pytest

from deploy.errors import CommandError
from local import emulator


@pytest.fixture
def pid_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "ministack.pid"
    monkeypatch.setattr(emulator, "_PID_FILE", path)
    return path


def test_a_port_in_use_ends_the_start_with_what_to_do(pid_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("SMARTLINK_PORT", str(port))
        with pytest.raises(CommandError) as stopped:
            emulator.start()
    assert str(stopped.value) == (
        f"port {port} is used by another program: stop that, or choose another with SMARTLINK_PORT={port + 1}"
    )
    assert not pid_file.exists()


def test_a_process_id_that_now_belongs_to_another_program_is_not_ours(pid_file: Path) -> None:
    pid_file.write_text(f"{os.getpid()} 4566")
    assert emulator.running() is None
    assert emulator.stop() is False


def test_an_unreadable_pid_file_means_nothing_runs(pid_file: Path) -> None:
    pid_file.write_text("")
    assert emulator.running() is None
