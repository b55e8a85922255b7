"""Reads the names and terms that lists show, one batch per table. What is deleted or archived keeps its name."""

from collections.abc import Collection, Iterable

from chalicelib.domain import terms
from chalicelib.domain.ids import is_smartlink_id
from chalicelib.domain.terms import CampaignTerms
from chalicelib.reporting.lists.conversion_document import Names
from chalicelib.reporting.names import campaign_names, publisher_names, smartlink_names
from chalicelib.routing.click_references import ClickReferences, LinkUrl
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.publishers import TermsRow


def read_names(conversions: Collection[ConversionRow]) -> Names:
    """Return the names of the conversions' campaigns, smartlinks and publishers."""
    return Names(
        campaigns=campaign_names({row.campaign_id for row in conversions}),
        smartlinks=smartlink_names({row.route_id for row in conversions if is_smartlink_id(row.route_id)}),
        publishers=publisher_names({row.publisher_id for row in conversions}),
    )


def read_click_references(clicks: Collection[ClickRow], link_url: LinkUrl) -> ClickReferences:
    """Return the names, terms and link addresses of the documents of clicks."""
    return ClickReferences(
        campaigns=campaign_names({row.campaign_id for row in clicks if row.campaign_id}),
        smartlinks=smartlink_names({row.route_id for row in clicks if is_smartlink_id(row.route_id)}),
        publishers=publisher_names({row.publisher_id for row in clicks}),
        terms=_read_terms({(row.publisher_id, row.terms_version) for row in clicks if row.terms_version}),
        link_url=link_url,
    )


def _read_terms(versions: Iterable[tuple[str, int]]) -> dict[tuple[str, int], dict[str, CampaignTerms]]:
    return {(row.publisher_id, row.version): _campaign_terms(row) for row in TermsRow.batch_get(sorted(versions))}


def _campaign_terms(row: TermsRow) -> dict[str, CampaignTerms]:
    return {key: terms.from_document(stored) for key, stored in row.document["campaigns"].items()}
