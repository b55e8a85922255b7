"""The terms that apply to a conversion: payouts as at its click, caps as they are now."""

from chalicelib.access import terms
from chalicelib.domain.terms import CampaignTerms


def terms_of_click(publisher_id: str, version: int | None, campaign_id: str) -> CampaignTerms | None:
    """Return the terms by which a conversion is paid: of the version that its click stores, None without one."""
    return None if version is None else terms.terms_of_version(publisher_id, version, campaign_id)


def terms_in_force(publisher_id: str, campaign_id: str) -> CampaignTerms | None:
    """Return the terms whose caps count a conversion, as the redirect checks them; None if there are none."""
    return terms.current_terms(publisher_id).get(campaign_id)
