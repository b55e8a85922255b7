"""Reads the names of smartlinks, campaigns and publishers. Deleted and archived ones keep their names.

A hundred IDs are one read; several reads run at once. Each function reads any number of IDs. Its caller limits them:
a report has at most 20,000 rows, a page of a CSV file at most 5 MB.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from chalicelib.tables import names
from chalicelib.tables.campaigns import CampaignRow

_IDS_PER_READ = 100
_READERS = 8

Named = TypeVar("Named")


@dataclass(frozen=True, slots=True)
class CampaignLabel:
    """The name of a campaign, and its advertiser; empty if it has none."""

    name: str
    advertiser: str


def smartlink_names(ids: Collection[str]) -> dict[str, str]:
    """Return the names of the smartlinks that exist, by ID."""
    return dict(_read(ids, lambda some: list(names.smartlink_names(some).items())))


def campaign_names(ids: Collection[str]) -> dict[str, str]:
    """Return the names of the campaigns that exist, by ID."""
    return dict(_read(ids, lambda some: list(names.campaign_names(some).items())))


def campaign_labels(ids: Collection[str]) -> dict[str, CampaignLabel]:
    """Return name and advertiser of the campaigns that exist, by ID."""
    return dict(_read(ids, _campaigns))


def publisher_names(ids: Collection[str]) -> dict[str, str]:
    """Return the names of the publishers that exist, by ID."""
    return dict(_read(ids, lambda some: list(names.publisher_names(some).items())))


def _read(ids: Collection[str], read: Callable[[Sequence[str]], list[tuple[str, Named]]]) -> list[tuple[str, Named]]:
    """Return the pairs of all IDs; empty ones are left out."""
    known = sorted(set(ids) - {""})
    reads = [known[n : n + _IDS_PER_READ] for n in range(0, len(known), _IDS_PER_READ)]
    if len(reads) <= 1:
        return list(chain.from_iterable(map(read, reads)))
    with ThreadPoolExecutor(min(_READERS, len(reads))) as readers:
        return list(chain.from_iterable(readers.map(read, reads)))


def _campaigns(ids: Sequence[str]) -> list[tuple[str, CampaignLabel]]:
    rows = CampaignRow.batch_get(ids, attributes_to_get=["id", "settings"])
    return [(row.id, CampaignLabel(row.settings["name"], row.settings.get("advertiser", ""))) for row in rows]
