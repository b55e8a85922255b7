"""Terms of publishers: the version in force, past versions, and the copy on their links."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain import terms
from chalicelib.domain.campaign import Cap
from chalicelib.domain.terms import CampaignTerms
from chalicelib.tables.publishers import TermsRow
from chalicelib.tables.routes import LinkRow


def newest_row(publisher_id: str) -> TermsRow | None:
    """Return the publisher's terms in force, read consistently; None if they never had any."""
    rows = TermsRow.query(publisher_id, scan_index_forward=False, limit=1, consistent_read=True)
    return next(iter(rows), None)


def current_terms(publisher_id: str) -> dict[str, CampaignTerms]:
    """Return the publisher's terms in force by campaign ID; campaigns without terms are missing."""
    row = newest_row(publisher_id)
    return {key: terms.from_document(stored) for key, stored in documents(row).items()}


def terms_of_version(publisher_id: str, version: int, campaign_id: str) -> CampaignTerms | None:
    """Return the publisher's terms for a campaign in this version, None if it has none.

    Raises `DoesNotExist` without the version: its payouts must not be guessed.
    """
    stored = documents(TermsRow.get(publisher_id, version)).get(campaign_id)
    return terms.from_document(stored) if stored else None


def documents(row: TermsRow | None) -> dict[str, Any]:
    """Return the terms of each campaign by its ID."""
    campaigns: dict[str, Any] = row.document["campaigns"] if row else {}
    return campaigns


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """The part of a publisher's terms that each of their links carries. Version 0 means that they never had any."""

    publisher_id: str
    version: int = 0
    caps: str | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """Return the attributes of a link."""
        return {"terms_version": self.version or None, "terms_caps": self.caps}

    @property
    def actions(self) -> list[Action]:
        """Return the update of a link."""
        caps = LinkRow.terms_caps.remove() if self.caps is None else LinkRow.terms_caps.set(self.caps)
        return [LinkRow.terms_version.set(self.version), caps]

    @property
    def decoded_caps(self) -> Mapping[str, tuple[Cap, ...]]:
        """Return the caps by campaign ID, as the redirect reads them."""
        return terms.decode_link_caps(self.caps) if self.caps else {}

    def add_check(self, write: TransactWrite) -> None:
        """Add a check that fails the transaction if a newer version was written meanwhile."""
        write.condition_check(
            TermsRow, self.publisher_id, self.version + 1, condition=TermsRow.version.does_not_exist()
        )


def link_terms(publisher_id: str) -> LinkTerms:
    """Return what the publisher's links carry now."""
    row = newest_row(publisher_id)
    return of_row(row) if row else LinkTerms(publisher_id)


def of_row(row: TermsRow) -> LinkTerms:
    """Return what the publisher's links carry with this version in force."""
    return LinkTerms(row.publisher_id, row.version, terms.encode_link_caps(documents(row)))
