"""Descriptions of parameters by name, for fields without a description of their own."""

import re

_ID = re.compile(r"(\w+)_id")
_SUB_ID = re.compile(r"sub(\d+)")
DESCRIPTIONS = {
    "advertiser": "The name of an advertiser.",
    "amount": "What the customer paid, in the campaign's currency. Percentages are of this.",
    "asset": "The name of the file.",
    "campaign_id": "The ID of a campaign: `cmp_…`.",
    "cap_near_limit": "Whether a cap has reached 80 % of its limit.",
    "click_id": "The ID of a click, as the macro `{click_id}` passed it.",
    "code": "The code of a link, or the tracking key of a direct link.",
    "count": "Whether the answer has the total number of items.",
    "currency": "An ISO 4217 code.",
    "cursor": "`next_cursor` of the page before.",
    "domain_id": "The ID of a tracking domain: `dom_…`.",
    "event": "The name of a goal of the campaign; none means `default`.",
    "external_click_id": "The publisher's own ID of a click.",
    "figures": "The period of the figures of each item.",
    "format": "`csv` for a file instead of JSON.",
    "from": "The start of the period, inclusive.",
    "goal": "The name of a goal; `default` is a conversion without an event.",
    "has_warnings": "Whether there are warnings.",
    "key_id": "The ID of an API key: its 12 characters after the role.",
    "limit": "Maximum number of items of a page.",
    "outcome": "Where the click went.",
    "payout": "Paid to the publisher, in place of the goal's payout.",
    "q": "Part of a name or ID, in any case of letters.",
    "reported_by": "How the conversion was reported.",
    "revenue": "Paid by the advertiser, in place of the goal's revenue.",
    "role": "A role of users.",
    "rotation": "How offers are chosen.",
    "smartlink_id": "The ID of a smartlink: `sml_…`.",
    "sort": "The order of the list; a `-` in front reverses it.",
    "source": "The source of the traffic.",
    "status": "The status of the items.",
    "subject": "The ID of what was changed.",
    "tag": "A tag of the items.",
    "timezone": "The IANA time zone of days.",
    "to": "The end of the period.",
    "token": "The postback token of the campaign.",
    "txid": "The advertiser's ID of the transaction. The same one is recorded once.",
    "unread": "Whether to list unread notifications only.",
    "user_id": "The ID of a user: `usr_…`, or `admin`.",
    "version": "A version of the smartlink.",
    "visibility": "Who sees the smartlink.",
    "If-Match": "The ETag of the version to change: with another version, the answer is 412.",
    "If-None-Match": "The ETag of a copy: if it is still the same, the answer is 304 without a body.",
    "Idempotency-Key": "Makes retries safe for 24 hours: the same key returns the first answer.",
}


def description_of(name: str) -> str:
    """Return the description of all parameters of a name. Raise KeyError for a new name: add it to the descriptions."""
    if name not in DESCRIPTIONS and (match := _ID.fullmatch(name)):
        return f"The ID of the {match[1].replace('_', ' ')}."
    if match := _SUB_ID.fullmatch(name):
        return f"The publisher's sub-ID {match[1]}."
    return DESCRIPTIONS[name]
