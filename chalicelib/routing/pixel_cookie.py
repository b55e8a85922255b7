"""The cookie by which a pixel finds the visitor's click: one for all campaigns that are tracked by pixel.

It holds the newest clicks of at most `MAX_CAMPAIGNS` campaigns, newest first: `campaign.click.seconds~…`. Each entry
ends with the attribution window of its campaign, at that many seconds since 1970.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from chalicelib.domain.campaign import Campaign

NAME = "clicks"
MAX_CAMPAIGNS = 20
_EARLIER_NAME = "click_"
"""Before there was one cookie, each campaign had its own: this and the ID of the campaign."""

_NAVIGATIONS = ("", "document")
_MAX_LENGTH = 4096


class _Entry(NamedTuple):
    campaign_id: str
    click_id: str
    expires_at: int


def is_navigation(fetch_destination: str) -> bool:
    """Return whether a request goes to a page, by its `Sec-Fetch-Dest`. Images and frames get no cookie."""
    return fetch_destination in _NAVIGATIONS


def set_cookie(cookie_header: str, campaign: Campaign, click_id: str, now: datetime) -> str:
    """Return the `Set-Cookie` header that adds a click on the campaign to the clicks of the visitor's cookies."""
    seconds = int(now.timestamp())
    new = _Entry(campaign.id, click_id, seconds + campaign.attribution_window_days * 86_400)
    earlier = (entry for entry in _entries(_value(cookie_header)) if entry.campaign_id != campaign.id)
    kept = [new, *(entry for entry in earlier if entry.expires_at > seconds)][:MAX_CAMPAIGNS]
    value = "~".join(f"{entry.campaign_id}.{entry.click_id}.{entry.expires_at}" for entry in kept)
    age = max(entry.expires_at for entry in kept) - seconds
    return f"{NAME}={value}; Path=/; Max-Age={age}; Secure; HttpOnly; SameSite=None"


def click_id(cookies: Mapping[str, str], campaign_id: str) -> str:
    """Return the ID of the visitor's newest click on the campaign, also from a cookie of an earlier release, or ""."""
    newest = (entry.click_id for entry in _entries(cookies.get(NAME, "")) if entry.campaign_id == campaign_id)
    return next(newest, "") or cookies.get(f"{_EARLIER_NAME}{campaign_id}", "")


def _value(cookie_header: str) -> str:
    pairs = (pair.strip().partition("=") for pair in cookie_header.split(";"))
    return next((value for name, _, value in pairs if name == NAME), "")


def _entries(value: str) -> Iterator[_Entry]:
    """Yield the entries of a cookie. It comes from the visitor, so whatever is no entry is skipped."""
    for text in value[:_MAX_LENGTH].split("~"):
        parts = text.split(".")
        if len(parts) == len(_Entry._fields) and all(part.replace("_", "").isalnum() for part in parts):
            campaign_id, click, seconds = parts
            if text.isascii() and seconds.isdecimal() and len(seconds) <= len("9999999999"):
                yield _Entry(campaign_id, click, int(seconds))
