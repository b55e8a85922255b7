from pathlib import Path

import pytest

from bench.serving import wrk
from bench.serving.event import Visit
from bench.serving.server import ticks_of

LINE = '{"answered": 4000, "wrong": 3, "broken": 1, "seconds": 2.0, "p50_ms": 1.5, "p99_ms": 9.25}'


def test_last_line_of_the_output_is_parsed() -> None:
    result = wrk.parse_output(["Running 2s test", "  1 threads and 8 connections", LINE])
    assert (result.rate, result.redirected, result.broken, result.p99_ms) == (2000.0, 3997, 1, 9.25)


def test_request_is_complete_http() -> None:
    visit = Visit("abc", {"User-Agent": "curl/8"}, "203.0.113.7", {"sub1": "a b"})
    assert wrk.request("/s/abc", visit) == (
        b"GET /s/abc?sub1=a+b HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: curl/8\r\n"
        b"X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n\r\n"
    )


def test_sub_ids_are_appended_to_an_existing_query() -> None:
    visit = Visit("", {}, "203.0.113.7", {"sub1": "a"})
    assert wrk.request("/click?offer=5", visit).startswith(b"GET /click?offer=5&sub1=a HTTP/1.1\r\n")


def test_requests_are_separated_by_nul(tmp_path: Path) -> None:
    wrk.write_requests(tmp_path / "requests", "/bare", "abc")
    parts = (tmp_path / "requests").read_bytes().split(b"\0")
    assert len(parts) == wrk.DISTINCT_REQUESTS + 1
    assert parts[-1] == b""
    assert all(part.startswith(b"GET /bare?") and part.endswith(b"\r\n\r\n") for part in parts[:-1])


def test_missing_wrk_explains_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="apt-get install wrk"):
        wrk.program()


@pytest.mark.parametrize("address", ["", "http://198.51.100.1/", "127.0.0.1:8080"])
def test_only_loopback_addresses_are_accepted(address: str) -> None:
    with pytest.raises(SystemExit, match="must be on this machine"):
        wrk.main(address)


def test_cpu_time_is_parsed_after_a_name_with_spaces_and_parentheses() -> None:
    stat = "7 (a (b) c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 9 9 20 0 1 0 12345 1 1"
    assert ticks_of(stat) == 300
