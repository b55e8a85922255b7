"""The stored form of targeting: its defaults, and its reader."""

from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import normalize

from chalicelib.domain import os_versions
from chalicelib.domain.browsers import fold_browser
from chalicelib.domain.languages import fold_language
from chalicelib.domain.targeting import DIMENSIONS, Targeting

STORED_DEFAULTS: Mapping[str, Any] = {
    **{name: [] for dimension in DIMENSIONS for name in (dimension.include, dimension.exclude) if name},
    "networks": [],
    "exclude_networks": [],
    "os_versions": {},
    "sub_ids": {},
    "exclude_bots": False,
    "exclude_hosting": False,
}
"""A stored targeting without any rule: the value of each field that an older release did not write."""


def from_document(document: Mapping[str, Any]) -> Targeting:
    """Return the targeting of a complete stored document (see `stored_settings`); an empty list in it means any.

    Languages and browsers that earlier releases gave by another name are those of today.
    """
    lists: dict[str, Any] = {each.include: frozenset(document[each.include]) or None for each in DIMENSIONS}
    lists |= {each.exclude: frozenset(document[each.exclude]) for each in DIMENSIONS if each.exclude}
    lists["cities"] = _folded(document["cities"]) or None
    lists["languages"] = frozenset(map(fold_language, document["languages"])) or None
    lists["browsers"] = frozenset(map(fold_browser, document["browsers"])) or None
    return Targeting(
        **lists,
        networks=frozenset({_folded(document["networks"])} if document["networks"] else ()),
        exclude_networks=_folded(document["exclude_networks"]),
        os_versions=os_versions.parse_rules(document["os_versions"]),
        sub_ids=frozenset((name, frozenset(patterns)) for name, patterns in document["sub_ids"].items() if patterns),
        exclude_bots=document["exclude_bots"],
        exclude_hosting=document["exclude_hosting"],
    )


def _folded(values: Iterable[str]) -> frozenset[str]:
    return frozenset(normalize("NFC", value).casefold() for value in values)
