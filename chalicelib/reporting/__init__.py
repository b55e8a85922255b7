"""Reports: date range, aggregation, table, metrics, lost clicks, CSV."""
