"""Title, licence and tags of the OpenAPI document."""

from typing import Any

INFO: dict[str, Any] = {
    "title": "Smartlink",
    "version": "0.1.0",
    "summary": "One link in front of a pool of offers: exact, explained, serverless.",
    "description": (
        "Money is a decimal string, times are ISO 8601 UTC. HEAD is answered wherever GET is, without any effect.\n\n"
        "Errors are problem documents (RFC 9457). A page of a list has a `next_cursor` unless it is the last one: send "
        "it as `cursor`. Retry a POST with the same `Idempotency-Key`. An edit with `If-Match` is refused with 412 if "
        "the resource has another version.\n\n"
        "Links, postback and pixel have an address of their own: see `link.url`, `postback_url` and `pixel_urls`. They "
        "are answered here too, where `{`, `}` and `|` in a query must be percent-encoded.\n\n"
        "[IP Geolocation by DB-IP](https://db-ip.com). Networks by [RouteViews](https://www.routeviews.org), DB-IP "
        "and [NRO](https://www.nro.net)."
    ),
    "contact": {"name": "The network that runs this service"},
    "license": {"name": "MIT", "identifier": "MIT"},
}

LINKS = "Links"
_TAGS = {
    "s": (LINKS, "The links that visitors click."),
    "postback": ("Conversion reports", "Conversions as advertisers report them: by postback, or by pixel."),
    "pixel.gif": ("Conversion reports", ""),
    "health": ("Service", "The health of the service."),
    "openapi.json": ("Documentation", "This document, and a page to browse it."),
    "docs": ("Documentation", ""),
    "admin/applications": (
        "Applications",
        "Publishers asking for a smartlink, and the decisions on their applications.",
    ),
    "admin/audit": ("Audit log", "Who changed what."),
    "admin/campaigns": ("Campaigns", "Deals of advertisers: destination, goals, targeting and caps."),
    "admin/clicks": ("Clicks", "Recorded clicks with the explanation of their decision."),
    "admin/conversions": ("Conversions", "Paid actions: lists, approval and imports."),
    "admin/counts": ("Counts", "How much wants attention."),
    "admin/deliveries": ("Postback deliveries", "Deliveries of conversions to publishers, with their attempts."),
    "admin/domains": ("Domains", "Tracking domains: the DNS records to create, and their status."),
    "admin/exchange-rates": ("Exchange rates", "Rates that convert amounts of reports into one currency."),
    "admin/lost-clicks": ("Reports", "Clicks, conversions and amounts by any dimension, and lost clicks."),
    "admin/me": ("Users", ""),
    "admin/notifications": ("Notifications", "Messages for admins: caps, failures, applications."),
    "admin/postbacks": ("Refused postbacks", "Postbacks of advertisers that were refused, with the reason."),
    "admin/publishers": ("Publishers", "Senders of traffic: their keys, approved campaigns and terms."),
    "admin/reports": ("Reports", ""),
    "admin/settings": ("Settings", "Settings of the network."),
    "admin/smartlinks": ("Smartlinks", "Named pools of offers: settings, publishers, simulation and learning."),
    "admin/users": ("Users", "The people of the network: their roles and API keys."),
    "publisher/campaigns": ("My campaigns", "The campaigns that a publisher is approved for, with direct links."),
    "publisher/clicks": ("My clicks", "The clicks of a publisher."),
    "publisher/conversions": ("My conversions", "The conversions of a publisher."),
    "publisher/counts": ("My account", ""),
    "publisher/deliveries": ("My postbacks", ""),
    "publisher/me": ("My account", "The account of a publisher and its keys."),
    "publisher/notifications": ("My notifications", "Messages for a publisher."),
    "publisher/postbacks": ("My postbacks", "URLs that are called for a publisher's conversions, and the deliveries."),
    "publisher/reports": ("My reports", "Clicks, conversions and payout of a publisher by any dimension."),
    "publisher/smartlinks": ("My smartlinks", "The marketplace: smartlinks, applications and links of a publisher."),
}
"""Tag and description of each resource. Resources can share a tag; only one of them has its description."""


def tag_of(path: str) -> str:
    """Return the tag of the endpoints below a path. Raise KeyError for a new resource: add it to the tags."""
    first, *rest = path.strip("/").split("/")
    return _TAGS[f"{first}/{rest[0]}" if first in {"admin", "publisher"} else first][0]


def tags(used: set[str]) -> list[dict[str, str]]:
    """Return the tags that operations use, with their descriptions."""
    described = {name: description for name, description in _TAGS.values() if description}
    return [{"name": name, "description": described[name]} for name in sorted(used)]
