from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.caps.duplicate_filter import ClickOrigin, DuplicateMarker, duplicate_marker
from chalicelib.domain.campaign import Campaign, DuplicateFilter, DuplicateIdentity
from chalicelib.domain.click import TrackingParameters
from tests.builders import NOW, a_campaign, a_visitor

KEY = b"a secret of the deployment"
IP_UA, IP, SUB1, EXTERNAL_CLICK_ID = DuplicateIdentity


def _filtered(identity: DuplicateIdentity = IP_UA, campaign_id: str = "cmp_1") -> Campaign:
    return a_campaign(campaign_id, duplicate_filter=DuplicateFilter(identity, 3600))


def _origin(
    publisher_id: str = "pub_1", sub1: str = "", external_click_id: str | None = None, **who: str
) -> ClickOrigin:
    parameters = TrackingParameters({"sub1": sub1, "sub2": "x"} if sub1 else {}, external_click_id=external_click_id)
    return ClickOrigin(a_visitor(**who), publisher_id, parameters)


def _key(campaign: Campaign, origin: ClickOrigin, hash_key: bytes = KEY) -> str | None:
    marker = duplicate_marker(campaign, origin, NOW, hash_key)
    return marker.key if marker else None


def _same(identity: DuplicateIdentity, one: ClickOrigin, other: ClickOrigin) -> bool:
    keys = [_key(_filtered(identity), each) for each in (one, other)]
    assert None not in keys
    return keys[0] == keys[1]


def test_campaign_without_a_filter_has_no_marker() -> None:
    assert duplicate_marker(a_campaign(), _origin(), NOW, KEY) is None


def test_marker_contains_campaign_and_identity_and_expires_with_the_window() -> None:
    assert duplicate_marker(_filtered(), _origin(), NOW, KEY) == DuplicateMarker(
        key="cmp_1|ip_ua|0ea9d318396198deec1a5087052d7017",
        expires_at=1_793_795_400 + 3600,
    )


def test_campaigns_have_separate_markers() -> None:
    assert _key(_filtered(), _origin()) != _key(_filtered(campaign_id="cmp_2"), _origin())


# What is compared


@pytest.mark.parametrize(
    ("identity", "other", "is_same"),
    [
        pytest.param(IP_UA, _origin(), True, id="ip_ua: the same"),
        pytest.param(IP_UA, _origin("pub_2", "b", "2"), True, id="ip_ua: another publisher and other labels"),
        pytest.param(IP_UA, _origin(country="GB", language="de"), True, id="ip_ua: another place and language"),
        pytest.param(IP_UA, _origin(address="203.0.113.8"), False, id="ip_ua: another address"),
        pytest.param(IP_UA, _origin(user_agent="curl/8.7.1"), False, id="ip_ua: another user agent"),
        pytest.param(
            IP_UA,
            _origin(address="203.0.113.7\nMozilla/5.0 (iPhone)", user_agent=""),
            False,
            id="ip_ua: all in the address",
        ),
        pytest.param(IP, _origin("pub_2", "b", "2", user_agent="curl/8.7.1"), True, id="ip: another user agent"),
        pytest.param(IP, _origin(address="203.0.113.8"), False, id="ip: another address"),
        pytest.param(SUB1, _origin(sub1="a", external_click_id="2", address="192.0.2.1"), True, id="sub1: the same"),
        pytest.param(SUB1, _origin(sub1="A"), False, id="sub1: in capitals"),
        pytest.param(SUB1, _origin("pub_2", sub1="a"), False, id="sub1: of another publisher"),
        pytest.param(
            EXTERNAL_CLICK_ID,
            _origin(sub1="b", external_click_id="1", address="192.0.2.1"),
            True,
            id="external_click_id: the same",
        ),
        pytest.param(EXTERNAL_CLICK_ID, _origin(external_click_id="2"), False, id="external_click_id: another"),
        pytest.param(
            EXTERNAL_CLICK_ID,
            _origin("pub_2", external_click_id="1"),
            False,
            id="external_click_id: of another publisher",
        ),
    ],
)
def test_clicks_are_those_of_one_visitor_if_the_compared_value_is_equal(
    identity: DuplicateIdentity, other: ClickOrigin, is_same: bool
) -> None:
    assert _same(identity, _origin(sub1="a", external_click_id="1"), other) is is_same


@pytest.mark.parametrize(
    ("identity", "origin"),
    [
        pytest.param(SUB1, _origin(external_click_id="1"), id="sub1"),
        pytest.param(EXTERNAL_CLICK_ID, _origin(sub1="a"), id="external_click_id"),
        pytest.param(EXTERNAL_CLICK_ID, _origin(external_click_id=""), id="an empty external_click_id"),
        pytest.param(IP, _origin(address=""), id="ip"),
        pytest.param(IP_UA, _origin(address=""), id="ip_ua"),
    ],
)
def test_click_without_the_compared_value_has_no_marker(identity: DuplicateIdentity, origin: ClickOrigin) -> None:
    assert _key(_filtered(identity), origin) is None


