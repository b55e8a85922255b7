from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from chalicelib.domain.visitor import Device
from chalicelib.http.fields import Money, Name, TimeZone
from chalicelib.http.models import ListQuery, NoContent, Page, Patch, RequestModel, ResponseModel, validate
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.time_range import RangeQuery
from tests import strategies as some


class Inner(RequestModel):
    weight: int = Field(1, ge=0, le=9)
    open: bool = True


class Outer(RequestModel):
    name: Name
    price: Money = "0"
    zone: TimeZone = "UTC"
    device: Device = Device.MOBILE
    note: Annotated[str, Field(max_length=3)] | None = None
    inner: Inner = Inner()
    seats: list[Inner] = Field([], max_length=2)


def _complaints(**document: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as caught:
        validate(Outer, document)
    return list(caught.value.errors)


def test_a_sound_document_is_its_model() -> None:
    document = {"name": "A", "price": "1.50", "device": "tablet", "inner": {"weight": 3}, "seats": [{"open": False}]}

    assert validate(Outer, document) == Outer(
        name="A", price="1.50", device=Device.TABLET, inner=Inner(weight=3), seats=[Inner(open=False)]
    )


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"name": 3}, ("/name", "must be a string"), id="another type"),
        pytest.param({"name": ""}, ("/name", "must have at least 1 characters"), id="too short"),
        pytest.param({"name": "x" * 201}, ("/name", "must have at most 200 characters"), id="too long"),
        pytest.param({"name": None}, ("/name", "must be a string"), id="null"),
        pytest.param(
            {"note": "long"}, ("/note", "must have at most 3 characters"), id="too long where null is allowed"
        ),
        pytest.param({"price": 1.5}, ("/price", "must be a string"), id="money as a number"),
        pytest.param({"device": "fridge"}, ("/device", "must be 'mobile', 'tablet' or 'desktop'"), id="no such word"),
        pytest.param({"inner": 3}, ("/inner", "must be an object"), id="no object"),
        pytest.param({"inner": {"weight": -1}}, ("/inner/weight", "must be 0 or more"), id="too small"),
        pytest.param({"inner": {"weight": 10}}, ("/inner/weight", "must be 9 or less"), id="too large"),
        pytest.param({"inner": {"weight": 10**30}}, ("/inner/weight", "must be 9 or less"), id="far too large"),
        pytest.param({"inner": {"weight": 1.5}}, ("/inner/weight", "must be a whole number"), id="a fraction"),
        pytest.param(
            {"inner": {"weight": "1"}}, ("/inner/weight", "must be a whole number"), id="a number in a string"
        ),
        pytest.param({"inner": {"weight": True}}, ("/inner/weight", "must be a whole number"), id="true as a number"),
        pytest.param({"inner": {"open": 1}}, ("/inner/open", "must be true or false"), id="a number as true"),
        pytest.param({"seats": {}}, ("/seats", "must be a list"), id="no list"),
        pytest.param({"seats": [{}, {}, {}]}, ("/seats", "must have at most 2 entries"), id="too many"),
        pytest.param({"seats": [{}, {"weight": -1}]}, ("/seats/1/weight", "must be 0 or more"), id="inside a list"),
        pytest.param({"other": 1}, ("/other", "is not a known field"), id="an unknown field"),
        pytest.param({"inner": {"other": 1}}, ("/inner/other", "is not a known field"), id="an unknown field inside"),
        pytest.param({"a/b~c": 1}, ("/a~1b~0c", "is not a known field"), id="a name that the pointer must escape"),
        pytest.param({"~1": 1}, ("/~01", "is not a known field"), id="a name that looks escaped"),
    ],
)
def test_each_complaint_names_its_place_and_rule(changes: dict[str, Any], complaint: tuple[str, str]) -> None:
    assert _complaints(**{"name": "A", **changes}) == [complaint]


def test_a_missing_field_is_named() -> None:
    assert _complaints() == [("/name", "is required")]


def test_every_complaint_is_told_at_once() -> None:
    found = _complaints(price="-1", inner={"weight": -1, "open": "yes"}, seats=[{"weight": 10}], more=1)

    assert found == [
        ("/name", "is required"),
        ("/price", 'must be a decimal string of 0 or more, such as "1.50"'),
        ("/inner/weight", "must be 0 or more"),
        ("/inner/open", "must be true or false"),
        ("/seats/0/weight", "must be 9 or less"),
        ("/more", "is not a known field"),
    ]


