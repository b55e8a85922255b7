"""Reads the inputs of warnings besides the smartlink: time, exchange rates, and the databases of networks."""

from datetime import datetime

from chalicelib.admin.smartlinks.contradictions import KnownNetworks
from chalicelib.admin.smartlinks.warnings import Surroundings
from chalicelib.exchange.rate_reader import rates_at
from chalicelib.routing.geoip import hosting_networks, known_connections


def surroundings(now: datetime) -> Surroundings:
    """Return the surroundings of a smartlink at `now`. Exchange rates are read when a warning needs them."""
    hosting = frozenset(f"as{number}" for number in hosting_networks())
    return Surroundings(now, rates_at(now), KnownNetworks(known_connections(), hosting))
