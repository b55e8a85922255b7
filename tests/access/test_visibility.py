from typing import Any

import pytest

from chalicelib.access import visibility
from chalicelib.access.membership import load_membership
from tests.builders import smartlink_settings
from tests.conftest import Api
from tests.documents import add_publisher, good, new_campaign, new_publisher, new_smartlink

OFFERS = [{"campaign_id": "cmp_2"}, {"campaign_id": "cmp_1"}, {"campaign_id": "cmp_3", "enabled": False}]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"visibility": "private", "offer_access": "respect"}, ["cmp_1", "cmp_2"]),
        ({"visibility": "private", "offer_access": "respect", "offers": OFFERS[2:]}, []),
        ({"visibility": "private", "offer_access": "grant"}, []),
        ({"visibility": "ask", "offer_access": "respect"}, []),
    ],
    ids=["respect", "nothing enabled", "grant", "not private"],
)
def test_private_smartlink_that_respects_approvals_requires_its_enabled_offers(
    changes: dict[str, Any], expected: list[str]
) -> None:
    settings = smartlink_settings(**{"offers": OFFERS, **changes})
    assert visibility.required_campaign_ids(settings) == expected


def test_private_smartlink_is_visible_to_its_publishers_only(admin: Api) -> None:
    smartlink = new_smartlink(admin, new_campaign(admin), visibility="private")
    ann, bob = new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    add_publisher(admin, smartlink, ann)
    states = [load_membership(smartlink["id"], each.id) for each in (ann, bob)]
    assert [(visibility.can_view(each), visibility.is_open(each)) for each in states] == [(True, False), (False, False)]


@pytest.mark.parametrize(("kind", "expected"), [("ask", (True, False)), ("public", (True, True))])
def test_other_smartlinks_are_visible_and_public_ones_open(admin: Api, kind: str, expected: tuple[bool, bool]) -> None:
    state = load_membership(new_smartlink(admin, visibility=kind)["id"], new_publisher(admin).id)
    assert (visibility.can_view(state), visibility.is_open(state)) == expected


def test_smartlink_is_open_to_publishers_with_every_approval(admin: Api) -> None:
    campaigns, publisher = [new_campaign(admin, name) for name in ("one", "two")], new_publisher(admin)
    smartlink = new_smartlink(admin, *campaigns, visibility="private", offer_access="respect")
    seen = []
    for campaign in campaigns:
        good(admin.post(f"/admin/publishers/{publisher.id}/campaigns", {"campaign_id": campaign["id"]}))
        seen.append(visibility.is_open(load_membership(smartlink["id"], publisher.id)))
    assert seen == [False, True]