@pytest.mark.parametrize("text", ["0", "1.5", "1.50", "000.000001", "999999999999.999999"])
def test_money_is_a_decimal_string(text: str) -> None:
    assert validate(Outer, {"name": "A", "price": text}).price == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "-1",
        "+1",
        "1.",
        ".5",
        "1,50",
        "1e3",
        " 1",
        "1 ",
        "1\n",
        "0x1",
        "NaN",
        "1.2.3",
        "1.1234567",
        "1" * 13,
        "\N{ARABIC-INDIC DIGIT ONE}",
    ],
)
def test_what_is_no_decimal_string_is_no_money(text: str) -> None:
    assert _complaints(name="A", price=text) == [("/price", 'must be a decimal string of 0 or more, such as "1.50"')]


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_a_time_zone_is_known_by_its_name(name: str) -> None:
    assert validate(Outer, {"name": "A", "zone": name}).zone == name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Mars/Olympus", id="no such place"),
        pytest.param("", id="nothing"),
        pytest.param("Europe", id="a folder"),
        pytest.param("zone.tab", id="a file that is no zone"),
        pytest.param("../../etc/passwd", id="a way out"),
        pytest.param("/etc/passwd", id="an absolute path"),
        pytest.param("UTC\x00", id="a zero byte"),
        pytest.param("x" * 5000, id="longer than a file's name"),
    ],
)
def test_what_is_no_time_zone_is_named(name: str) -> None:
    assert _complaints(name="A", zone=name) == [("/zone", f"is not a known time zone: {name}")]


@pytest.mark.parametrize("half", [0xD800, 0xDC00, 0xDFFF], ids=hex)
def test_half_a_surrogate_pair_is_refused(half: int) -> None:
    with pytest.raises(ValidationFailed):
        validate(Outer, {"name": f"a{chr(half)}b"})


def test_half_a_surrogate_pair_is_one_complaint_among_others() -> None:
    assert _complaints(name="\ud800", price=1) == [
        ("/name", "must be valid Unicode"),
        ("/price", "must be a string"),
    ]


def test_what_nests_without_end_is_refused() -> None:
    nested: dict[str, Any] = {}
    for _ in range(500):
        nested = {"inner": nested}

    assert [pointer for pointer, _ in _complaints(**nested)] == [""]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"limit": 0}, ("/limit", "must be 1 or more"), id="none"),
        pytest.param({"limit": 201}, ("/limit", "must be 200 or less"), id="too many"),
        pytest.param({"limit": "ten"}, ("/limit", "must be a whole number"), id="a word"),
        pytest.param({"cursor": "x" * 1001}, ("/cursor", "must have at most 1000 characters"), id="a long cursor"),
        pytest.param({"page": 2}, ("/page", "is not a known field"), id="another parameter"),
    ],
)
def test_a_lists_query_is_checked_like_a_body(changes: dict[str, Any], complaint: tuple[str, str]) -> None:
    with pytest.raises(ValidationFailed) as caught:
        validate(ListQuery, changes)

    assert caught.value.errors == (complaint,)


def test_a_list_has_50_items_unless_asked() -> None:
    assert validate(ListQuery, {}) == ListQuery(limit=50, cursor=None)


def test_a_page_is_written_with_its_cursor() -> None:
    class Named(ResponseModel):
        name: str

    assert (
        Page(items=[Named(name="A")], next_cursor=None).model_dump_json()
        == '{"items":[{"name":"A"}],"next_cursor":null}'
    )


def test_no_content_has_nothing_to_show() -> None:
    assert (NoContent().model_dump(), NoContent.ONE_TIME_FIELDS) == ({}, frozenset())


BEFORE = {
    "name": "A",
    "price": "1",
    "zone": "UTC",
    "device": "mobile",
    "note": "abc",
    "inner": {"weight": 2, "open": False},
    "seats": [{"weight": 1, "open": True}, {"weight": 2, "open": True}],
}


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"name": "B"}, {"name": "B"}, id="one field"),
        pytest.param({"note": None}, {"note": None}, id="null removes"),
        pytest.param({"price": None}, {"price": "0"}, id="null brings back the default"),
        pytest.param({"inner": {"weight": 3}}, {"inner": {"weight": 3, "open": False}}, id="inside an object"),
        pytest.param({"inner": {"open": None}}, {"inner": {"weight": 2, "open": True}}, id="null inside an object"),
        pytest.param({"inner": None}, {"inner": {"weight": 1, "open": True}}, id="null for an object"),
        pytest.param({"seats": [{"weight": 7}]}, {"seats": [{"weight": 7, "open": True}]}, id="a list is replaced"),
        pytest.param({"seats": []}, {"seats": []}, id="an empty list"),
    ],
)
def test_a_patch_is_merged_over_what_is_there(changes: dict[str, Any], after: dict[str, Any]) -> None:
    assert Patch(Outer, changes).apply_to(BEFORE).model_dump(mode="json") == {**BEFORE, **after}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"name": None}, ("/name", "is required"), id="removing what is required"),
        pytest.param({"inner": 3}, ("/inner", "must be an object"), id="another type"),
        pytest.param(
            {"inner": {"weight": {"a": 1}}}, ("/inner/weight", "must be a whole number"), id="an object too many"
        ),
        pytest.param({"id": "x"}, ("/id", "is not a known field"), id="an unknown field"),
    ],
)
def test_the_patched_whole_is_checked(changes: dict[str, Any], complaint: tuple[str, str]) -> None:
    with pytest.raises(ValidationFailed) as caught:
        Patch(Outer, changes).apply_to(BEFORE)

    assert caught.value.errors == (complaint,)


