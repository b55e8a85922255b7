import pytest

from deploy import cloud
from deploy.errors import CommandError


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPLOY_BUCKET", "packages")
    monkeypatch.delenv("STACK", raising=False)


def test_account_is_that_of_the_credentials() -> None:
    found = cloud.account("prod")
    assert (found.endpoint, found.stage, found.stack, found.bucket) == (None, "prod", "smartlink-prod", "packages")


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566"),
        ("http://localhost:4566", "http://localhost:4566"),
        ("https://vpce-1.cloudformation.eu-west-1.vpce.amazonaws.com", None),
    ],
)
def test_endpoint_on_loopback_is_the_emulator(url: str, endpoint: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    assert cloud.account("trial").endpoint == endpoint


def test_stage_must_be_named() -> None:
    with pytest.raises(CommandError, match="STAGE is not set"):
        cloud.account("local")
