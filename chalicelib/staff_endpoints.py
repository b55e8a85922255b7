"""The endpoints of the network's staff."""

from chalicelib.endpoint import ANALYST, OWNER, Endpoint

_CAMPAIGNS = "chalicelib.admin.campaigns.views"
_SMARTLINKS = "chalicelib.admin.smartlinks.views"
_SMARTLINK_STATUS = "chalicelib.admin.smartlinks.status_views"
_SMARTLINK_VERSIONS = "chalicelib.admin.smartlinks.version_views"
_SIMULATION = "chalicelib.admin.smartlinks.simulation_views"
_WEIGHTS = "chalicelib.admin.weights.views"
_UPLIFT = "chalicelib.admin.evaluation.uplift"
_REPLAY = "chalicelib.admin.evaluation.replay"
_APPLICATIONS = "chalicelib.admin.applications.views"
_PUBLISHERS = "chalicelib.admin.publishers.views"
_TERMS = "chalicelib.admin.publishers.terms_views"
_CLICKS = "chalicelib.admin.clicks.views"
_CONVERSIONS = "chalicelib.admin.conversions.views"
_DELIVERIES = "chalicelib.admin.deliveries.views"
_REFUSED = "chalicelib.admin.refused_postbacks.views"
_IMPORTS = "chalicelib.admin.conversions.imports"
_COUNTS = "chalicelib.admin.counts.views"
_AUDIT = "chalicelib.admin.audit.views"
_RATES = "chalicelib.admin.exchange_rates.views"
_REPORTS = "chalicelib.reporting.views"
_LOST_CLICKS = "chalicelib.reporting.lost_clicks_view"
_NOTIFICATIONS = "chalicelib.inbox.views"
_USERS = "chalicelib.admin.users.views"
_USER_KEYS = "chalicelib.admin.users.key_views"
_SETTINGS = "chalicelib.admin.settings.views"
_DOMAINS = "chalicelib.admin.tracking_domains.views"
_CAMPAIGN = "/admin/campaigns/{campaign_id}"
_SMARTLINK = "/admin/smartlinks/{smartlink_id}"
_PUBLISHER = "/admin/publishers/{publisher_id}"
_APPLICATION = "/admin/applications/{application_id}"
_USER = "/admin/users/{user_id}"

