"""The scripted server and the clock of `tests/aws_json`."""

from tests.aws_json.conftest import clock, server

__all__ = ["clock", "server"]
