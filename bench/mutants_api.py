"""Mutants of conversions, postbacks, HTTP, reports, the optimizer and its evaluation, alerts and access.

The rows have the form of those in `bench/mutants.py`.
"""

ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("conversions/conversion.py", "<= timedelta(days=", "< timedelta(days=", "conversions/test_conversion.py"),
    ("postbacks/retry_schedule.py", "1 - _MAX_JITTER", "1 + _MAX_JITTER", "postbacks/test_retry_schedule.py"),
    ("postbacks/address_policy.py", " or address.sixtofour", "", "postbacks/test_address_policy.py"),
    ("postbacks/signature.py", 'f"{timestamp}.{url}"', 'f"{url}.{timestamp}"', "postbacks/test_signature.py"),
    ("postbacks/http_response.py", "< MAX_ATTEMPTS", "<= MAX_ATTEMPTS", "postbacks/test_http_response.py"),
    (
        "postbacks/subscription_filter.py",
        "and subscription.status",
        "or subscription.status",
        "postbacks/test_subscription_filter.py",
    ),
    (
        "http/audit_change.py",
        "before.get(name, ...) != after.get(name, ...)",
        "before.get(name) != after.get(name)",
        "http/test_audit_change.py",
    ),
    (
        "http/models.py",
        '.replace("~", "~0").replace("/", "~1")',
        '.replace("/", "~1").replace("~", "~0")',
        "http/test_models.py",
    ),
    ("http/fields.py", r"\.[0-9]{1,6}", r"\.[0-9]{0,6}", "http/test_fields.py"),
    ("http/pagination.py", "len(rows) > query.limit", "len(rows) >= query.limit", "http/test_pagination.py"),
    ("http/idempotency.py", " or endpoint.audience not in ROLES", "", "http/test_idempotency.py"),
    ("http/request_parsing.py", "len(raw) > MAX_BODY", "len(raw) >= MAX_BODY", "http/test_request_parsing.py"),
    ("http/authentication.py", "key.role != role or ", "", "http/test_authentication.py"),
    ("reporting/aggregation.py", "quarter < query.end", "quarter <= query.end", "reporting/test_aggregation.py"),
    ("reporting/metrics.py", "twice == 0 and whole % 2 == 1", "twice == 0", "reporting/test_metrics.py"),
    ("reporting/date_range.py", " + _CLOCK_CHANGE", "", "reporting/test_date_range.py"),
    ("reporting/table.py", 'in ("", requested)', "== requested", "reporting/test_table.py"),
    (
        "optimizer/model/allocation.py",
        "/ (highest - expected)",
        "/ highest",
        "optimizer/model/test_allocation.py",
    ),
    ("optimizer/model/change_point.py", "statistic, n + 1", "statistic, n", "optimizer/model/test_change_point.py"),
    (
        "optimizer/model/conversion_delay.py",
        "* visible / total_count",
        "* total_count / visible",
        "optimizer/model/test_conversion_delay.py",
    ),
    ("optimizer/model/posterior.py", " - conversions, shape)", ", shape)", "optimizer/model/test_posterior.py"),
    (
        "optimizer/model/exploration.py",
        "total_clicks < untouched",
        "total_clicks <= untouched",
        "optimizer/model/test_exploration.py",
    ),
    (
        "optimizer/model/weights.py",
        "else (value * high, value * low)",
        "else (value * low, value * high)",
        "optimizer/model/test_weights.py",
    ),
    (
        "evaluation/student_t.py",
        "quantile((1 + confidence) / 2,",
        "quantile(confidence,",
        "evaluation/test_student_t.py",
    ),
    (
        "evaluation/uplift/estimator.py",
        "variance = blocks / (blocks - 1) *",
        "variance =",
        "evaluation/uplift/test_estimator.py",
    ),
    ("alerts/thresholds.py", "used * 100 >= limit", "used * 100 > limit", "alerts/test_thresholds.py"),
    (
        "access/applications.py",
        " and state.status is None",
        "",
        "access/test_applications.py admin/applications/test_views.py",
    ),
    ("access/campaign_approvals.py", "existing and existing.active", "existing", "access/test_campaign_approvals.py"),
    ("inbox/views.py", "NotificationRow.id < after", "NotificationRow.id <= after", "inbox/test_views.py"),
)
