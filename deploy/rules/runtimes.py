"""The days on which AWS deprecates runtimes, and those that this project can be packaged for."""

from datetime import date
from types import MappingProxyType

END_DATES = MappingProxyType(
    {
        "python3.11": date(2027, 6, 30),
        "python3.12": date(2028, 10, 31),
        "python3.13": date(2029, 6, 30),
        "python3.14": date(2029, 6, 30),
    }
)
"""Deprecation dates (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, read in November 2026).

Amazon Linux 2, on which python3.11 runs, ends on the same day as that runtime; the later ones run on Amazon Linux 2023.
"""
