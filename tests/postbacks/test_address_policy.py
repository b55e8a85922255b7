import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.postbacks.address_policy import address_error

PUBLIC = {
    "IPv4": "93.184.216.34",
    "IPv6": "2606:4700::1111",
    "mapped": "::ffff:93.184.216.34",
    "NAT64": "64:ff9b::5db8:d822",
    "6to4": "2002:5db8:d822::1",
}
NOT_PUBLIC = {
    "10.0.0.0/8": "10.0.0.1",
    "172.16.0.0/12": "172.16.0.1",
    "192.168.0.0/16": "192.168.1.1",
    "loopback": "127.0.0.1",
    "loopback, last octets": "127.255.0.9",
    "loopback of IPv6": "::1",
    "unspecified": "0.0.0.0",
    "unspecified of IPv6": "::",
    "link-local": "169.254.1.1",
    "metadata": "169.254.169.254",
    "metadata of IPv6": "fd00:ec2::254",
    "link-local of IPv6": "fe80::1",
    "link-local with interface": "fe80::1%eth0",
    "unique local": "fc00::1",
    "site-local": "fec0::1",
    "carrier-grade NAT": "100.64.0.1",
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
    "IPv4-compatible": "::7f00:1",
    "NAT64 of 10.0.0.1": "64:ff9b::a00:1",
    "NAT64 of metadata": "64:ff9b::a9fe:a9fe",
    "local NAT64": "64:ff9b:1::1",
    "6to4 of 10.0.0.1": "2002:a00:1::1",
    "6to4 of loopback": "2002:7f00:1::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "discard": "100::1",
}


@pytest.mark.parametrize("address", PUBLIC.values(), ids=PUBLIC)
def test_public_address_is_allowed(address: str) -> None:
    assert address_error(address, 443, loopback_allowed=False) is None
    assert address_error(address, 80, loopback_allowed=True) is None


@pytest.mark.parametrize("address", NOT_PUBLIC.values(), ids=NOT_PUBLIC)
def test_other_address_is_refused_with_its_name(address: str) -> None:
    assert address_error(address, 8080, loopback_allowed=False) == f"{address} is not a public address"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_allowed_loopback_needs_a_port_above_1023(address: str) -> None:
    assert address_error(address, 1024, loopback_allowed=True) is None
    assert (
        address_error(address, 1023, loopback_allowed=True)
        == f"{address} is a loopback address and the port is below 1024"
    )


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "0.0.0.0", "fe80::1", "2002:a00:1::1"])
def test_allowed_loopback_allows_no_other_address(address: str) -> None:
    assert address_error(address, 8080, loopback_allowed=True) == f"{address} is not a public address"


def test_text_that_is_no_address_raises() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        address_error("pub.example", 443, loopback_allowed=False)


@given(st.ip_addresses(network="10.0.0.0/8"), st.sampled_from(["{}", "::ffff:{}", "64:ff9b::{}"]))
def test_no_notation_makes_a_private_address_public(address: object, notation: str) -> None:
    assert address_error(notation.format(address), 443, loopback_allowed=True) is not None
