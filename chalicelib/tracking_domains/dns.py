"""Looks up where a host leads."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass

_HTTPS = 443


@dataclass(frozen=True, slots=True)
class Found:
    """What a lookup found: the name at the end of the aliases (CNAME), and the addresses."""

    name: str
    addresses: frozenset[str]


def leads_to(host: str, targets: Iterable[str]) -> bool | None:
    """Return whether the host leads to one of the targets: by alias, or to an address of one.

    Return None if that is unknown, because a lookup failed for the moment.
    """
    try:
        found, wanted = _look_up(host), [_look_up(target) for target in targets]
    except OSError:
        return None
    return found is not None and any(_is_same(found, each) for each in wanted if each)


def _is_same(found: Found, target: Found) -> bool:
    return found.name == target.name or not found.addresses.isdisjoint(target.addresses)


def _look_up(host: str) -> Found | None:
    """Return what the host leads to, None if it does not exist. Raise OSError if no answer was found."""
    try:
        answers = socket.getaddrinfo(host, _HTTPS, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
    except socket.gaierror as error:
        if error.errno in {socket.EAI_NONAME, socket.EAI_NODATA}:
            return None
        raise
    name = next((canonical for *_, canonical, _ in answers if canonical), host)
    return Found(name.rstrip(".").lower(), frozenset(str(address[0]) for *_, address in answers))
