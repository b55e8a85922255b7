"""Known addresses of large carriers: a check of the country database. The free one of before had Asia in Australia."""

import csv
from pathlib import Path

import maxminddb

from chalicelib.routing import geo_records
from deploy.errors import CommandError

_FILE = Path(__file__).with_suffix(".csv")
_LISTED = 5


def check(database: Path, *, is_own: bool) -> None:
    """Raise CommandError if an address has another country. A database of the customer's is only warned about."""
    wrong = wrong_addresses(database)
    if not wrong:
        return
    listed = "; ".join([*wrong[:_LISTED], *(["…"] if wrong[_LISTED:] else [])])
    message = f"{len(wrong)} of {len(_known())} known addresses of carriers have another country: {listed}."
    if not is_own:
        fix = "Delete vendor/country.mmdb and try again, or pin another version in deploy/databases/free.py."
        message = f"{message} {fix}"
        raise CommandError(message)
    print(f"warning: {message} This is your database: check that it is whole and current.")


def wrong_addresses(database: Path) -> list[str]:
    """Return the known addresses with another country than their carrier's, with both."""
    with maxminddb.open_database(database) as reader:
        found = [(row, _country(reader, row["address"])) for row in _known()]
    return [
        f"{row['address']} ({row['carrier']}) is {country or 'unknown'}, not {row['country']}"
        for row, country in found
        if country != row["country"]
    ]


def _known() -> list[dict[str, str]]:
    with _FILE.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _country(reader: maxminddb.Reader, address: str) -> str | None:
    try:
        record = reader.get(address)
    except ValueError:  # IPv6 in a database of IPv4
        return None
    return geo_records.country(record) if isinstance(record, dict) else None
