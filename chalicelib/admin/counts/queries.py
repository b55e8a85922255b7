"""Bounded counts of applications, refused postbacks, deliveries, campaigns and smartlinks."""

from itertools import chain, islice

from chalicelib.admin.campaigns.list_schemas import CampaignQuery
from chalicelib.admin.campaigns.listing import list_campaigns
from chalicelib.admin.smartlinks.list_schemas import SmartlinkQuery
from chalicelib.admin.smartlinks.listing import list_smartlinks
from chalicelib.counters.cells import partitions
from chalicelib.domain.publisher import ApplicationStatus
from chalicelib.http.pagination import year_partitions
from chalicelib.http.request import Request
from chalicelib.lists.counting import Counted, count_rows
from chalicelib.lists.reads import MAX_ITEMS
from chalicelib.postbacks.delivery_lists import all_lists
from chalicelib.postbacks.http_response import DeliveryStatus
from chalicelib.tables.postbacks import PostbackDeliveryRow
from chalicelib.tables.publishers import ApplicationRow
from chalicelib.tables.refused_postbacks import RefusedPostbackRow


def pending_applications(request: Request) -> int | None:
    """Return the number of pending applications."""
    keys = [f"{ApplicationStatus.PENDING}#{year}" for year in year_partitions(request)]
    return count_rows(Counted(ApplicationRow, keys, index_name="by_status"))


def dead_deliveries(_: Request) -> int | None:
    """Return the number of dead deliveries of all publishers."""
    return count_rows(Counted(PostbackDeliveryRow, all_lists([DeliveryStatus.DEAD], None), index_name="by_status"))


def refused_postbacks_today(request: Request) -> int | None:
    """Return the number of postbacks that were refused on this UTC day, with those that are not listed."""
    rows = chain.from_iterable(
        RefusedPostbackRow.by_day.query(shard, attributes_to_get=["omitted"], page_size=MAX_ITEMS + 1)
        for shard in partitions([request.now.date()])
    )
    # The item of an hour says how many are not listed; every other item is one refusal.
    read = [1 if row.omitted is None else row.omitted for row in islice(rows, MAX_ITEMS + 1)]
    return sum(read) if len(read) <= MAX_ITEMS else None


def campaigns_near_cap(request: Request) -> int | None:
    """Return the number of campaigns that have used 80 % of a cap."""
    return list_campaigns(request, CampaignQuery(cap_near_limit="true", count="true", limit=1)).total


def smartlinks_with_warnings(request: Request) -> int | None:
    """Return the number of smartlinks with warnings."""
    return list_smartlinks(request, SmartlinkQuery(has_warnings="true", count="true", limit=1)).total
