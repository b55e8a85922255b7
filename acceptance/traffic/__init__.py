"""Generated traffic with its own ledger, compared with the reports."""
