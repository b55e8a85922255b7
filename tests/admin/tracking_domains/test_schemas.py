import pytest

from chalicelib.admin.tracking_domains.schemas import NewDomain
from chalicelib.http.models import validate
from chalicelib.http.problems import ValidationFailed


def test_host_of_a_new_domain_is_normalized() -> None:
    assert validate(NewDomain, {"host": "Go.Network.Example"}).host == "go.network.example"


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, [("/host", "is required")]),
        ({"host": ""}, [("/host", "must not be empty")]),
        ({"host": "a" * 254}, [("/host", "must have at most 253 characters")]),
        ({"host": 3}, [("/host", "must be a string")]),
    ],
)
def test_host_is_a_text(sent: dict[str, object], errors: list[tuple[str, str]]) -> None:
    with pytest.raises(ValidationFailed) as raised:
        validate(NewDomain, sent)
    assert list(raised.value.errors) == errors
