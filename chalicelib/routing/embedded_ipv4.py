"""The address to look up: an IPv6 address that contains an IPv4 address has the country of that one."""

from ipaddress import IPv4Address, IPv6Address

_MAY_CONTAIN_IPV4 = ("::", "0", "64:", "2001::", "2001:0", "2002:")
"""How the addresses that contain one begin, in any spelling. Others are not parsed: that takes 4 µs."""

_NAT64 = int(IPv6Address("64:ff9b::")) >> 32
"""The first 96 bits of an IPv4 address that a NAT64 gateway translates (RFC 6052)."""


def address_to_look_up(text: str) -> IPv4Address | str:
    """Return the IPv4 address in an IPv6 address, or else the text without a zone. The text may be no address."""
    address = text.partition("%")[0]
    if not address.startswith(_MAY_CONTAIN_IPV4):
        return address
    try:
        return _contained(IPv6Address(address)) or address
    except ValueError:
        return address


def _contained(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address of a mapped, NAT64, 6to4 or Teredo address; of the latter the client's."""
    teredo = address.teredo
    return address.ipv4_mapped or _translated(address) or address.sixtofour or (teredo[1] if teredo else None)


def _translated(address: IPv6Address) -> IPv4Address | None:
    value = int(address)
    return IPv4Address(value & 0xFFFFFFFF) if value >> 32 == _NAT64 else None
