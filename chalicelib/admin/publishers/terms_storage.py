"""Storage of a publisher's terms: one document for all campaigns, of which every version is kept."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.access import publisher_links, terms
from chalicelib.access.publisher_links import LinkChange
from chalicelib.domain.terms import MAX_CAMPAIGNS_WITH_CAPS
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.pagination import PagedQuery
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.tables.publishers import TermsRow

CampaignTermsDocument = tuple[str, dict[str, Any]]
"""The ID of a campaign, and the terms for it."""


def version_of(row: TermsRow | None) -> int:
    """Return the version of the terms, 0 if the publisher never had any."""
    return row.version if row else 0


def get_terms_or_404(row: TermsRow | None, publisher_id: str, campaign_id: str) -> dict[str, Any]:
    """Return the terms for a campaign; raise `NotFound` if there are none."""
    document: dict[str, Any] | None = terms.documents(row).get(campaign_id)
    if document is None:
        message = f"Publisher {publisher_id} has no terms for campaign {campaign_id}."
        raise NotFound(message)
    return document


def list_of_terms(row: TermsRow | None, publisher_id: str) -> PagedQuery:
    """Return the list of the terms by campaign ID."""
    documents = sorted(terms.documents(row).items())

    def rows(_: str, after: str | None, limit: int) -> Iterable[CampaignTermsDocument]:
        return [each for each in documents if after is None or each[0] > after][:limit]

    return PagedQuery(f"terms of {publisher_id}", ["all"], rows, lambda each: each[0])


def caps_error(row: TermsRow | None, campaign_id: str) -> str | None:
    """Return why the terms for a campaign cannot set caps, or None if they can."""
    others = [key for key, each in terms.documents(row).items() if each["caps"] is not None and key != campaign_id]
    if len(others) < MAX_CAMPAIGNS_WITH_CAPS:
        return None
    return f"must be null: the publisher's terms set caps for {MAX_CAMPAIGNS_WITH_CAPS} campaigns already"


def save(
    request: Request, publisher_id: str, before: TermsRow | None, campaign_id: str, settings: dict[str, Any] | None
) -> TermsRow:
    """Write the next version, with these terms for the campaign or without it, and return it.

    All links of the publisher carry it afterwards.
    """
    documents = terms.documents(before)
    row = TermsRow(publisher_id, version_of(before) + 1, created_at=request.timestamp)
    row.document = {"campaigns": _with(documents, campaign_id, settings)}
    change = AuditChange(f"{publisher_id}/{campaign_id}", documents.get(campaign_id), settings)
    with publisher_links.transaction_with_links(request, _link_change(row), change) as write:
        write.save(row, TermsRow.version.does_not_exist())
    return row


def _with(documents: Mapping[str, Any], campaign_id: str, settings: dict[str, Any] | None) -> dict[str, Any]:
    others = {key: each for key, each in documents.items() if key != campaign_id}
    return others if settings is None else {**others, campaign_id: settings}


def _link_change(row: TermsRow) -> LinkChange:
    carried = terms.of_row(row)

    def is_current() -> bool:
        return version_of(terms.newest_row(row.publisher_id)) == row.version

    size = len(carried.caps or "")
    return LinkChange(row.publisher_id, carried.actions, is_current, carried.add_check, size)
