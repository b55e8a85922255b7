"""DynamoDB's request units: what writing and reading so many bytes is charged as.

Rules: "DynamoDB read and write operations" in the developer guide.
"""

from math import ceil

WRITE_BYTES = 1_024
READ_BYTES = 4_096
IN_A_TRANSACTION = 2


def write_units(size: int, *, transactional: bool = False) -> int:
    """Write request units of an item of so many bytes, the larger of before and after; a deleted one costs as much."""
    return max(1, ceil(size / WRITE_BYTES)) * (IN_A_TRANSACTION if transactional else 1)


def read_units(size: int, *, consistent: bool) -> float:
    """Read request units of so many bytes read by one call."""
    return max(1, ceil(size / READ_BYTES)) * (1.0 if consistent else 0.5)
