"""The campaign that a refused postback belongs to, and its tokens."""

from datetime import datetime

from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow, ReplacedTokenRow
from chalicelib.tables.clicks import ClickRow

_MAX_LENGTH = 200
"""Maximum length of click IDs and tokens that are looked up."""


def campaign_id_of(click_id: str, token: str, now: datetime) -> str | None:
    """Return the campaign of the click, else that of the token, or None if both are unknown."""
    return _campaign_id_of_click(click_id) or campaign_id_of_token(token, now)


def _campaign_id_of_click(click_id: str) -> str | None:
    click = get_or_none(ClickRow, click_id) if 0 < len(click_id) <= _MAX_LENGTH else None
    return click.campaign_id if click else None


def tokens_of(campaign_id: str) -> list[str]:
    """Return the current and the previous token of the campaign."""
    row = get_or_none(CampaignRow, campaign_id)
    return [token for token in (row.postback_token, row.previous_token) if token] if row else []


def campaign_id_of_token(token: str, now: datetime) -> str | None:
    """Return the campaign that has or had the valid token, or None. A token of the last second may not be found yet."""
    if not 0 < len(token) <= _MAX_LENGTH:
        return None
    for row in CampaignRow.by_token.query(token, limit=1):
        return str(row.id)
    replaced = get_or_none(ReplacedTokenRow, token)
    return replaced.campaign_id if replaced and now.timestamp() < replaced.expires_at else None