STAFF_ENDPOINTS = (
    Endpoint("GET", "/admin/me", "getMe", f"{_SETTINGS}:me"),
    Endpoint("GET", "/admin/settings", "getSettings", f"{_SETTINGS}:show"),
    Endpoint("PATCH", "/admin/settings", "updateSettings", f"{_SETTINGS}:edit", versioned=True),
    Endpoint("GET", "/admin/users", "listUsers", f"{_USERS}:find", role=OWNER),
    Endpoint("POST", "/admin/users", "createUser", f"{_USERS}:create", 201, also=(409,), role=OWNER),
    Endpoint("GET", _USER, "getUser", f"{_USERS}:show", role=OWNER, is_own=True),
    Endpoint("PATCH", _USER, "updateUser", f"{_USERS}:edit", also=(409,), versioned=True, role=OWNER, is_own=True),
    Endpoint("DELETE", _USER, "removeUser", f"{_USERS}:remove", 204, also=(409,), versioned=True, role=OWNER),
    Endpoint("GET", f"{_USER}/keys", "listUserKeys", f"{_USER_KEYS}:find", role=OWNER, is_own=True),
    Endpoint(
        "POST", f"{_USER}/keys", "createUserKey", f"{_USER_KEYS}:create", 201, also=(409,), role=OWNER, is_own=True
    ),
    Endpoint("DELETE", _USER + "/keys/{key_id}", "revokeUserKey", f"{_USER_KEYS}:revoke", 204, role=OWNER, is_own=True),
    Endpoint("GET", "/admin/domains", "listDomains", f"{_DOMAINS}:find"),
    Endpoint("POST", "/admin/domains", "createDomain", f"{_DOMAINS}:create", 201, also=(409,), role=OWNER),
    Endpoint("GET", "/admin/domains/{domain_id}", "getDomain", f"{_DOMAINS}:show"),
    Endpoint(
        "DELETE",
        "/admin/domains/{domain_id}",
        "deleteDomain",
        f"{_DOMAINS}:delete",
        204,
        also=(409,),
        versioned=True,
        role=OWNER,
    ),
    Endpoint("GET", "/admin/campaigns", "listCampaigns", f"{_CAMPAIGNS}:find"),
    Endpoint("POST", "/admin/campaigns", "createCampaign", f"{_CAMPAIGNS}:create", 201),
    Endpoint("GET", _CAMPAIGN, "getCampaign", f"{_CAMPAIGNS}:show"),
    Endpoint("PATCH", _CAMPAIGN, "updateCampaign", f"{_CAMPAIGNS}:edit", also=(409,), versioned=True),
    Endpoint("DELETE", _CAMPAIGN, "archiveCampaign", f"{_CAMPAIGNS}:archive", 204, also=(409,), versioned=True),
    Endpoint("POST", f"{_CAMPAIGN}/rotate-token", "rotateCampaignToken", f"{_CAMPAIGNS}:rotate_token", versioned=True),
    Endpoint("GET", "/admin/smartlinks", "listSmartlinks", f"{_SMARTLINKS}:find"),
    Endpoint("POST", "/admin/smartlinks", "createSmartlink", f"{_SMARTLINKS}:create", 201),
    Endpoint("GET", _SMARTLINK, "getSmartlink", f"{_SMARTLINKS}:show"),
    Endpoint("PATCH", _SMARTLINK, "updateSmartlink", f"{_SMARTLINKS}:edit", versioned=True),
    Endpoint("DELETE", _SMARTLINK, "deleteSmartlink", f"{_SMARTLINKS}:delete", 204, versioned=True),
    Endpoint("POST", f"{_SMARTLINK}/pause", "pauseSmartlink", f"{_SMARTLINK_STATUS}:pause", versioned=True),
    Endpoint("POST", f"{_SMARTLINK}/resume", "resumeSmartlink", f"{_SMARTLINK_STATUS}:resume", versioned=True),
    Endpoint("POST", f"{_SMARTLINK}/clone", "cloneSmartlink", f"{_SMARTLINKS}:clone", 201, also=(409,)),
    Endpoint("GET", f"{_SMARTLINK}/versions", "listSmartlinkVersions", f"{_SMARTLINK_VERSIONS}:find"),
    Endpoint("GET", _SMARTLINK + "/versions/{version}", "getSmartlinkVersion", f"{_SMARTLINK_VERSIONS}:show"),
    Endpoint(
        "POST",
        _SMARTLINK + "/versions/{version}/restore",
        "restoreSmartlinkVersion",
        f"{_SMARTLINK_VERSIONS}:restore",
        also=(409,),
        versioned=True,
    ),
    Endpoint("GET", f"{_SMARTLINK}/publishers", "listSmartlinkPublishers", f"{_SMARTLINKS}:find_publishers"),
    Endpoint(
        "POST", f"{_SMARTLINK}/publishers", "addSmartlinkPublisher", f"{_SMARTLINKS}:add_publisher", 201, also=(409,)
    ),
    Endpoint(
        "DELETE",
        _SMARTLINK + "/publishers/{publisher_id}",
        "removeSmartlinkPublisher",
        f"{_SMARTLINKS}:remove_publisher",
        204,
    ),
    Endpoint(
        "POST",
        "/admin/smartlinks/simulate",
        "simulateUnsavedSmartlink",
        f"{_SIMULATION}:simulate_unsaved",
        role=ANALYST,
    ),
    Endpoint("POST", f"{_SMARTLINK}/simulate", "simulateSmartlink", f"{_SIMULATION}:simulate", role=ANALYST),
    Endpoint("POST", f"{_SMARTLINK}/replay", "replaySmartlink", f"{_REPLAY}:replay", role=ANALYST),
    Endpoint("GET", f"{_SMARTLINK}/weights", "getSmartlinkWeights", f"{_WEIGHTS}:weights"),
    Endpoint("GET", f"{_SMARTLINK}/weights/history", "listSmartlinkWeightsHistory", f"{_WEIGHTS}:history"),
    Endpoint("GET", f"{_SMARTLINK}/uplift", "getSmartlinkUplift", f"{_UPLIFT}:uplift"),
    Endpoint("GET", "/admin/applications", "listApplications", f"{_APPLICATIONS}:find"),
    Endpoint("POST", "/admin/applications/decide", "decideApplications", f"{_APPLICATIONS}:decide_many"),
    Endpoint("POST", f"{_APPLICATION}/approve", "approveApplication", f"{_APPLICATIONS}:approve", also=(409,)),
    Endpoint("POST", f"{_APPLICATION}/decline", "declineApplication", f"{_APPLICATIONS}:decline", also=(409,)),
    Endpoint("GET", "/admin/publishers", "listPublishers", f"{_PUBLISHERS}:find"),
    Endpoint("POST", "/admin/publishers", "createPublisher", f"{_PUBLISHERS}:create", 201),
    Endpoint("GET", _PUBLISHER, "getPublisher", f"{_PUBLISHERS}:show"),
    Endpoint("PATCH", _PUBLISHER, "updatePublisher", f"{_PUBLISHERS}:edit", versioned=True),
    Endpoint("DELETE", _PUBLISHER, "closePublisher", f"{_PUBLISHERS}:close", 204, versioned=True),
    Endpoint("GET", f"{_PUBLISHER}/keys", "listPublisherKeys", f"{_PUBLISHERS}:find_keys"),
    Endpoint("POST", f"{_PUBLISHER}/keys", "createPublisherKey", f"{_PUBLISHERS}:create_key", 201, also=(409,)),
    Endpoint("DELETE", _PUBLISHER + "/keys/{key_id}", "revokePublisherKey", f"{_PUBLISHERS}:revoke_key", 204),
    Endpoint("GET", f"{_PUBLISHER}/campaigns", "listPublisherCampaigns", f"{_PUBLISHERS}:find_campaigns"),
    Endpoint("POST", f"{_PUBLISHER}/campaigns", "approvePublisherCampaign", f"{_PUBLISHERS}:approve_campaign", 201),
    Endpoint(
        "DELETE",
        _PUBLISHER + "/campaigns/{campaign_id}",
        "withdrawPublisherCampaign",
        f"{_PUBLISHERS}:withdraw_campaign",
        204,
    ),
    Endpoint("GET", f"{_PUBLISHER}/smartlinks", "listPublisherSmartlinks", f"{_PUBLISHERS}:find_smartlinks"),
    Endpoint("GET", f"{_PUBLISHER}/terms", "listPublisherTerms", f"{_TERMS}:find"),
    Endpoint("GET", _PUBLISHER + "/terms/{campaign_id}", "getPublisherTerms", f"{_TERMS}:show"),
    Endpoint("PUT", _PUBLISHER + "/terms/{campaign_id}", "setPublisherTerms", f"{_TERMS}:replace", versioned=True),
    Endpoint(
        "DELETE", _PUBLISHER + "/terms/{campaign_id}", "deletePublisherTerms", f"{_TERMS}:delete", 204, versioned=True
    ),
    Endpoint("GET", "/admin/clicks", "listClicks", f"{_CLICKS}:find", also_media="text/csv"),
    Endpoint("GET", "/admin/clicks/{click_id}", "getClick", f"{_CLICKS}:show"),
    Endpoint("GET", "/admin/conversions", "listConversions", f"{_CONVERSIONS}:find", also_media="text/csv"),
    Endpoint(
        "PATCH",
        "/admin/conversions/{conversion_id}",
        "decideConversion",
        f"{_CONVERSIONS}:decide",
        also=(409,),
        versioned=True,
    ),
    Endpoint("GET", "/admin/deliveries", "listDeliveries", f"{_DELIVERIES}:find"),
    Endpoint("GET", "/admin/postbacks/refused", "listRefusedPostbacks", f"{_REFUSED}:find"),
    Endpoint("POST", "/admin/conversions/decide", "decideConversions", f"{_CONVERSIONS}:decide_many"),
    Endpoint("POST", "/admin/conversions/imports", "importConversions", f"{_IMPORTS}:create", 202),
    Endpoint("GET", "/admin/conversions/imports/{import_id}", "getConversionImport", f"{_IMPORTS}:show"),
    Endpoint("GET", "/admin/reports", "getReport", f"{_REPORTS}:admin_report", also_media="text/csv"),
    Endpoint("GET", "/admin/lost-clicks", "getLostClicks", f"{_LOST_CLICKS}:lost_clicks", also_media="text/csv"),
    Endpoint("GET", "/admin/exchange-rates", "getExchangeRates", f"{_RATES}:show"),
    Endpoint("PUT", "/admin/exchange-rates", "setExchangeRates", f"{_RATES}:replace", versioned=True),
    Endpoint("GET", "/admin/notifications", "listNotifications", f"{_NOTIFICATIONS}:find"),
    Endpoint(
        "POST",
        "/admin/notifications/{notification_id}/read",
        "readNotification",
        f"{_NOTIFICATIONS}:read",
        role=ANALYST,
    ),
    Endpoint(
        "POST",
        "/admin/notifications/read-all",
        "readAllNotifications",
        f"{_NOTIFICATIONS}:read_all",
        204,
        role=ANALYST,
    ),
    Endpoint("GET", "/admin/counts", "getCounts", f"{_COUNTS}:show"),
    Endpoint("GET", "/admin/audit", "listAuditLog", f"{_AUDIT}:find"),
)
