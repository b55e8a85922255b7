from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.conversions.authorization import PostbackAccess, WrongAddress, WrongToken, check
from tests.builders import NOW

UNTIL = int((NOW + timedelta(days=7)).timestamp())
ROTATED = PostbackAccess("new", "old", UNTIL)


@pytest.mark.parametrize(
    ("token", "now", "is_accepted"),
    [
        pytest.param("new", NOW, True, id="the current token"),
        pytest.param("old", NOW, True, id="the previous token"),
        pytest.param("old", NOW + timedelta(days=7, seconds=-1), True, id="the previous token before its end"),
        pytest.param("old", NOW + timedelta(days=7), False, id="the previous token at its end"),
        pytest.param("new", NOW + timedelta(days=8), True, id="the current token later"),
        pytest.param("neW", NOW, False, id="another letter"),
        pytest.param("", NOW, False, id="none"),
        pytest.param("ü", NOW, False, id="beyond ASCII"),
        pytest.param("\ud800", NOW, False, id="invalid Unicode"),
    ],
)
def test_current_and_previous_token_are_accepted(token: str, now: datetime, is_accepted: bool) -> None:
    assert ROTATED.accepts_token(token, now) is is_accepted


def test_empty_token_is_not_the_missing_previous_one() -> None:
    assert not PostbackAccess("new").accepts_token("", NOW)


@pytest.mark.parametrize(
    ("networks", "address", "is_accepted"),
    [
        pytest.param([], "203.0.113.7", True, id="no list"),
        pytest.param([], "", True, id="no list and no address"),
        pytest.param(["203.0.113.0/24"], "203.0.113.7", True, id="inside"),
        pytest.param(["203.0.113.0/24"], "203.0.114.7", False, id="outside"),
        pytest.param(["198.51.100.7/32", "203.0.113.7/32"], "203.0.113.7", True, id="the second of two"),
        pytest.param(["2001:db8::/32"], "2001:db8::7", True, id="IPv6"),
        pytest.param(["2001:db8::/32"], "203.0.113.7", False, id="IPv4 in IPv6"),
        pytest.param(["203.0.113.0/24"], "2001:db8::7", False, id="IPv6 in IPv4"),
        pytest.param(["203.0.113.0/24"], "::ffff:203.0.113.7", True, id="a mapped address"),
        pytest.param(["::ffff:203.0.113.0/120"], "203.0.113.7", True, id="a mapped network"),
        pytest.param(["::ffff:203.0.113.0/120"], "::ffff:203.0.113.7", True, id="both mapped"),
        pytest.param(["::ffff:203.0.113.0/120"], "203.0.114.7", False, id="outside a mapped network"),
        pytest.param(["203.0.113.0/24"], "", False, id="no address"),
        pytest.param(["203.0.113.0/24"], "localhost", False, id="a name"),
    ],
)
def test_address_must_be_in_a_network(networks: list[str], address: str, is_accepted: bool) -> None:
    assert PostbackAccess("new", networks=networks).accepts_address(address) is is_accepted


def _check(**changes: Any) -> None:
    call = {"access": PostbackAccess("t", networks=["203.0.113.7/32"]), "token": "t", "address": "203.0.113.7"}
    check(**{**call, "now": NOW, **changes})


def test_token_and_address_permit_the_postback() -> None:
    _check()


@pytest.mark.parametrize("changes", [{"token": "x"}, {"access": None}, {"token": "x", "address": "192.0.2.1"}])
def test_wrong_token_is_forbidden_whatever_the_address(changes: dict[str, Any]) -> None:
    with pytest.raises(WrongToken, match="does not match the click"):
        _check(**changes)


def test_wrong_address_is_forbidden_and_named() -> None:
    with pytest.raises(WrongAddress, match=r"192\.0\.2\.1 is not in the campaign"):
        _check(address="192.0.2.1")
