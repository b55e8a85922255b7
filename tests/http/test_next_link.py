from urllib.parse import parse_qs, urlsplit

from chalicelib.http.next_link import next_link
from tests.http.support import a_request


def test_next_link_repeats_the_parameters_with_the_new_cursor() -> None:
    request = a_request(parameters={"country": ["US", "GB"], "sub1": "ü>; a&b", "cursor": "1", "group_by": "day,os"})
    (header,) = next_link(request, "2", {}).items()
    name, value = header
    url, _, relation = value.partition(">; ")
    assert (name, relation) == ("Link", 'rel="next"')
    assert url.startswith(f"<https://api.example{request.endpoint.path}?")
    assert url.isascii()
    assert "group_by=day,os" in url
    assert parse_qs(urlsplit(url[1:]).query) == {
        "country": ["US", "GB"],
        "sub1": ["ü>; a&b"],
        "cursor": ["2"],
        "group_by": ["day,os"],
    }


def test_last_page_has_no_link() -> None:
    assert next_link(a_request(), None, {"to": "2026-11-02"}) == {}


def test_parameter_that_was_not_sent_has_its_default_on_the_next_page() -> None:
    request = a_request(parameters={"from": "2026-11-01", "to": "", "country": ["US", ""]})
    url = next_link(request, "2", {"from": "2026-10-01", "to": "2026-11-02"})["Link"].partition(">")[0]
    assert parse_qs(urlsplit(url).query) == {
        "from": ["2026-11-01"],
        "to": ["2026-11-02"],
        "country": ["US"],
        "cursor": ["2"],
    }
