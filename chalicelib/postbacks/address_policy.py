"""Which network addresses a postback may go to: public ones only, whatever they are wrapped in."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_UNPRIVILEGED = 1024
_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")


def refused(address: str, port: int, *, loopback_allowed: bool) -> str | None:
    """Why no postback may go to this IP address and port, in a sentence's end; None where it may.

    With `loopback_allowed`, loopback addresses pass on ports above 1023. Raises `ValueError` for what is no address.
    """
    inner = _innermost(ip_address(address))
    if inner.is_loopback and loopback_allowed:
        return None if port >= _UNPRIVILEGED else f"{address} is a loopback address, and its port is below 1024"
    return None if _is_public(inner) else f"{address} is not a public address"


def _innermost(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one is only another spelling of, or leads to through a gateway."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Global unicast; Teredo's 2001::/32 is not, nor is a metadata service's link-local address."""
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast
