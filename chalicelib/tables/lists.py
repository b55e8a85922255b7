"""Table of list entries: the index of the lists that can be searched and sorted."""

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, LocalSecondaryIndex
from pynamodb.models import Model

from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta


class EntriesByNameIndex(LocalSecondaryIndex["ListEntryRow"]):
    """The entries of a list in the order of their names."""

    class Meta:
        index_name = "by_name"
        projection = AllProjection()

    list = UnicodeAttribute(hash_key=True)
    name_key = UnicodeAttribute(range_key=True)


class EntriesByUpdateIndex(LocalSecondaryIndex["ListEntryRow"]):
    """The entries of a list in the order of their last change."""

    class Meta:
        index_name = "by_update"
        projection = AllProjection()

    list = UnicodeAttribute(hash_key=True)
    update_key = UnicodeAttribute(range_key=True)


class ListEntryRow(Model):
    """One resource in a list: `summary` (`lists/summary_codec.py`) has the fields of its row and those of its filters.

    `list` is the kind and the year of creation (`smartlinks#2026`), or `applications of pub_…`, whose entries have no
    summary. `format` is that of the summary. The lists `index places` and `index complete` have one entry for each
    kind: the `place` that the job has reached that completes the index, and the format that is complete.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "list_entries"

    list = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    format = IntegerAttribute(default=1)
    name_key = UnicodeAttribute(null=True)
    update_key = UnicodeAttribute(null=True)
    summary = BinaryAttribute(null=True, legacy_encoding=False)
    place = UnicodeAttribute(null=True)
    by_name = EntriesByNameIndex()
    by_update = EntriesByUpdateIndex()
