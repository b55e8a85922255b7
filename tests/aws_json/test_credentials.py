"""Credentials from the environment, or else from botocore; both must agree."""

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.session import Session

from chalicelib import settings
from chalicelib.aws_json import credentials, transport
from chalicelib.aws_json.sigv4 import Credentials
from chalicelib.dynamodb import client
from chalicelib.dynamodb.errors import OutcomeUnknown
from tests.aws_json.server import Server

VARIABLES = (
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    *("AWS_CREDENTIAL_EXPIRATION", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_WEB_IDENTITY_TOKEN_FILE"),
)
KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}
PROFILES = """
[default]
aws_access_key_id = of-default
aws_secret_access_key = default-secret
[other]
aws_access_key_id = of-other
aws_secret_access_key = other-secret
aws_session_token = other-token
"""

Environment = Callable[[Mapping[str, str]], None]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Environment]:
    """Return a function that sets the variables, and no credentials of this machine."""

    def set_variables(variables: Mapping[str, str]) -> None:
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        files = {"AWS_SHARED_CREDENTIALS_FILE": "credentials", "AWS_CONFIG_FILE": "config"}
        for name, file in files.items():
            monkeypatch.setenv(name, str(tmp_path / file))
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("HOME", str(tmp_path))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        transport.reset()

    yield set_variables
    transport.reset()


def botocore_credentials() -> Credentials | None:
    credentials = Session().get_credentials()
    frozen = credentials.get_frozen_credentials() if credentials else None
    return Credentials(frozen.access_key or "", frozen.secret_key or "", frozen.token or None) if frozen else None


