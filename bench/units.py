"""DynamoDB's request units for writing and reading a number of bytes.

Rules: "DynamoDB read and write operations" in the developer guide.
"""

from math import ceil

WRITE_BYTES = 1_024
READ_BYTES = 4_096
IN_A_TRANSACTION = 2


def write_units(size: int, *, transactional: bool = False) -> int:
    """Return the write units of an item; `size` is the larger of before and after. A deletion costs the same."""
    return max(1, ceil(size / WRITE_BYTES)) * (IN_A_TRANSACTION if transactional else 1)


def read_units(size: int, *, consistent: bool) -> float:
    """Return the read units of one call that reads `size` bytes."""
    return max(1, ceil(size / READ_BYTES)) * (1.0 if consistent else 0.5)
