import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin.smartlinks.version_changes import MAX_BYTES, MAX_VALUE_BYTES, Change, changes, decode

JsonObject = dict[str, Any]


def an_offer(campaign_id: str, **values: Any) -> JsonObject:
    targeting = {"countries": [], "devices": [], **values.pop("targeting", {})}
    return {"campaign_id": campaign_id, "weight": 1, **values, "targeting": targeting}


def a_document(*offers: JsonObject, **values: Any) -> JsonObject:
    return {"name": "A", "tags": [], "offers": list(offers), "status": "active", **values}


def test_changed_field_has_its_value_before_and_after() -> None:
    found = changes(a_document(), a_document(name="B", status="paused"))
    assert found.kept == [Change("/name", "A", "B"), Change("/status", "active", "paused")]
    assert found.omitted == 0


def test_field_of_a_later_release_changed_from_null() -> None:
    before = a_document()
    del before["tags"]
    assert changes(before, a_document()).kept == [Change("/tags", None, [])]


def test_offers_are_compared_by_campaign() -> None:
    before = a_document(an_offer("cmp_1"), an_offer("cmp_2"))
    after = a_document(an_offer("cmp_2", weight=3, targeting={"countries": ["US"]}), an_offer("cmp_3"))
    assert changes(before, after).kept == [
        Change("/offers/0", before=an_offer("cmp_1"), campaign_id="cmp_1"),
        Change("/offers/0/weight", 1, 3, "cmp_2"),
        Change("/offers/0/targeting/countries", [], ["US"], "cmp_2"),
        Change("/offers/1", after=an_offer("cmp_3"), campaign_id="cmp_3"),
    ]


def test_order_of_the_offers_is_a_change_of_its_own() -> None:
    one, two = an_offer("cmp_1"), an_offer("cmp_2")
    assert changes(a_document(one, two), a_document(two, one)).kept == [
        Change("/offers", ["cmp_1", "cmp_2"], ["cmp_2", "cmp_1"])
    ]


def test_long_value_is_left_out() -> None:
    fits = "x" * (MAX_VALUE_BYTES - len('["A", ""]'))
    (whole,) = changes(a_document(), a_document(name=fits)).kept
    assert whole == Change("/name", "A", fits)
    (short,) = changes(a_document(), a_document(name=f"{fits}x")).kept
    assert short == Change("/name", is_truncated=True)


@pytest.mark.parametrize("count", [1, 5, 200])
def test_changes_of_a_version_have_a_bounded_size(count: int) -> None:
    offers = [an_offer(f"cmp_{n:03}", targeting={"countries": ["US"] * 200}) for n in range(count)]
    found = changes(a_document(), a_document(*offers))
    assert len(found.kept) + found.omitted == count
    assert len(found.encode()) <= MAX_BYTES + 2 * count
    assert (found.omitted == 0) == (count < 10)


OFFERS = st.lists(
    st.builds(
        lambda key, weight, countries: an_offer(key, weight=weight, targeting={"countries": countries}),
        st.sampled_from(["cmp_1", "cmp_2", "cmp_3", "cmp_4"]),
        st.integers(0, 2),
        st.lists(st.sampled_from(["US", "GB"]), max_size=1),
    ),
    max_size=4,
    unique_by=lambda offer: offer["campaign_id"],
)
DOCUMENTS = st.builds(
    lambda offers, name, tags: a_document(*offers, name=name, tags=tags),
    OFFERS,
    st.sampled_from(["A", "B"]),
    st.lists(st.sampled_from(["x", "y"]), max_size=2),
)


def undone(after: JsonObject, found: list[Change]) -> JsonObject:
    """Return the document before the changes."""
    document = json.loads(json.dumps(after))
    offers = {offer["campaign_id"]: offer for offer in document["offers"]}
    order = [each.before for each in found if each.pointer == "/offers"]
    removed = []
    for change in found:
        _, first, *rest = change.pointer.split("/")
        match rest:
            case []:
                document[first] = change.before
            case [n] if change.after is None:
                removed.append((int(n), change.before))
            case [_]:
                del offers[change.campaign_id]
            case [_, field]:
                offers[change.campaign_id][field] = change.before
            case [_, field, name]:
                offers[change.campaign_id][field][name] = change.before
    remaining = list(offers.values())
    for place, offer in removed:
        remaining.insert(place, offer)
    by_id = {offer["campaign_id"]: offer for offer in remaining}
    document["offers"] = [by_id[key] for key in order[0]] if order else remaining
    return document  # type: ignore[no-any-return]


@given(DOCUMENTS, DOCUMENTS)
def test_changes_undone_give_the_document_before(before: JsonObject, after: JsonObject) -> None:
    found = changes(before, after)
    assert undone(after, decode(found.encode())) == before
