"""Refuses destinations that lead to ourselves: a click would be counted and routed again, or count as a conversion."""

from collections.abc import Collection, Mapping

from chalicelib import settings
from chalicelib.domain import own_links
from chalicelib.http.request import Request
from chalicelib.tables.routes import LinkRow
from chalicelib.tables.tracking_domains import live_domains

_ERROR = "must not lead to one of our own links; use the address that the link leads to"
_CONVERSION = "must not lead to our own postback or pixel; use the address of the advertiser's page"


def own_link_errors(
    request: Request, urls: Mapping[str, str | None], *, stored: Collection[str | None] = (), domain: str | None = None
) -> list[tuple[str, str]]:
    """Return an error for each URL, by JSON pointer, that leads to ourselves. URLs that are `stored` already pass.

    Links are known by their host (that of the API, each tracking domain, and the one that is given), and on any other
    host by their code: CDNs and hosts of earlier releases are not listed.
    """
    changed = {pointer: url for pointer, url in urls.items() if url and url not in stored}
    if not changed:
        return []
    hosts = _own_hosts(request, domain)
    existing = _existing_codes({code for url in changed.values() for code in own_links.link_codes(url)})
    links = [
        (pointer, _ERROR)
        for pointer, url in changed.items()
        if own_links.is_link_address(url, hosts) or own_links.link_codes(url) & existing
    ]
    return links + [(each, _CONVERSION) for each, url in changed.items() if own_links.is_conversion_address(url, hosts)]


def _own_hosts(request: Request, domain: str | None) -> frozenset[own_links.Host]:
    tracking = {row.host for row in live_domains()} | ({domain} if domain else set())
    addresses = [request.base_url, request.tracking_url, settings.public_url()]
    addresses += [f"https://{host}" for host in sorted(tracking)]
    return frozenset(own_links.host_of(each) for each in addresses if each)


def _existing_codes(codes: Collection[str]) -> set[str]:
    return {row.code for row in LinkRow.batch_get(sorted(codes), consistent_read=True)} if codes else set()
