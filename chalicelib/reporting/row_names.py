"""Reads the names of the IDs in the rows of a report."""

from collections.abc import Callable, Collection, Mapping

from chalicelib.reporting import names
from chalicelib.reporting.aggregation import Group
from chalicelib.reporting.table import Names

_READERS: Mapping[str, Callable[[Collection[str]], dict[str, str]]] = {
    "smartlink": names.smartlink_names,
    "campaign": names.campaign_names,
    "publisher": names.publisher_names,
}


class RowNames:
    """The names of IDs by dimension, empty for an ID without a name. Each ID is read once."""

    def __init__(self, dimensions: tuple[str, ...]) -> None:
        self._places = {name: place for place, name in enumerate(dimensions) if name in _READERS}
        self._known: dict[str, dict[str, str]] = {name: {} for name in self._places}

    def read(self, groups: Collection[Group]) -> Names:
        """Return the names of all IDs in these groups, and of IDs that were read before."""
        for name, place in self._places.items():
            known = self._known[name]
            ids = {group[place] for group in groups} - known.keys()
            known.update({**dict.fromkeys(ids, ""), **_READERS[name](ids)})
        return self._known
