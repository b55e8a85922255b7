import pytest
from hypothesis import given

from chalicelib.caps.duplicate_filter import DuplicateMarker, duplicate_marker
from chalicelib.domain.campaign import Campaign, DuplicateFilter, DuplicateIdentity
from chalicelib.domain.visitor import Visitor
from tests import strategies as some
from tests.builders import NOW, a_campaign, a_visitor


def _filtered(campaign_id: str = "cmp_1") -> Campaign:
    return a_campaign(campaign_id, duplicate_filter=DuplicateFilter(DuplicateIdentity.IP_UA, 3600))


def _key(visitor: Visitor, campaign: Campaign | None = None) -> str:
    marker = duplicate_marker(campaign or _filtered(), visitor, NOW)
    assert marker
    return marker.key


def test_campaign_without_a_filter_has_no_marker() -> None:
    assert duplicate_marker(a_campaign(), a_visitor(), NOW) is None


def test_marker_contains_campaign_and_identity_and_expires_with_the_window() -> None:
    assert duplicate_marker(_filtered(), a_visitor(), NOW) == DuplicateMarker(
        key="cmp_1|ip_ua|31ca0fb10671aa538a08c2a3d2be063b",
        expires_at=1_793_795_400 + 3600,
    )


def test_same_address_and_user_agent_are_the_same_visitor() -> None:
    assert _key(a_visitor()) == _key(a_visitor(country="GB", language="de", is_bot=True))


@pytest.mark.parametrize(
    "different",
    [
        pytest.param(a_visitor(address="203.0.113.8"), id="another address"),
        pytest.param(a_visitor(user_agent="curl/8.7.1"), id="another user agent"),
        pytest.param(a_visitor(address="203.0.113.7\nMozilla/5.0 (iPhone)", user_agent=""), id="all in the address"),
    ],
)
def test_different_address_or_user_agent_is_a_different_visitor(different: Visitor) -> None:
    assert _key(a_visitor()) != _key(different)


def test_campaigns_have_separate_markers() -> None:
    assert _key(a_visitor()) != _key(a_visitor(), _filtered("cmp_2"))


@given(some.texts)
def test_marker_contains_only_a_hash_of_the_user_agent(user_agent: str) -> None:
    digest = _key(a_visitor(user_agent=user_agent)).rpartition("|")[2]

    assert len(bytes.fromhex(digest)) == 16
