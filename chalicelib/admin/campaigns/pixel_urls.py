"""The URLs of a campaign's pixel: one for each host that its links use, because cookies belong to a host."""

from urllib.parse import urlencode, urlsplit

from chalicelib.admin import route_publishing
from chalicelib.admin.campaigns.schemas import PixelUrl
from chalicelib.domain.campaign import TrackingMethod
from chalicelib.http.request import Request
from chalicelib.tables.campaigns import CampaignRow


def of_campaign(request: Request, row: CampaignRow) -> list[PixelUrl]:
    """Return the pixel on the hosts of both doors and on active tracking domains; nothing if the campaign has no pixel.

    Links on the host of the API were printed before it had a door of its own for visitors, and are still answered.
    """
    if row.settings["tracking"] != TrackingMethod.PIXEL:
        return []
    query = urlencode({"campaign_id": row.id})
    own = [_below(base, query) for base in dict.fromkeys((request.tracking_base, request.base_url))]
    domains = {pool.settings["tracking_domain"] for pool in route_publishing.pools_with_campaign(row.id)}
    hosts = {each.host for each in own}
    used = sorted(each for each in domains if each and each not in hosts)
    return [*own, *(_below(f"https://{each}", query) for each in used if request.can_use(each))]


def _below(base: str, query: str) -> PixelUrl:
    return PixelUrl(host=urlsplit(base).netloc, url=f"{base}/pixel.gif?{query}")
