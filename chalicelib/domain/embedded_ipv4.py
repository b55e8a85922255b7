"""IPv6 addresses that contain an IPv4 address: the visitor's own, behind a translation or a tunnel."""

from ipaddress import IPv4Address, IPv6Address

_MAY_CONTAIN_IPV4 = ("::", "0", "64:", "2001::", "2001:0", "2002:")
"""How the addresses that contain one begin, in any spelling. Others are not parsed: that takes 4 µs."""

_NAT64 = int(IPv6Address("64:ff9b::")) >> 32
"""The first 96 bits of an IPv4 address that a NAT64 gateway translates (RFC 6052)."""

_LOOPBACK = 1
_LAST_IPV4 = 0xFFFFFFFF


def address_to_look_up(text: str) -> IPv4Address | str:
    """Return the IPv4 address in an IPv6 address, or else the text without a zone. The text may be no address.

    An IPv4-compatible address (`::192.0.2.1`) stays: databases have IPv4 there.
    """
    address = text.partition("%")[0]
    if not address.startswith(_MAY_CONTAIN_IPV4):
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    return _own(parsed) or parsed.sixtofour or address


def visitors_ipv4(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address of one visitor; none for 6to4, which has a network of its own behind each."""
    return _own(address) or _compatible(address)


def _own(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address of a mapped, NAT64 or Teredo address; of the latter the client's."""
    teredo = address.teredo
    return address.ipv4_mapped or _translated(address) or (teredo[1] if teredo else None)


def _translated(address: IPv6Address) -> IPv4Address | None:
    value = int(address)
    return IPv4Address(value & _LAST_IPV4) if value >> 32 == _NAT64 else None


def _compatible(address: IPv6Address) -> IPv4Address | None:
    value = int(address)
    return IPv4Address(value) if _LOOPBACK < value <= _LAST_IPV4 else None
