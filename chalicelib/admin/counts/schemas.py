"""Response model of the counts."""

from chalicelib.http.models import ResponseModel


class CountsDocument(ResponseModel):
    """What wants attention. A count is exact up to 2,000 items, and null if more would have to be read.

    `unread_notifications` are those of the caller. `refused_postbacks_today` are those of this UTC day, with those that
    are not listed. `dead_deliveries` are those of the last 90 days. `campaigns_near_cap` have used 80 % of a cap.
    """

    pending_applications: int | None
    unread_notifications: int | None
    refused_postbacks_today: int | None
    dead_deliveries: int | None
    campaigns_near_cap: int | None
    smartlinks_with_warnings: int | None
