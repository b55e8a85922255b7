"""Endpoint for the counts of what wants attention."""

from collections.abc import Callable, Mapping

from chalicelib.admin.counts import queries
from chalicelib.admin.counts.schemas import CountsDocument
from chalicelib.http.request import Request
from chalicelib.inbox.reading import unread_count
from chalicelib.reporting.parallel import parallel

_COUNTS: Mapping[str, Callable[[Request], int | None]] = {
    "pending_applications": queries.pending_applications,
    "unread_notifications": unread_count,
    "refused_postbacks_today": queries.refused_postbacks_today,
    "dead_deliveries": queries.dead_deliveries,
    "campaigns_near_cap": queries.campaigns_near_cap,
    "smartlinks_with_warnings": queries.smartlinks_with_warnings,
}


def show(request: Request) -> CountsDocument:
    """Show how much wants attention: applications, notifications, postbacks, caps and warnings."""
    found = parallel(lambda count: count(request), list(_COUNTS.values()))
    return CountsDocument(**dict(zip(_COUNTS, found, strict=True)))
