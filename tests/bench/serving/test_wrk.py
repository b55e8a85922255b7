"""What wrk is given and what it says."""

from pathlib import Path

import pytest

from bench.serving import wrk
from bench.serving.event import Visit
from bench.serving.server import ticks_of

LINE = '{"answered": 4000, "wrong": 3, "broken": 1, "seconds": 2.0, "p50_ms": 1.5, "p99_ms": 9.25}'


def test_the_last_line_tells_what_was_seen() -> None:
    seen = wrk.parsed(["Running 2s test", "  1 threads and 8 connections", LINE])
    assert (seen.rate, seen.redirected, seen.broken, seen.p99_ms) == (2000.0, 3997, 1, 9.25)


def test_a_request_is_whole_http() -> None:
    visit = Visit("abc", {"User-Agent": "curl/8"}, "203.0.113.7", {"sub1": "a b"})
    assert wrk.request("/s/abc", visit) == (
        b"GET /s/abc?sub1=a+b HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: curl/8\r\n"
        b"X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n\r\n"
    )


def test_sub_ids_are_added_to_a_query_that_is_there() -> None:
    visit = Visit("", {}, "203.0.113.7", {"sub1": "a"})
    assert wrk.request("/click?offer=5", visit).startswith(b"GET /click?offer=5&sub1=a HTTP/1.1\r\n")


def test_requests_are_parted_by_nul(tmp_path: Path) -> None:
    wrk.write_requests(tmp_path / "requests", "/bare", "abc")
    parts = (tmp_path / "requests").read_bytes().split(b"\0")
    assert len(parts) == wrk.DIFFERENT + 1
    assert parts[-1] == b""
    assert all(each.startswith(b"GET /bare?") and each.endswith(b"\r\n\r\n") for each in parts[:-1])


def test_a_missing_wrk_is_said_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="apt-get install wrk"):
        wrk.program()


@pytest.mark.parametrize("address", ["", "http://198.51.100.1/", "127.0.0.1:8080"])
def test_only_this_machine_is_put_under_load(address: str) -> None:
    with pytest.raises(SystemExit, match="one of this machine"):
        wrk.main(address)


def test_processor_time_is_read_past_a_name_with_blanks_and_parentheses() -> None:
    stat = "7 (a (b) c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 9 9 20 0 1 0 12345 1 1"
    assert ticks_of(stat) == 300
