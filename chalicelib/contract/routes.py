"""Every call of the HTTP contract: method, path, and the view that answers it, by name.

By name, so that a cold redirect registers all routes and imports none of their code.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `view` is `module:function`; `status` that of the ordinary success, `also` further ones.

    `media` is the answer's type where it is no JSON document of ours, `also_media` a further type that it may
    be asked for in; a `versioned` call takes `If-Match`.
    """

    method: str
    path: str
    view: str
    status: int = 200
    also: tuple[int, ...] = ()
    media: str = "application/json"
    also_media: str | None = None
    versioned: bool = False

    @property
    def side(self) -> str:
        """The first step of the path: `admin` and `publisher` need that side's key, all else none."""
        return self.path.split("/")[1]


_CAMPAIGNS = "chalicelib.admin.campaigns.api"
_SMARTLINKS = "chalicelib.admin.smartlinks.api"
_WEIGHTS = "chalicelib.optimizer.weights.api"
_UPLIFT = "chalicelib.optimizer.uplift.api"
_REPLAY = "chalicelib.optimizer.replay.api"
_APPLICATIONS = "chalicelib.admin.applications.api"
_PUBLISHERS = "chalicelib.admin.publishers.api"
_CLICKS = "chalicelib.admin.clicks.api"
_CONVERSIONS = "chalicelib.admin.conversions.api"
_ADMIN_NOTIFICATIONS = "chalicelib.admin.notifications.api"
_AUDIT = "chalicelib.admin.audit.api"
_REPORTS = "chalicelib.reporting.api"
_POSTBACK = "chalicelib.conversions.api"
_MARKETPLACE = "chalicelib.publisher.smartlinks.api"
_OWN_CLICKS = "chalicelib.publisher.clicks.api"
_POSTBACKS = "chalicelib.publisher.postbacks.api"
_NOTIFICATIONS = "chalicelib.publisher.notifications.api"
_ACCOUNT = "chalicelib.publisher.account.api"
_CONSOLE = "chalicelib.console.api"

