"""Places of values: for each detail dimension, publisher and UTC day, the first values in stream order get one.

A value with a place is counted under its own name, every other value under `(other)`. A value keeps its place, and a
value without a place never gets one later. So all counts of one value have the same name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

MAX_VALUES = 1_000
"""Places of one dimension, publisher and UTC day."""

OTHER = "(other)"

Subject = tuple[str, str]
"""A dimension and a publisher."""

Naming = Callable[[str, Subject, str], str]
"""Function that returns the name of a value, given the UTC day of its click if it is late (else "") and its subject."""


class Undecided(Exception):  # noqa: N818 - named for the fact
    """A value has no place yet and could still get one. Read its day again later."""


@dataclass(frozen=True, slots=True)
class Places:
    """The values with a place in one partition, by dimension and publisher."""

    taken: dict[Subject, set[str]] = field(default_factory=dict)

    def take(self, subject: Subject, value: str) -> str:
        """Return the name under which the value is counted, and give it a place if one is free."""
        taken = self.taken.setdefault(subject, set())
        if value not in taken:
            if len(taken) >= MAX_VALUES or value == OTHER:
                return OTHER
            taken.add(value)
        return value

    def find(self, subject: Subject, value: str) -> str:
        """Return the name under which the value is counted. Raises Undecided while that can change."""
        taken = self.taken.get(subject, set())
        if value in taken:
            return value
        if len(taken) < MAX_VALUES and value != OTHER:
            raise Undecided(subject, value)
        return OTHER

    def add(self, dimension: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Add the publishers and names of cells that were counted. `(other)` takes no place."""
        for publisher, value in pairs:
            if value != OTHER:
                self.taken.setdefault((dimension, publisher), set()).add(value)

    def take_all(self, _: str, subject: Subject, value: str) -> str:
        """Return the name as `take` does. This is the naming of values that are not late."""
        return self.take(subject, value)