def test_a_patch_leaves_what_it_is_merged_over_as_it_was() -> None:
    before = {"name": "A", "inner": {"weight": 2}}
    Patch(Outer, {"name": "B", "inner": {"weight": 3, "open": None}}).apply_to(before)

    assert before == {"name": "A", "inner": {"weight": 2}}


class Anything(RequestModel):
    a: Any = None
    b: Any = None
    e: Any = None


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({"a": "foo"}, {"b": [None]}, {"a": "foo", "b": [None]}),
        ({"a": "foo"}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
    ids=str,
)
def test_a_patch_merges_as_the_examples_of_rfc_7396_do(
    target: dict[str, Any], patch: dict[str, Any], result: dict[str, Any]
) -> None:
    assert Patch(Anything, patch).apply_to(target) == Anything(**result)


values = st.recursive(
    st.integers() | some.texts | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcde"), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from("abe"), values)


@given(objects, objects)
def test_patching_twice_changes_nothing_more(target: dict[str, Any], patch: dict[str, Any]) -> None:
    once = Patch(Anything, patch).apply_to(target)

    assert Patch(Anything, patch).apply_to(once.model_dump(exclude_unset=True)) == once


OLDEST, NEWEST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 4, 12, 30, tzinfo=UTC)


def within(**given: str) -> tuple[datetime, datetime]:
    return validate(RangeQuery, given).clamp(OLDEST, NEWEST, timedelta(days=30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("given", "since", "until"),
    [
        pytest.param({}, "2026-10-05T12:30Z", "2026-11-04T12:30Z", id="the ordinary range"),
        pytest.param({"from": "", "to": ""}, "2026-10-05T12:30Z", "2026-11-04T12:30Z", id="empty is not given"),
        pytest.param({"from": "2026-11-01", "to": "2026-11-01"}, "2026-11-01T00:00Z", "2026-11-02T00:00Z", id="a day"),
        pytest.param(
            {"from": "2026-11-01T02:00:00+02:00", "to": "2026-11-02T00:00:00Z"},
            "2026-11-01T00:00Z",
            "2026-11-02T00:00Z",
            id="times",
        ),
        pytest.param({"to": "2026-11-02T00:00:00Z"}, "2026-10-03T00:00Z", "2026-11-02T00:00Z", id="an end alone"),
        pytest.param({"from": "2020-01-01"}, "2026-01-01T00:00Z", "2026-11-04T12:30Z", id="no further back"),
        pytest.param({"from": "2090-01-01", "to": "2090-01-02"}, "2026-11-04T12:30Z", "2026-11-04T12:30Z", id="future"),
        pytest.param({"to": "2020-01-01"}, "2026-01-01T00:00Z", "2026-01-01T00:00Z", id="long ago"),
    ],
)
def test_a_range_of_a_list_is_what_can_be_there_of_what_was_asked(
    given: dict[str, str], since: str, until: str
) -> None:
    assert within(**given) == (at(since), at(until))


@pytest.mark.parametrize(
    "given",
    [
        {"from": "2026-11-02", "to": "2026-11-01"},
        {"from": "2026-11-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"},
        {"from": "2090-01-01"},
    ],
)
def test_a_range_with_nothing_in_it_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationFailed) as raised:
        within(**given)
    assert raised.value.errors == (("/from", "must be before `to`"),)


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "2026-11-01T00:00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"]
)
@pytest.mark.parametrize("name", ["from", "to"])
def test_what_is_neither_a_day_nor_a_time_is_no_range(name: str, text: str) -> None:
    with pytest.raises(ValidationFailed) as raised:
        within(**{name: text})
    assert [pointer for pointer, _ in raised.value.errors] == [f"/{name}"]


def test_a_range_cannot_end_after_the_last_day_there_is() -> None:
    with pytest.raises(ValidationFailed) as raised:
        within(to="9999-12-31")
    assert raised.value.errors == (("/to", "must be a day such as 2026-11-01, or a time such as 2026-11-01T13:15:00Z"),)