CALLS = (
    Call("GET", "/health", f"{_CONSOLE}:health"),
    Call("GET", "/openapi.json", f"{_CONSOLE}:openapi"),
    Call("GET", "/docs", f"{_CONSOLE}:docs", media="text/html"),
    Call("GET", "/docs/{asset}", f"{_CONSOLE}:docs_asset", media="text/plain"),
    Call("GET", "/admin/campaigns", f"{_CAMPAIGNS}:find"),
    Call("POST", "/admin/campaigns", f"{_CAMPAIGNS}:create", 201),
    Call("GET", "/admin/campaigns/{campaign_id}", f"{_CAMPAIGNS}:show"),
    Call("PATCH", "/admin/campaigns/{campaign_id}", f"{_CAMPAIGNS}:edit", also=(409,), versioned=True),
    Call("DELETE", "/admin/campaigns/{campaign_id}", f"{_CAMPAIGNS}:archive", 204, also=(409,), versioned=True),
    Call("GET", "/admin/smartlinks", f"{_SMARTLINKS}:find"),
    Call("POST", "/admin/smartlinks", f"{_SMARTLINKS}:create", 201),
    Call("GET", "/admin/smartlinks/{smartlink_id}", f"{_SMARTLINKS}:show"),
    Call("PATCH", "/admin/smartlinks/{smartlink_id}", f"{_SMARTLINKS}:edit", versioned=True),
    Call("DELETE", "/admin/smartlinks/{smartlink_id}", f"{_SMARTLINKS}:delete", 204, versioned=True),
    Call("POST", "/admin/smartlinks/{smartlink_id}/pause", f"{_SMARTLINKS}:pause", versioned=True),
    Call("POST", "/admin/smartlinks/{smartlink_id}/resume", f"{_SMARTLINKS}:resume", versioned=True),
    Call("GET", "/admin/smartlinks/{smartlink_id}/publishers", f"{_SMARTLINKS}:find_publishers"),
    Call("POST", "/admin/smartlinks/{smartlink_id}/publishers", f"{_SMARTLINKS}:add_publisher", 201),
    Call(
        "DELETE",
        "/admin/smartlinks/{smartlink_id}/publishers/{publisher_id}",
        f"{_SMARTLINKS}:remove_publisher",
        204,
    ),
    Call("POST", "/admin/smartlinks/{smartlink_id}/simulate", f"{_SMARTLINKS}:simulate"),
    Call("POST", "/admin/smartlinks/{smartlink_id}/replay", f"{_REPLAY}:replay"),
    Call("GET", "/admin/smartlinks/{smartlink_id}/weights", f"{_WEIGHTS}:weights"),
    Call("GET", "/admin/smartlinks/{smartlink_id}/weights/history", f"{_WEIGHTS}:history"),
    Call("GET", "/admin/smartlinks/{smartlink_id}/uplift", f"{_UPLIFT}:uplift"),
    Call("GET", "/admin/applications", f"{_APPLICATIONS}:find"),
    Call("POST", "/admin/applications/{application_id}/approve", f"{_APPLICATIONS}:approve", also=(409,)),
    Call("POST", "/admin/applications/{application_id}/decline", f"{_APPLICATIONS}:decline", also=(409,)),
    Call("GET", "/admin/publishers", f"{_PUBLISHERS}:find"),
    Call("POST", "/admin/publishers", f"{_PUBLISHERS}:create", 201),
    Call("GET", "/admin/publishers/{publisher_id}", f"{_PUBLISHERS}:show"),
    Call("PATCH", "/admin/publishers/{publisher_id}", f"{_PUBLISHERS}:edit", versioned=True),
    Call("POST", "/admin/publishers/{publisher_id}/keys", f"{_PUBLISHERS}:create_key", 201),
    Call("DELETE", "/admin/publishers/{publisher_id}/keys/{key_id}", f"{_PUBLISHERS}:revoke_key", 204),
    Call("GET", "/admin/publishers/{publisher_id}/campaigns", f"{_PUBLISHERS}:find_campaigns"),
    Call("POST", "/admin/publishers/{publisher_id}/campaigns", f"{_PUBLISHERS}:approve_campaign", 201),
    Call(
        "DELETE",
        "/admin/publishers/{publisher_id}/campaigns/{campaign_id}",
        f"{_PUBLISHERS}:withdraw_campaign",
        204,
    ),
    Call("GET", "/admin/clicks", f"{_CLICKS}:find"),
    Call("GET", "/admin/clicks/{click_id}", f"{_CLICKS}:show"),
    Call("GET", "/admin/conversions", f"{_CONVERSIONS}:find"),
    Call("PATCH", "/admin/conversions/{conversion_id}", f"{_CONVERSIONS}:decide", versioned=True),
    Call("GET", "/admin/reports", f"{_REPORTS}:admin_report", also_media="text/csv"),
    Call("GET", "/admin/lost-clicks", f"{_REPORTS}:lost_clicks"),
    Call("GET", "/admin/notifications", f"{_ADMIN_NOTIFICATIONS}:find"),
    Call("POST", "/admin/notifications/{notification_id}/read", f"{_ADMIN_NOTIFICATIONS}:read"),
    Call("GET", "/admin/audit", f"{_AUDIT}:find"),
    Call("GET", "/postback", f"{_POSTBACK}:postback", also=(403, 404, 410, 503)),
    Call("POST", "/postback", f"{_POSTBACK}:postback", also=(403, 404, 410, 503)),
    Call("GET", "/pixel.gif", f"{_POSTBACK}:pixel", media="image/gif"),
    Call("GET", "/publisher/smartlinks", f"{_MARKETPLACE}:find"),
    Call("GET", "/publisher/smartlinks/{smartlink_id}", f"{_MARKETPLACE}:show"),
    Call("POST", "/publisher/smartlinks/{smartlink_id}/apply", f"{_MARKETPLACE}:apply", 201, also=(200,)),
    Call("GET", "/publisher/reports", f"{_REPORTS}:publisher_report", also=(404,), also_media="text/csv"),
    Call("GET", "/publisher/clicks/{click_id}", f"{_OWN_CLICKS}:show"),
    Call("GET", "/publisher/postbacks", f"{_POSTBACKS}:find"),
    Call("POST", "/publisher/postbacks", f"{_POSTBACKS}:create", 201, also=(409,)),
    Call("PATCH", "/publisher/postbacks/{postback_id}", f"{_POSTBACKS}:edit", versioned=True),
    Call("DELETE", "/publisher/postbacks/{postback_id}", f"{_POSTBACKS}:delete", 204, versioned=True),
    Call("POST", "/publisher/postbacks/{postback_id}/test", f"{_POSTBACKS}:test", 202),
    Call("GET", "/publisher/postbacks/{postback_id}/deliveries", f"{_POSTBACKS}:find_deliveries"),
    Call("POST", "/publisher/deliveries/{delivery_id}/replay", f"{_POSTBACKS}:replay", 202, also=(409,)),
    Call("GET", "/publisher/notifications", f"{_NOTIFICATIONS}:find"),
    Call("POST", "/publisher/notifications/{notification_id}/read", f"{_NOTIFICATIONS}:read"),
    Call("GET", "/publisher/me", f"{_ACCOUNT}:show"),
    Call("POST", "/publisher/me/keys", f"{_ACCOUNT}:create_key", 201),
)
