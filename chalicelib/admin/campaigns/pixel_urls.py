"""The URLs of a campaign's pixel: one for each host that its links use, because cookies belong to a host."""

from urllib.parse import urlencode, urlsplit

from chalicelib.admin import route_publishing
from chalicelib.admin.campaigns.schemas import PixelUrl
from chalicelib.domain.campaign import TrackingMethod
from chalicelib.http.request import Request
from chalicelib.tables.campaigns import CampaignRow


def of_campaign(request: Request, row: CampaignRow) -> list[PixelUrl]:
    """Return the pixel on the stack's own host and on active tracking domains; nothing if the campaign has no pixel."""
    if row.settings["tracking"] != TrackingMethod.PIXEL:
        return []
    query = urlencode({"campaign_id": row.id})
    own = PixelUrl(host=urlsplit(request.base_url).netloc, url=f"{request.base_url}/pixel.gif?{query}")
    domains = {pool.settings["tracking_domain"] for pool in route_publishing.pools_with_campaign(row.id)}
    used = sorted(domain for domain in domains if domain and domain != own.host)
    return [own, *(_on_domain(domain, query) for domain in used if domain in request.active_hosts())]


def _on_domain(domain: str, query: str) -> PixelUrl:
    return PixelUrl(host=domain, url=f"https://{domain}/pixel.gif?{query}")
