"""Mutants of the redirect, the domain, caps, clicks and counters, for `bench.mutation`.

Each row is a file below `chalicelib`, a text that occurs once in it, the faulty text, and the nearest test files below
`tests`.
"""

ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("routing/eligibility.py", "is OfferAccess.RESPECT", "is OfferAccess.GRANT", "routing/test_eligibility.py"),
    ("routing/rotation.py", "= bisect(", "= bisect_left(", "routing/test_rotation.py"),
    ("routing/weight_selection.py", "1 / max(1, ", "1 / (1 + ", "routing/test_weight_selection.py"),
    ("routing/decision.py", "pick.remaining_draw", "draw", "routing/test_decision.py"),
    ("routing/segments.py", "country or UNKNOWN", "country or EVERYONE", "routing/test_segments.py"),
    ("routing/click_record.py", "(arm_draw >> 11)", "(draw >> 11)", "routing/test_click_record.py"),
    (
        "routing/click_document.py",
        "(is_bot or is_duplicate)",
        "(is_bot and is_duplicate)",
        "admin/clicks/test_views.py",
    ),
    ("routing/route_codec.py", '_time(stored["ends_at"])', '_time(stored["starts_at"])', "routing/test_route_codec.py"),
    ("routing/tracking_parameters.py", " or name == sub)", ")", "routing/test_tracking_parameters.py"),
    ("domain/visitor.py", "bool(edge_secret) and ", "", "domain/test_visitor.py routing/test_visitor_detection.py"),
    (
        "domain/targeting.py",
        "self.exclude_bots or other",
        "self.exclude_bots and other",
        "routing/test_eligibility.py routing/test_route_codec.py",
    ),
    ("domain/campaign.py", "now >= self.ends_at", "now > self.ends_at", "domain/test_smartlink.py"),
    ("domain/macros.py", " // 1000)", ")", "domain/test_macros.py"),
    ("domain/url_validation.py", "%(?:25)*7B(", "%7B(", "domain/test_url_validation.py"),
    ("domain/ids.py", " and text.isascii()", "", "domain/test_ids.py"),
    ("domain/money.py", "Decimal(amount)", "float(amount)", "counters/test_cells.py conversions/test_conversion.py"),
    ("caps/windows.py", "timedelta(days=32)", "timedelta(days=30)", "caps/test_windows.py"),
    ("caps/lease_request.py", ".limit - 1 - max(", ".limit - max(", "caps/test_leases.py"),
    ("caps/leases.py", ", -1)", ", 1)", "caps/test_leases.py"),
    ("caps/counter_update.py", "max_leased_before >= 0", "max_leased_before > 0", "caps/test_counter_update.py"),
    ("caps/duplicate_filter.py", "\\n{visitor.user_agent}", "", "caps/test_duplicate_filter.py"),
    ("caps/duplicate_filter.py", "packed[:8]", "packed[:7]", "caps/test_duplicate_filter.py"),
    ("caps/duplicate_filter.py", "{publisher_id}\\n", "", "caps/test_duplicate_filter.py"),
    ("caps/reservation.py", "reasons[-len(requests) :]", "reasons[: len(requests)]", "caps/test_reservation.py"),
    ("clicks/item_codec.py", "if value is not None", "if value", "clicks/test_item_codec.py"),
    ("clicks/rejections.py", "max((", "min((", "clicks/test_rejections.py"),
    ("clicks/id_lists.py", "click_id < before", "click_id <= before", "clicks/test_id_lists.py"),
    ("counters/cells.py", "2 + minute % retention_days", "1 + minute % retention_days", "counters/test_cells.py"),
    ("counters/column_codec.py", "abs(max(counts))) + 1", "abs(max(counts)))", "counters/test_column_codec.py"),
    ("counters/compaction.py", "_number(last) + 1", "_number(last)", "counters/test_compaction.py"),
    ("counters/stream_batch.py", "> MAX_ITEMS", ">= MAX_ITEMS", "counters/test_stream_batch.py"),
    (
        "counters/learning_cells.py",
        "+ width > now - retention_hours",
        "+ width >= now - retention_hours",
        "counters/test_learning_cells.py",
    ),
    ("counters/delay_bins.py", "DELAY_EDGES[1:-1]", "DELAY_EDGES[:-1]", "counters/test_delay_bins.py"),
)
