from pathlib import Path

from local.setup import fingerprint


def test_an_environment_is_renewed_when_a_pin_changes_and_only_then(tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text("geoip2==5.2.0\n")
    before = fingerprint([pins])
    assert fingerprint([pins]) == before
    pins.write_text("geoip2==5.3.0\n")
    assert fingerprint([pins]) != before
