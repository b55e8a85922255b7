from pathlib import Path

from local.setup import fingerprint


def test_fingerprint_changes_only_if_a_pinned_version_changes(tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text("geoip2==5.2.0\n")
    before = fingerprint([pins])
    assert fingerprint([pins]) == before
    pins.write_text("geoip2==5.3.0\n")
    assert fingerprint([pins]) != before