ENVIRONMENTS: dict[str, tuple[Mapping[str, str], Credentials | None, bool]] = {
    "keys": (KEYS, Credentials("AKID", "secret"), True),
    "keys and token": ({**KEYS, "AWS_SESSION_TOKEN": "t"}, Credentials("AKID", "secret", "t"), True),
    "keys and token under its old name": (
        {**KEYS, "AWS_SECURITY_TOKEN": "t"},
        Credentials("AKID", "secret", "t"),
        True,
    ),
    "keys and a token under each name": (
        {**KEYS, "AWS_SESSION_TOKEN": "new", "AWS_SECURITY_TOKEN": "old"},
        Credentials("AKID", "secret", "old"),
        True,
    ),
    "keys and an empty token": ({**KEYS, "AWS_SESSION_TOKEN": ""}, Credentials("AKID", "secret"), True),
    "keys that expire": (
        {**KEYS, "AWS_SESSION_TOKEN": "t", "AWS_CREDENTIAL_EXPIRATION": "2999-01-01T00:00:00Z"},
        Credentials("AKID", "secret", "t"),
        False,
    ),
    "a profile": ({}, Credentials("of-default", "default-secret"), False),
    "another profile": ({"AWS_PROFILE": "other"}, Credentials("of-other", "other-secret", "other-token"), False),
    "keys take precedence over a profile": ({**KEYS, "AWS_PROFILE": "other"}, Credentials("AKID", "secret"), True),
    "a token without keys": ({"AWS_SESSION_TOKEN": "t"}, Credentials("of-default", "default-secret"), False),
    "empty keys": (dict.fromkeys(KEYS, ""), Credentials("of-default", "default-secret"), False),
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_credentials_are_those_of_the_sdk(environment: Environment, tmp_path: Path, name: str) -> None:
    variables, expected, is_from_environment = ENVIRONMENTS[name]
    (tmp_path / "credentials").write_text(PROFILES)
    environment(variables)
    assert credentials.provider()() == expected == botocore_credentials()
    assert (settings.environment_credentials() is not None) is is_from_environment


def test_request_without_credentials_is_not_sent(environment: Environment, server: Server) -> None:
    environment({})
    assert botocore_credentials() is None
    with pytest.raises(OutcomeUnknown, match="no AWS credentials were found"):
        client.call("GetItem", {})
    assert server.accepted == 0


def test_request_with_partial_credentials_is_not_sent(environment: Environment, server: Server) -> None:
    environment({"AWS_ACCESS_KEY_ID": "AKID"})
    with pytest.raises(OutcomeUnknown, match=r"[Pp]artial credentials"):
        client.call("GetItem", {})
    assert server.accepted == 0


def test_request_with_expired_credentials_is_not_sent(environment: Environment, server: Server) -> None:
    environment({**KEYS, "AWS_CREDENTIAL_EXPIRATION": "2001-01-01T00:00:00Z"})
    with pytest.raises(OutcomeUnknown, match="expired"):
        client.call("GetItem", {})
    assert server.accepted == 0


def test_credentials_added_later_are_found(environment: Environment, server: Server, tmp_path: Path) -> None:
    environment({})
    with pytest.raises(OutcomeUnknown):
        client.call("GetItem", {})
    (tmp_path / "credentials").write_text(PROFILES)
    assert client.call("GetItem", {}) == {}
    assert "Credential=of-default/" in server.requests[0].headers["authorization"]


# Renewal


PROGRAM = """
import json, pathlib, sys
file = pathlib.Path(sys.argv[1])
count = int(file.read_text()) + 1
if count > int(sys.argv[3]):
    sys.exit(1)
file.write_text(str(count))
print(json.dumps({"Version": 1, "AccessKeyId": f"key-{count}", "SecretAccessKey": "s", "SessionToken": f"token-{count}",
                  "Expiration": sys.argv[2]}))
"""


def a_credential_process(folder: Path, expiration: str, times: int = 9) -> None:
    """Configure a program that returns new credentials the first `times` times it is run."""
    (folder / "credentials.py").write_text(PROGRAM)
    (folder / "count").write_text("0")
    command = f"{sys.executable} {folder / 'credentials.py'} {folder / 'count'} {expiration} {times}"
    (folder / "config").write_text(f"[default]\ncredential_process = {command}\n")


def signers(server: Server) -> list[tuple[str, str]]:
    headers = [request.headers for request in server.requests]
    keys = [each["authorization"].partition("Credential=")[2].partition("/")[0] for each in headers]
    return list(zip(keys, (each["x-amz-security-token"] for each in headers), strict=True))


def test_valid_credentials_are_fetched_once(environment: Environment, server: Server, tmp_path: Path) -> None:
    a_credential_process(tmp_path, "2999-01-01T00:00:00Z")
    environment({})
    for _ in range(3):
        client.call("GetItem", {})
    assert signers(server) == [("key-1", "token-1")] * 3


def soon() -> str:
    return f"{datetime.now(UTC) + timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"


def test_request_is_not_sent_if_credentials_cannot_be_renewed(
    environment: Environment, server: Server, tmp_path: Path
) -> None:
    a_credential_process(tmp_path, soon(), times=2)
    environment({})
    client.call("GetItem", {})
    with pytest.raises(OutcomeUnknown, match=r"[Ee]rror when retrieving credentials"):
        client.call("GetItem", {})
    assert signers(server) == [("key-2", "token-2")]


def test_credentials_close_to_expiry_are_renewed_for_each_request(
    environment: Environment, server: Server, tmp_path: Path
) -> None:
    a_credential_process(tmp_path, soon())
    environment({})
    for _ in range(3):
        client.call("GetItem", {})
    # The first key is never used: it is already close to expiry when it is found.
    assert signers(server) == [("key-2", "token-2"), ("key-3", "token-3"), ("key-4", "token-4")]


def test_request_is_not_sent_if_the_credential_process_fails(
    environment: Environment, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(f"[default]\ncredential_process = {sys.executable} -c exit(1)\n")
    environment({})
    with pytest.raises(OutcomeUnknown, match=r"[Ee]rror when retrieving credentials"):
        client.call("GetItem", {})
    assert server.accepted == 0
