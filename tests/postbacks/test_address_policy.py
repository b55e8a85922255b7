import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.postbacks.address_policy import refused

PUBLIC = {
    "IPv4": "93.184.216.34",
    "IPv6": "2606:4700::1111",
    "mapped": "::ffff:93.184.216.34",
    "NAT64": "64:ff9b::5db8:d822",
    "6to4": "2002:5db8:d822::1",
}
INWARD = {
    "ten": "10.0.0.1",
    "one seven two": "172.16.0.1",
    "one nine two": "192.168.1.1",
    "loopback": "127.0.0.1",
    "any loopback": "127.255.0.9",
    "loopback of IPv6": "::1",
    "unspecified": "0.0.0.0",
    "unspecified of IPv6": "::",
    "link-local": "169.254.1.1",
    "metadata": "169.254.169.254",
    "metadata of IPv6": "fd00:ec2::254",
    "link-local of IPv6": "fe80::1",
    "link-local with its interface": "fe80::1%eth0",
    "unique local": "fc00::1",
    "site-local": "fec0::1",
    "carrier's": "100.64.0.1",
    "documentation": "203.0.113.7",
    "benchmark": "198.18.0.1",
    "multicast": "224.0.0.1",
    "public multicast": "232.1.1.1",
    "multicast of IPv6": "ff0e::1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "documentation of IPv6": "2001:db8::1",
    "mapped": "::ffff:10.0.0.1",
    "mapped metadata": "::ffff:169.254.169.254",
    "compatible": "::7f00:1",
    "NAT64 of ten": "64:ff9b::a00:1",
    "NAT64 of metadata": "64:ff9b::a9fe:a9fe",
    "local NAT64": "64:ff9b:1::1",
    "6to4 of ten": "2002:a00:1::1",
    "6to4 of loopback": "2002:7f00:1::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "discard": "100::1",
}


@pytest.mark.parametrize("address", PUBLIC.values(), ids=PUBLIC)
def test_a_public_address_may_be_called(address: str) -> None:
    assert refused(address, 443, loopback_allowed=False) is None
    assert refused(address, 80, loopback_allowed=True) is None


@pytest.mark.parametrize("address", INWARD.values(), ids=INWARD)
def test_any_other_address_is_refused_by_name(address: str) -> None:
    assert refused(address, 8080, loopback_allowed=False) == f"{address} is not a public address"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_loopback_may_be_allowed_on_ports_above_1023_alone(address: str) -> None:
    assert refused(address, 1024, loopback_allowed=True) is None
    assert (
        refused(address, 1023, loopback_allowed=True) == f"{address} is a loopback address, and its port is below 1024"
    )


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "0.0.0.0", "fe80::1", "2002:a00:1::1"])
def test_loopback_alone_is_what_is_allowed(address: str) -> None:
    assert refused(address, 8080, loopback_allowed=True) == f"{address} is not a public address"


def test_what_is_no_address_is_not_judged() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        refused("pub.example", 443, loopback_allowed=False)


@given(st.ip_addresses(network="10.0.0.0/8"), st.sampled_from(["{}", "::ffff:{}", "64:ff9b::{}"]))
def test_no_spelling_makes_a_private_address_public(address: object, spelling: str) -> None:
    assert refused(spelling.format(address), 443, loopback_allowed=True) is not None
