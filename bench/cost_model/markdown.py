"""Markdown tables, and the format of numbers in them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bench.merging import Load

_LITTLE = Decimal("0.001")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def words(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table of text columns."""
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *rows])


def dollars(amount: Decimal) -> str:
    """Format dollars to a tenth of a cent."""
    return "0" if not amount else "< 0.001" if amount < _LITTLE else f"{amount:,.3f}"


def number(value: float) -> str:
    """Format a number without decimals, or with three digits if it is small."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"  # noqa: PLR2004 - three digits


def clicks_a_second(load: Load) -> str:
    """Format the load's rate."""
    return f"{load.rate:,.0f} clicks/s"
