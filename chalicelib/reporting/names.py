"""Reads the names of smartlinks, campaigns and publishers. Deleted and archived ones keep their names.

A hundred IDs are one read; several reads run at once. Each function reads any number of IDs. Its caller limits them:
a report has at most 20,000 rows, a page of a CSV file at most 5 MB.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.reporting.parallel import in_batches
from chalicelib.tables import names
from chalicelib.tables.campaigns import CampaignRow

Named = TypeVar("Named")


@dataclass(frozen=True, slots=True)
class CampaignLabel:
    """The name of a campaign, and its advertiser; empty if it has none."""

    name: str
    advertiser: str


def smartlink_names(ids: Collection[str]) -> dict[str, str]:
    """Return the names of the smartlinks that exist, by ID."""
    return _read(ids, names.smartlink_names)


def campaign_names(ids: Collection[str]) -> dict[str, str]:
    """Return the names of the campaigns that exist, by ID."""
    return _read(ids, names.campaign_names)


def campaign_labels(ids: Collection[str]) -> dict[str, CampaignLabel]:
    """Return name and advertiser of the campaigns that exist, by ID."""
    return _read(ids, _campaign_labels)


def publisher_names(ids: Collection[str]) -> dict[str, str]:
    """Return the names of the publishers that exist, by ID."""
    return _read(ids, names.publisher_names)


def _read(ids: Collection[str], read: Callable[[Iterable[str]], Mapping[str, Named]]) -> dict[str, Named]:
    """Return what the IDs are called; empty IDs are left out."""
    return dict(in_batches(lambda some: read(some).items(), sorted(set(ids) - {""})))


def _campaign_labels(ids: Iterable[str]) -> dict[str, CampaignLabel]:
    rows = CampaignRow.batch_get(ids, attributes_to_get=["id", "settings"])
    return {row.id: CampaignLabel(row.settings["name"], row.settings.get("advertiser", "")) for row in rows}
