"""Visitor detection: who clicked and from where, assembled from headers and address."""

from chalicelib.domain.visitor import Headers, Visitor
from chalicelib.routing.bots import is_prefetch
from chalicelib.routing.client_hints import apply_client_hints
from chalicelib.routing.languages import language
from chalicelib.routing.location import Locate, address_and_location
from chalicelib.routing.user_agent import parse_user_agent


def visitor(headers: Headers, source_ip: str, edge_secret: str, locate: Locate) -> Visitor:
    """Return the visitor of a request. Address and location are read from headers only if these have the edge secret.

    `X-Forwarded-For` is never read. The edge's country takes precedence over that of `locate`.
    """
    address, location = address_and_location(headers, source_ip, edge_secret, locate)
    user_agent = headers.get("user-agent", "")
    if not user_agent.isascii():
        user_agent = user_agent.encode(errors="replace").decode()
    agent = apply_client_hints(parse_user_agent(user_agent), headers)
    return Visitor(
        country=location.country,
        region=location.region,
        city=location.city,
        network=location.network,
        isp=location.isp,
        connection=location.connection,
        device=agent.device,
        os=agent.os,
        os_version=agent.os_version,
        browser=agent.browser,
        language=language(headers.get("accept-language", "")),
        address=address,
        user_agent=user_agent,
        is_bot=agent.is_bot or is_prefetch(headers),
    )
