"""Who may send postbacks of a campaign."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from chalicelib.http.problems import Forbidden

_MAPPED = IPv6Network("::ffff:0:0/96")


class WrongToken(Forbidden):
    """The token is none of the campaign's."""


class WrongAddress(Forbidden):
    """The caller's address is not in the campaign's networks."""


@dataclass(frozen=True, slots=True)
class PostbackAccess:
    """A campaign's token, the one before it until its end in seconds since 1970, and its networks (none means any)."""

    token: str
    previous_token: str | None = None
    previous_token_until: int | None = None
    networks: Sequence[str] = ()

    def accepts_token(self, token: str, now: datetime) -> bool:
        """Return whether the token is valid. The comparisons take constant time."""
        is_current = _is_equal(token, self.token)
        is_previous = _is_equal(token, self.previous_token or "")
        return is_current or (is_previous and now.timestamp() < (self.previous_token_until or 0))

    def accepts_address(self, address: str) -> bool:
        """Return whether postbacks may come from the address. An IPv4 address mapped into IPv6 counts as IPv4."""
        if not self.networks:
            return True
        caller = _address(address)
        return caller is not None and any(caller in _network(network) for network in self.networks)


def check(access: PostbackAccess | None, token: str, address: str, now: datetime) -> None:
    """Raise `WrongToken` or `WrongAddress` if the postback is not permitted. A deleted campaign has no access."""
    if access is None or not access.accepts_token(token, now):
        message = "The token does not match the click's campaign."
        raise WrongToken(message)
    if not access.accepts_address(address):
        message = f"The address {address} is not in the campaign's postback_ips."
        raise WrongAddress(message)


def _is_equal(token: str, expected: str) -> bool:
    return hmac.compare_digest(token.encode(errors="replace"), expected.encode())


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _network(text: str) -> IPv4Network | IPv6Network:
    network = ip_network(text)
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        return IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))
    return network
