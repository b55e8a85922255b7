import re
from random import Random
from typing import Any

import pytest

from chalicelib.access import publisher_links, terms
from chalicelib.admin.publishers import terms_storage
from chalicelib.http import transactions
from chalicelib.http.request import Request
from chalicelib.routing import route_cache
from chalicelib.tables.base import item_bytes
from chalicelib.tables.publishers import MembershipRow, TermsRow
from chalicelib.tables.routes import LinkRow
from tests.conftest import Api
from tests.documents import (
    add_publisher,
    errors_by_pointer,
    good,
    new_campaign,
    new_publisher,
    new_smartlink,
    set_terms,
)

CAP = {"metric": "clicks", "window": "day", "limit": "5"}
EMPTY: dict[str, Any] = {"payout": None, "payout_percent": None, "goals": [], "caps": None}


def path_of(publisher_id: str, campaign: dict[str, Any]) -> str:
    return f"/admin/publishers/{publisher_id}/terms/{campaign['id']}"


def versions(publisher_id: str) -> set[int | None]:
    """Return the versions on the publisher's links."""
    return {row.terms_version for row in LinkRow.scan(LinkRow.publisher_id == publisher_id)}


def test_every_version_is_kept(admin: Api) -> None:
    game, other, publisher = new_campaign(admin), new_campaign(admin), new_publisher(admin)
    set_terms(admin, publisher.id, game, payout="1")
    set_terms(admin, publisher.id, other, payout="2")
    assert admin.delete(path_of(publisher.id, game)).status == 204
    ones = {game["id"]: {**EMPTY, "payout": "1"}}
    twos = {other["id"]: {**EMPTY, "payout": "2"}}
    kept = [row.document["campaigns"] for row in TermsRow.query(publisher.id)]
    assert kept == [ones, {**ones, **twos}, twos]


def test_change_of_terms_rewrites_all_links_of_that_publisher(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher_links, "LINKS_PER_TRANSACTION", 2)
    campaign, ann, bob = new_campaign(admin), new_publisher(admin, "Ann"), new_publisher(admin, "Bob")
    smartlinks = [new_smartlink(admin, campaign) for _ in range(4)]
    codes = [add_publisher(admin, each, ann) for each in smartlinks]
    add_publisher(admin, smartlinks[0], bob)
    set_terms(admin, ann.id, campaign, caps=[CAP])
    assert (versions(ann.id), versions(bob.id)) == ({1}, {None})
    assert {row.terms_caps for row in LinkRow.scan(LinkRow.publisher_id == ann.id)} == {terms.link_terms(ann.id).caps}
    admin.delete(path_of(ann.id, campaign))
    route_cache.clear_caches()
    links = [route_cache.links(code, 0.0) for code in codes]
    assert [link and (link.terms_version, link.caps) for link in links] == [(2, {})] * 4


def test_pool_edit_rewrites_no_link(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    smartlink = new_smartlink(admin, campaign)
    code = add_publisher(admin, smartlink, publisher)
    set_terms(admin, publisher.id, campaign, caps=[CAP])
    before = LinkRow.get(code).serialize()
    good(admin.patch(f"/admin/smartlinks/{smartlink['id']}", {"offers": []}))
    assert LinkRow.get(code).serialize() == before


def test_terms_reach_more_links_than_fit_into_one_transaction(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    for n in range(95):
        code = f"code{n:06}"
        MembershipRow(publisher.id, f"sml_{n}", status="approved", code=code).save()
        LinkRow(code, publisher_id=publisher.id, route_id=f"sml_{n}", active=True, publisher_active=True).save()
    set_terms(admin, publisher.id, campaign, payout="1")
    assert versions(publisher.id) == {1}


@pytest.mark.usefixtures("unhurried")
def test_concurrent_changes_are_applied_one_after_the_other(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    game, other, publisher = new_campaign(admin), new_campaign(admin), new_publisher(admin)
    saved = terms_storage.save

    def interrupted(request: Request, *arguments: Any) -> TermsRow:
        monkeypatch.setattr(terms_storage, "save", saved)
        set_terms(admin, publisher.id, other, payout="2")
        return saved(request, *arguments)

    monkeypatch.setattr(terms_storage, "save", interrupted)
    assert set_terms(admin, publisher.id, game, payout="1")["version"] == 2
    assert set(terms.current_terms(publisher.id)) == {game["id"], other["id"]}


def test_links_beyond_the_first_transaction_are_left_to_a_newer_version(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher_links, "LINKS_PER_TRANSACTION", 1)
    publisher, campaign = new_publisher(admin), new_campaign(admin)
    for _ in range(3):
        add_publisher(admin, new_smartlink(admin), publisher)
    newer = TermsRow(publisher.id, 2, document={"campaigns": {}}, created_at="")
    change = publisher_links._change
    monkeypatch.setattr(publisher_links, "_change", lambda *each: (newer.save(), change(*each)))
    set_terms(admin, publisher.id, campaign)
    assert versions(publisher.id) == {None, 1}


@pytest.mark.parametrize("with_caps", [199, 200])
def test_at_most_200_campaigns_have_caps(admin: Api, with_caps: int) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    stored = {f"cmp_{n}": {**EMPTY, "caps": []} for n in range(with_caps)}
    TermsRow(publisher.id, 1, document={"campaigns": {**stored, "cmp_none": EMPTY}}, created_at="").save()
    answered = admin.put(path_of(publisher.id, campaign), {"caps": [CAP]})
    if with_caps < 200:
        assert good(answered)["version"] == 2
    else:
        detail = "must be null: the publisher's terms set caps for 200 campaigns already"
        assert errors_by_pointer(answered) == {"/caps": detail}
        assert good(admin.put(path_of(publisher.id, campaign), {"payout": "1"}))["version"] == 2


def test_caps_of_the_200th_campaign_can_be_changed(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    stored = {each: {**EMPTY, "caps": []} for each in (campaign["id"], *(f"cmp_{n}" for n in range(199)))}
    TermsRow(publisher.id, 1, document={"campaigns": stored}, created_at="").save()
    assert set_terms(admin, publisher.id, campaign, caps=[CAP])["version"] == 2


_HAN = [chr(code) for code in range(0x4E00, 0x9FFF)]


def noise(length: int) -> str:
    """Return a text whose compressed form in base 64 has two thirds of its length."""
    return Random(length).randbytes(length // 2).hex()  # noqa: S311 - no secrets


def test_terms_too_large_to_store_are_an_error_that_names_their_size(
    admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    goals = [{"name": "".join(Random(n).choices(_HAN, k=64))} for n in range(50)]  # noqa: S311 - no secrets
    campaign, publisher = new_campaign(admin, goals=goals), new_publisher(admin)
    stored = {"cmp_1": {**EMPTY, "goals": [{"name": noise(450_000), "payout": None, "payout_percent": None}]}}
    row = TermsRow(publisher.id, 1, document={"campaigns": stored}, created_at="")
    row.save()
    monkeypatch.setattr(transactions, "MAX_ITEM_BYTES", item_bytes(row) + 1_000)
    (detail,) = errors_by_pointer(admin.put(path_of(publisher.id, campaign), {"goals": goals})).values()
    assert re.fullmatch(r"is too large: 3\d\d,\d{3} bytes to store, at most 3\d\d,\d{3} fit", detail)
