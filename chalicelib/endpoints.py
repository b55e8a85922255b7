"""The table of HTTP endpoints: method, path, operation ID, and the view by name.

A view is a name, so that the cold start of a redirect imports no view.
"""

from chalicelib.endpoint import Endpoint
from chalicelib.staff_endpoints import STAFF_ENDPOINTS

_REPORTS = "chalicelib.reporting.views"
_POSTBACK = "chalicelib.conversions.views"
_MARKETPLACE = "chalicelib.publisher.smartlinks.views"
_OWN_CLICKS = "chalicelib.publisher.clicks.views"
_OWN_CAMPAIGNS = "chalicelib.publisher.campaigns.views"
_OWN_CONVERSIONS = "chalicelib.publisher.conversions.views"
_POSTBACKS = "chalicelib.publisher.postbacks.views"
_NOTIFICATIONS = "chalicelib.inbox.views"
_ACCOUNT = "chalicelib.publisher.account.views"
_API_DOCS = "chalicelib.api_docs.views"
_POSTBACK_OF_PUBLISHER = "/publisher/postbacks/{postback_id}"

ENDPOINTS = (
    Endpoint("GET", "/health", "getHealth", f"{_API_DOCS}:health"),
    Endpoint("GET", "/openapi.json", "getOpenApiDocument", f"{_API_DOCS}:openapi", also=(304,)),
    Endpoint("GET", "/docs", "getDocs", f"{_API_DOCS}:docs", also=(304,), media="text/html"),
    Endpoint(
        "GET",
        "/docs/{asset}",
        "getDocsAsset",
        f"{_API_DOCS}:docs_asset",
        also=(304,),
        media="text/javascript",
        also_media="text/css",
    ),
    *STAFF_ENDPOINTS,
    Endpoint("GET", "/postback", "recordPostback", f"{_POSTBACK}:postback", also=(403, 404, 410, 503)),
    Endpoint("POST", "/postback", "recordPostbackByPost", f"{_POSTBACK}:postback", also=(403, 404, 410, 503)),
    Endpoint("GET", "/pixel.gif", "recordPixel", f"{_POSTBACK}:pixel", media="image/gif"),
    Endpoint("GET", "/publisher/smartlinks", "myListSmartlinks", f"{_MARKETPLACE}:find"),
    Endpoint("GET", "/publisher/smartlinks/{smartlink_id}", "myGetSmartlink", f"{_MARKETPLACE}:show"),
    Endpoint(
        "POST",
        "/publisher/smartlinks/{smartlink_id}/apply",
        "myApplyToSmartlink",
        f"{_MARKETPLACE}:apply",
        201,
        also=(200,),
    ),
    Endpoint(
        "POST",
        "/publisher/smartlinks/{smartlink_id}/withdraw",
        "myWithdrawApplication",
        f"{_MARKETPLACE}:withdraw",
        also=(409,),
    ),
    Endpoint(
        "GET", "/publisher/reports", "myGetReport", f"{_REPORTS}:publisher_report", also=(404,), also_media="text/csv"
    ),
    Endpoint("GET", "/publisher/campaigns", "myListCampaigns", f"{_OWN_CAMPAIGNS}:find"),
    Endpoint("GET", "/publisher/conversions", "myListConversions", f"{_OWN_CONVERSIONS}:find", also_media="text/csv"),
    Endpoint("GET", "/publisher/clicks", "myListClicks", f"{_OWN_CLICKS}:find", also_media="text/csv"),
    Endpoint("GET", "/publisher/clicks/{click_id}", "myGetClick", f"{_OWN_CLICKS}:show"),
    Endpoint("GET", "/publisher/postbacks", "myListPostbacks", f"{_POSTBACKS}:find"),
    Endpoint("POST", "/publisher/postbacks", "myCreatePostback", f"{_POSTBACKS}:create", 201, also=(409,)),
    Endpoint("PATCH", _POSTBACK_OF_PUBLISHER, "myUpdatePostback", f"{_POSTBACKS}:edit", versioned=True),
    Endpoint("DELETE", _POSTBACK_OF_PUBLISHER, "myDeletePostback", f"{_POSTBACKS}:delete", 204, versioned=True),
    Endpoint("POST", f"{_POSTBACK_OF_PUBLISHER}/test", "myTestPostback", f"{_POSTBACKS}:test", 202),
    Endpoint("GET", f"{_POSTBACK_OF_PUBLISHER}/deliveries", "myListDeliveries", f"{_POSTBACKS}:find_deliveries"),
    Endpoint(
        "POST",
        "/publisher/deliveries/{delivery_id}/replay",
        "myReplayDelivery",
        f"{_POSTBACKS}:replay",
        202,
        also=(409,),
    ),
    Endpoint("GET", "/publisher/notifications", "myListNotifications", f"{_NOTIFICATIONS}:find"),
    Endpoint("POST", "/publisher/notifications/{notification_id}/read", "myReadNotification", f"{_NOTIFICATIONS}:read"),
    Endpoint("POST", "/publisher/notifications/read-all", "myReadAllNotifications", f"{_NOTIFICATIONS}:read_all", 204),
    Endpoint("GET", "/publisher/counts", "myGetCounts", f"{_ACCOUNT}:counts"),
    Endpoint("GET", "/publisher/me", "myGetAccount", f"{_ACCOUNT}:show"),
    Endpoint("GET", "/publisher/me/keys", "myListKeys", f"{_ACCOUNT}:find_keys"),
    Endpoint("POST", "/publisher/me/keys", "myCreateKey", f"{_ACCOUNT}:create_key", 201, also=(409,)),
    Endpoint("DELETE", "/publisher/me/keys/{key_id}", "myRevokeKey", f"{_ACCOUNT}:revoke_key", 204),
    Endpoint("PATCH", "/publisher/me", "myUpdateAccount", f"{_ACCOUNT}:edit", versioned=True),
)
