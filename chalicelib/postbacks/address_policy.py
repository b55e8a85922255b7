"""Policy for the IP addresses that postbacks may connect to: only public ones, in any notation."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_FIRST_UNPRIVILEGED_PORT = 1024
_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")


def address_error(address: str, port: int, *, loopback_allowed: bool) -> str | None:
    """Return why postbacks may not connect to this IP address and port, or None if they may.

    With `loopback_allowed`, loopback addresses are allowed on ports above 1023. Raise `ValueError` if `address` is
    not an IP address.
    """
    inner = _unwrap(ip_address(address))
    if inner.is_loopback and loopback_allowed:
        is_privileged = port < _FIRST_UNPRIVILEGED_PORT
        return f"{address} is a loopback address and the port is below 1024" if is_privileged else None
    return None if _is_public(inner) else f"{address} is not a public address"


def _unwrap(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address inside a NAT64, IPv4-mapped or 6to4 address; return any other address unchanged."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether the address is global unicast. Teredo (2001::/32) and link-local addresses are not."""
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast
