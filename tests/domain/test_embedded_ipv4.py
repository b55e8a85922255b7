from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.embedded_ipv4 import address_to_look_up, visitors_ipv4

GOOGLE = IPv4Address("8.8.8.8")
ADDRESSES_4 = st.ip_addresses(v=4)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("::ffff:8.8.8.8", id="mapped"),
        pytest.param("::ffff:808:808", id="mapped, in hexadecimal"),
        pytest.param("::FFFF:8.8.8.8", id="mapped, in capitals"),
        pytest.param("0:0:0:0:0:ffff:0808:0808", id="mapped, in full"),
        pytest.param("::ffff:8.8.8.8%eth0", id="mapped, with a zone"),
        pytest.param("64:ff9b::808:808", id="NAT64"),
        pytest.param("0064:FF9B::8.8.8.8", id="NAT64 with zeros and capitals"),
        pytest.param("2002:808:808::1", id="6to4"),
        pytest.param("2001:0:4136:e378:8000:63bf:f7f7:f7f7", id="Teredo: the client, not the server"),
        pytest.param("2001::63bf:f7f7:f7f7", id="Teredo without a server"),
        pytest.param("2001:0000:4136:e378:8000:63bf:f7f7:f7f7", id="Teredo with zeros"),
    ],
)
def test_ipv4_address_in_an_ipv6_address_is_looked_up(text: str) -> None:
    assert address_to_look_up(text) == GOOGLE


@pytest.mark.parametrize(
    ("text", "looked_up"),
    [
        pytest.param("8.8.8.8", "8.8.8.8", id="IPv4"),
        pytest.param("0.0.0.1", "0.0.0.1", id="IPv4 that begins like IPv6"),
        pytest.param("2001:268:c000::1", "2001:268:c000::1", id="IPv6"),
        pytest.param("2001:0268:c000::1", "2001:0268:c000::1", id="IPv6 that begins like Teredo"),
        pytest.param("::8.8.8.8", "::8.8.8.8", id="compatible: databases have IPv4 there"),
        pytest.param("64:ff9c::808:808", "64:ff9c::808:808", id="beside NAT64"),
        pytest.param("64:ff9b:1::808:808", "64:ff9b:1::808:808", id="local NAT64: the place differs"),
        pytest.param("fe80::1%eth0", "fe80::1", id="a zone"),
        pytest.param("::ffff:8.8.8", "::ffff:8.8.8", id="a broken address"),
        pytest.param("", "", id="nothing"),
        pytest.param("rubbish", "rubbish", id="rubbish"),
    ],
)
def test_other_addresses_are_looked_up_as_they_are(text: str, looked_up: str) -> None:
    assert address_to_look_up(text) == looked_up


@given(ADDRESSES_4)
def test_every_mapped_translated_and_tunnelled_address_is_found(address: IPv4Address) -> None:
    value = int(address)
    made = [
        IPv6Address((0xFFFF << 32) | value),
        IPv6Address((0x64FF9B << 96) | value),
        IPv6Address((0x2002 << 112) | (value << 80)),
        IPv6Address((0x20010000 << 96) | (value ^ 0xFFFFFFFF)),
    ]
    spellings = [text for each in made for text in (str(each), each.exploded, str(each).upper())]
    assert {address_to_look_up(text) for text in spellings} == {address}


def _nat64(address: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in IPv6Network("64:ff9b::/96") else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("::ffff:8.8.8.8", GOOGLE, id="mapped"),
        pytest.param("64:ff9b::808:808", GOOGLE, id="NAT64"),
        pytest.param("2001::63bf:f7f7:f7f7", GOOGLE, id="Teredo"),
        pytest.param("::8.8.8.8", GOOGLE, id="compatible"),
        pytest.param("::255.255.255.255", IPv4Address("255.255.255.255"), id="the last compatible one"),
        pytest.param("2002:808:808::1", None, id="6to4 has a network behind it"),
        pytest.param("2001:db8::1", None, id="IPv6"),
        pytest.param("::", None, id="no address"),
        pytest.param("::1", None, id="the host itself"),
    ],
)
def test_one_visitor_behind_a_translation_or_tunnel_has_an_ipv4_address(
    text: str, expected: IPv4Address | None
) -> None:
    assert visitors_ipv4(IPv6Address(text)) == expected


@given(st.ip_addresses(v=6))
def test_addresses_that_are_not_parsed_contain_no_ipv4_address(address: IPv6Address) -> None:
    contained = address.ipv4_mapped or _nat64(address) or address.sixtofour or (address.teredo or (None, None))[1]
    for text in (str(address), address.exploded):
        assert address_to_look_up(text) == (contained or text)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    address_to_look_up(text)