def test_long_external_click_ids_are_compared_to_the_last_character() -> None:
    one = _origin(external_click_id="x" * 999 + "1")
    assert _same(EXTERNAL_CLICK_ID, one, replace(one))
    assert not _same(EXTERNAL_CLICK_ID, one, _origin(external_click_id="x" * 999 + "2"))


# Addresses


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True, id="ends of a /64"),
        pytest.param("2001:db8:1:2::1", "2001:db8:1:3::1", False, id="neighbouring /64"),
        pytest.param("2001:db8:1:2::1", "2001:0DB8:0001:0002::1", True, id="two spellings of one address"),
        pytest.param("fe80::1%eth0", "fe80::2%eth1", True, id="with a zone"),
        pytest.param("::ffff:203.0.113.7", "203.0.113.7", True, id="IPv4 mapped into IPv6"),
        pytest.param("::ffff:cb00:7107", "203.0.113.7", True, id="IPv4 mapped into IPv6, in hexadecimal"),
        pytest.param("::ffff:203.0.113.7", "::ffff:203.0.113.8", False, id="two mapped IPv4 addresses"),
        pytest.param("64:ff9b::c633:6401", "64:ff9b::c633:6402", False, id="two visitors behind NAT64"),
        pytest.param("64:ff9b::c633:6401", "198.51.100.1", True, id="NAT64 and IPv4"),
        pytest.param("::192.0.2.1", "::192.0.2.2", False, id="two compatible addresses"),
        pytest.param("::192.0.2.1", "192.0.2.1", True, id="a compatible address and IPv4"),
        pytest.param("2001:0:4136:e378::f7f7:f7f7", "2001:0:4136:e378::f7f7:f7f8", False, id="one Teredo server"),
        pytest.param("2001:0:4136:e378::f7f7:f7f7", "2001:0:4136:e379::f7f7:f7f7", True, id="two Teredo servers"),
        pytest.param("2002:c000:201:1::1", "2002:c000:201:1::2", True, id="a /64 of 6to4"),
        pytest.param("2002:c000:201:1::1", "2002:c000:201:2::1", False, id="two /64 of 6to4"),
        pytest.param("::1", "::2", False, id="the host itself"),
        pytest.param("203.0.113.7", "203.0.113.8", False, id="neighbouring IPv4 addresses"),
        pytest.param("2001:db8::1:4711", "2001:db8::1:4712", True, id="address that ends like a port"),
        pytest.param("2001:db8:::1", "2001:db8:::2", False, id="text with colons that is no address"),
        pytest.param("unix:", "unix:", True, id="the same text that is no address"),
        pytest.param("testing", "tested", False, id="text that is no address"),
    ],
)
@pytest.mark.parametrize("identity", [IP_UA, IP])
def test_ipv4_is_compared_whole_and_ipv6_by_its_network_of_64_bits(
    identity: DuplicateIdentity, one: str, other: str, is_same: bool
) -> None:
    assert _same(identity, _origin(address=one), _origin(address=other)) is is_same


_v6 = st.integers(0x2600 << 112, 2**128 - 1)
"""IPv6 addresses that contain no IPv4 address."""


@given(_v6, _v6)
def test_ipv6_visitors_are_the_same_exactly_if_64_bits_are(one: int, other: int) -> None:
    for neighbour in (other, one >> 64 << 64 | other % 2**64):
        origins = [_origin(address=str(IPv6Address(number))) for number in (one, neighbour)]
        assert _same(IP, *origins) is (one >> 64 == neighbour >> 64)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_ipv4_visitors_are_the_same_exactly_if_all_bits_are_mapped_or_not(one: int, other: int) -> None:
    mapped = _origin(address=f"::ffff:{IPv4Address(other)}")
    assert _same(IP, _origin(address=str(IPv4Address(one))), mapped) is (one == other)


# The hash


def test_another_key_gives_another_hash() -> None:
    keys = {_key(_filtered(), _origin(), hash_key) for hash_key in (b"", KEY, b"k" * 64)}
    assert len(keys) == 3


@given(st.text(), st.text(min_size=1), st.binary(max_size=64))
def test_any_text_is_stored_only_as_a_hash(user_agent: str, label: str, hash_key: bytes) -> None:
    for identity in DuplicateIdentity:
        origin = _origin("pub_1", label, label, user_agent=user_agent)
        campaign, kind, digest = str(_key(_filtered(identity), origin, hash_key)).split("|")
        assert (campaign, kind, len(bytes.fromhex(digest))) == ("cmp_1", identity, 16)
