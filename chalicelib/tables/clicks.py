"""Tables of clicks, click ID lists and duplicate markers."""

from collections.abc import Callable
from typing import Any

from pynamodb.attributes import Attribute, BinaryAttribute, BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.domain.click import CLICK_FIELDS, FieldKind
from chalicelib.settings import table_prefix
from chalicelib.tables.base import IntegerAttribute, TableMeta

_ATTRIBUTES: dict[FieldKind, Callable[[str], Attribute[Any]]] = {
    FieldKind.TEXT: lambda stored: UnicodeAttribute(attr_name=stored, null=True),
    FieldKind.NUMBER: lambda stored: IntegerAttribute(attr_name=stored, null=True),
    FieldKind.FLAG: lambda stored: BooleanAttribute(attr_name=stored, null=True),
    FieldKind.JSON: lambda stored: JSONAttribute(attr_name=stored, null=True),
}


class ClickRow(Model):
    """One recorded click, under 1 KB: short names, and nothing that the route of its version already has.

    The attributes follow from `CLICK_FIELDS`; those that code reads by name are declared here.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "clicks"

    vars().update({name: _ATTRIBUTES[field.kind](field.stored) for name, field in CLICK_FIELDS.items()})

    click_id = UnicodeAttribute(hash_key=True)
    at = IntegerAttribute()
    expires_at = IntegerAttribute()
    route_id = UnicodeAttribute(attr_name=CLICK_FIELDS["route_id"].stored)
    route_version = IntegerAttribute(attr_name=CLICK_FIELDS["route_version"].stored)
    epoch = IntegerAttribute(attr_name=CLICK_FIELDS["epoch"].stored)
    publisher_id = UnicodeAttribute(attr_name=CLICK_FIELDS["publisher_id"].stored)
    outcome = UnicodeAttribute(attr_name=CLICK_FIELDS["outcome"].stored)
    campaign_id = UnicodeAttribute(attr_name=CLICK_FIELDS["campaign_id"].stored, null=True)
    arm = UnicodeAttribute(attr_name=CLICK_FIELDS["arm"].stored)
    terms_version = IntegerAttribute(attr_name=CLICK_FIELDS["terms_version"].stored, null=True)
    weights_version = IntegerAttribute(attr_name=CLICK_FIELDS["weights_version"].stored, null=True)


class DuplicateMarkerRow(Model):
    """Records that a visitor was seen on a campaign, until `expires_at` (seconds)."""

    class Meta(TableMeta):
        table_name = table_prefix() + "duplicates"

    key = UnicodeAttribute(hash_key=True)
    click_id = UnicodeAttribute()
    expires_at = IntegerAttribute()


class ClickListRow(Model):
    """The click IDs of one batch for one route and UTC day, keyed by the greatest of them.

    `route_day` is `sml_…#2026-11-21`, in which earlier releases wrote all lists, or `sml_…#2026-11-21#1` for the second
    shard: `id_lists.partitions`.
    """

    class Meta(TableMeta):
        table_name = table_prefix() + "click_lists"

    route_day = UnicodeAttribute(hash_key=True)
    greatest = UnicodeAttribute(range_key=True)
    click_ids = BinaryAttribute(legacy_encoding=False)
    expires_at = IntegerAttribute()
