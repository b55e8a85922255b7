"""Reads the names of what conversions refer to: one batch per table. Deleted and archived ones keep their names."""

from collections.abc import Collection, Iterable

from chalicelib.domain.ids import is_smartlink_id
from chalicelib.reporting.lists.conversion_document import Names
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.publishers import PublisherRow
from chalicelib.tables.smartlinks import SmartlinkRow


def read_names(conversions: Collection[ConversionRow]) -> Names:
    """Return the names of the conversions' campaigns, smartlinks and publishers."""
    smartlink_ids = {row.route_id for row in conversions if is_smartlink_id(row.route_id)}
    return Names(
        campaigns=_names_of_settings(CampaignRow, {row.campaign_id for row in conversions}),
        smartlinks=_names_of_settings(SmartlinkRow, smartlink_ids),
        publishers=_publisher_names({row.publisher_id for row in conversions}),
    )


def _names_of_settings(model: type[CampaignRow] | type[SmartlinkRow], keys: Iterable[str]) -> dict[str, str]:
    return {row.id: row.settings["name"] for row in model.batch_get(sorted(keys), attributes_to_get=["id", "settings"])}


def _publisher_names(keys: Iterable[str]) -> dict[str, str]:
    return {row.id: row.name for row in PublisherRow.batch_get(sorted(keys), attributes_to_get=["id", "name"])}
