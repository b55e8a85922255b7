import socket
from collections.abc import Mapping

import pytest

from chalicelib.tracking_domains.dns import leads_to

HOST, TARGET = "go.brand.example", "d-1.execute-api.us-east-1.amazonaws.com"
UNKNOWN_HOST, BUSY = socket.gaierror(socket.EAI_NONAME, "none"), socket.gaierror(socket.EAI_AGAIN, "busy")
Answer = tuple[str, list[str]] | socket.gaierror


def lead(monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, Answer]) -> bool | None:
    """Return the result with these answers of DNS: the final name and the addresses of each host, or an error."""

    def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        answer = answers[host]
        if isinstance(answer, socket.gaierror):
            raise answer
        name, addresses = answer
        # Only the first entry has the name.
        names = [name, *[""] * (len(addresses) - 1)]
        return [(None, None, 6, each, (address, port)) for each, address in zip(names, addresses, strict=True)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return leads_to(HOST, [TARGET])


@pytest.mark.parametrize(
    ("of_host", "of_target", "expected"),
    [
        pytest.param((f"{TARGET.upper()}.", ["192.0.2.1"]), (TARGET, ["192.0.2.2"]), True, id="alias"),
        pytest.param((HOST, ["192.0.2.9", "192.0.2.1"]), (TARGET, ["192.0.2.1"]), True, id="one address of it"),
        pytest.param((HOST, ["198.51.100.1"]), (TARGET, ["192.0.2.1"]), False, id="other addresses"),
        pytest.param(("", ["192.0.2.1"]), ("", ["198.51.100.1"]), False, id="no names"),
        pytest.param(UNKNOWN_HOST, (TARGET, ["192.0.2.1"]), False, id="no such host"),
        pytest.param((HOST, ["192.0.2.1"]), UNKNOWN_HOST, False, id="no such target"),
        pytest.param(BUSY, (TARGET, ["192.0.2.1"]), None, id="no answer for the host"),
        pytest.param((HOST, ["192.0.2.1"]), BUSY, None, id="no answer for the target"),
    ],
)
def test_host_leads_to_the_target_by_name_or_address(
    monkeypatch: pytest.MonkeyPatch, of_host: Answer, of_target: Answer, expected: bool | None
) -> None:
    assert lead(monkeypatch, {HOST: of_host, TARGET: of_target}) is expected
