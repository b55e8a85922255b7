"""The list entry of a smartlink: its row in lists, the campaigns by which it is found, and what its offers pay."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import cast

from pynamodb.expressions.condition import Condition

from chalicelib.access.visibility import required_campaign_ids
from chalicelib.admin import route_publishing
from chalicelib.admin.smartlinks.surroundings import surroundings
from chalicelib.admin.smartlinks.warnings import Surroundings, warnings
from chalicelib.lists.entries import ListKind, entry_row
from chalicelib.lists.kinds import IndexedKind
from chalicelib.publisher.smartlinks.offers import visible_offers
from chalicelib.publisher.smartlinks.payout_range import all_countries, amounts
from chalicelib.publisher.smartlinks.schemas import OfferDocument
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.lists import ListEntryRow
from chalicelib.tables.smartlinks import SmartlinkRow

_OF_ROW = ("id", "status", "version", "created_at", "updated_at")
_OF_SETTINGS = ("name", "description", "tags", "visibility", "rotation", "goal", "tracking_domain")


def list_entry(row: SmartlinkRow, campaigns: Collection[CampaignRow], around: Surroundings) -> ListEntryRow:
    """Return the entry of a smartlink with these campaigns, not written yet.

    `offers` has the offers that publishers see, with the range of their payouts; `campaign_ids` are the others.
    `required_campaign_ids` open a private smartlink to publishers who are approved for all of them.
    """
    documents = {each.id: route_publishing.campaign_document(each) for each in campaigns}
    visible = visible_offers(row.settings, documents, {})
    offers = {each.campaign_id: _amounts(each) for each in visible}
    summary = {
        **{name: getattr(row, name) for name in _OF_ROW},
        **{name: row.settings[name] for name in _OF_SETTINGS},
        "offer_count": len(row.settings["offers"]),
        "warning_count": len(warnings(row.settings, documents, around)),
        "offers": offers,
        "campaign_ids": sorted(route_publishing.campaign_ids(row.settings) - offers.keys()),
        "countries": all_countries(each.countries for each in visible),
    }
    if required := required_campaign_ids(row.settings):
        summary["required_campaign_ids"] = required
    return entry_row(ListKind.SMARTLINKS, row.created_year, summary)


def _amounts(offer: OfferDocument) -> list[str] | None:
    found = amounts([offer.payout, *(goal.payout for goal in offer.goals)], offer.currency)
    return list(found) if found else None


def _entries(rows: Sequence[SmartlinkRow], now: datetime) -> Iterator[list[ListEntryRow]]:
    around = surroundings(now)
    ids = {row.id: route_publishing.campaign_ids(row.settings) for row in rows}
    campaigns = route_publishing.campaigns(set().union(*ids.values()))
    for row in rows:
        yield [list_entry(row, [campaigns[each] for each in ids[row.id] if each in campaigns], around)]


def _is_unchanged(row: SmartlinkRow) -> Condition:
    return cast(Condition, SmartlinkRow.version == row.version)


INDEXED = IndexedKind(SmartlinkRow, _entries, _is_unchanged)
