"""Generated traffic with its own ledger, which is compared with the reports."""
