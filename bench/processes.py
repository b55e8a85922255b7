"""Servers on loopback in child processes that end with their parent."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
_STOP_SECONDS = 10


@contextmanager
def run_server(module: str, configuration: Mapping[str, object]) -> Iterator[int]:
    """Run a module that reads a line of JSON, prints its port and serves until its input ends. Yield the port."""
    command = [sys.executable, "-m", module]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    assert process.stdin and process.stdout  # noqa: S101, PT018 - both are pipes
    try:
        process.stdin.write(json.dumps(configuration) + "\n")
        process.stdin.flush()
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
