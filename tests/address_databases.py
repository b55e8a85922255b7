"""Small databases of addresses for tests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

GERMANY = {"country": {"iso_code": "DE"}}
BERLIN = {**GERMANY, "subdivisions": [{"iso_code": "BE"}], "city": {"names": {"en": "Berlin"}}}
TELEKOM = {"autonomous_system_number": 3320, "autonomous_system_organization": "Deutsche Telekom AG"}
NETWORKS = ("203.0.113.0/25", "2001:db8::/33")


def write_database(
    path: Path, kind: str, records: Mapping[str, Any], ip_version: int = 6, description: str = "of a test"
) -> Path:
    """Write a database with a record for each network."""
    writer = MMDBWriter(ip_version, kind, ["en"], description, ipv4_compatible=ip_version == 6)
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


def of_networks(record: Any) -> dict[str, Any]:
    """Return one record for the networks of the tests."""
    return dict.fromkeys(NETWORKS, record)
