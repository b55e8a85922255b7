"""Reads the names of smartlinks, campaigns, publishers and users. Settings are read for rows without a name only."""

from collections.abc import Iterable
from typing import Any

from chalicelib.domain.user import FIRST_USER
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.publishers import PublisherRow
from chalicelib.tables.smartlinks import SmartlinkRow
from chalicelib.tables.users import NETWORK, UserRow


def smartlink_names(ids: Iterable[str]) -> dict[str, str]:
    """Return the names of the smartlinks that exist, by ID. Deleted ones keep theirs."""
    return _names(SmartlinkRow, set(ids))


def campaign_names(ids: Iterable[str]) -> dict[str, str]:
    """Return the names of the campaigns that exist, by ID."""
    return _names(CampaignRow, set(ids))


def publisher_names(ids: Iterable[str]) -> dict[str, str]:
    """Return the names of the publishers that exist, by ID."""
    return {row.id: row.name for row in PublisherRow.batch_get(sorted(set(ids)), attributes_to_get=["id", "name"])}


def user_names(ids: Iterable[str]) -> dict[str, str]:
    """Return the names of the users that exist, by ID. Removed ones keep theirs; `admin` needs no row."""
    wanted = sorted(set(ids))
    rows = UserRow.batch_get([(NETWORK, user_id) for user_id in wanted], attributes_to_get=["id", "name"])
    without_row = {FIRST_USER: FIRST_USER} if FIRST_USER in wanted else {}
    return without_row | {row.id: row.name for row in rows}


def _names(model: type[SmartlinkRow] | type[CampaignRow], ids: set[str]) -> dict[str, str]:
    rows: list[Any] = list(model.batch_get(sorted(ids), attributes_to_get=["id", "name"]))
    names: dict[str, str] = {row.id: row.name for row in rows if row.name is not None}
    # Rows of earlier releases have their name in the settings only.
    older = [row.id for row in rows if row.name is None]
    with_settings: Iterable[Any] = model.batch_get(older, attributes_to_get=["id", "settings"])
    return names | {row.id: row.settings["name"] for row in with_settings}
