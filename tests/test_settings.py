import json
from functools import cache
from pathlib import Path

import botocore
import pytest
from botocore.session import Session

from chalicelib import settings
from chalicelib.settings import AddressDatabase, address_database, optimizer_interval_minutes
from tests.conftest import RESOURCES


def test_config_sets_the_optimizer_interval() -> None:
    config = json.loads((RESOURCES.parent / "config.json").read_text())
    assert config["environment_variables"] == {"LEARNING_MINUTES": "5"}


def test_optimizer_interval_is_configurable_and_five_minutes_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEARNING_MINUTES", raising=False)
    assert optimizer_interval_minutes() == 5
    monkeypatch.setenv("LEARNING_MINUTES", "2")
    assert optimizer_interval_minutes() == 2


def test_no_email_is_sent_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMAIL_FROM", raising=False)
    assert settings.email_from() == ""
    monkeypatch.setenv("EMAIL_FROM", " network@smartlink.example ")
    assert settings.email_from() == "network@smartlink.example"


def test_clicks_are_kept_for_90_days_unless_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLICK_DAYS", raising=False)
    assert settings.click_days() == 90
    for text, days in {"30": 30, "0": 7, "6": 7, "400": 399, "9" * 30: 399, "": 90, "-5": 90, "1.5": 90}.items():
        monkeypatch.setenv("CLICK_DAYS", text)
        assert settings.click_days() == days, text


def test_template_accepts_the_click_days_that_route_versions_outlive() -> None:
    parameter = json.loads(RESOURCES.read_text())["Parameters"]["ClickDays"]
    bounds = (settings.DEFAULT_CLICK_DAYS, settings.FEWEST_CLICK_DAYS, settings.MOST_CLICK_DAYS)
    assert (parameter["Default"], parameter["MinValue"], parameter["MaxValue"]) == bounds
    longest_window = 365 + settings.ATTRIBUTION_GRACE_DAYS
    assert max(longest_window, settings.MOST_CLICK_DAYS) < settings.ROUTE_VERSION_DAYS


def test_staged_objects_outlive_the_rows_that_name_them() -> None:
    archive = json.loads(RESOURCES.read_text())["Resources"]["Archive"]["Properties"]
    staged = next(rule for rule in archive["LifecycleConfiguration"]["Rules"] if rule.get("Prefix") == "staged/")
    assert staged["ExpirationInDays"] > settings.STREAM_BATCH_RETENTION_DAYS


def test_visitor_hash_key_has_at_most_64_bytes_and_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISITOR_HASH_KEY", raising=False)
    assert settings.visitor_hash_key() == b""
    for text, key in {"": b"", "secret": b"secret", "é" * 40: "é".encode() * 32, "\udcff": b"\xff"}.items():
        monkeypatch.setenv("VISITOR_HASH_KEY", text)
        assert settings.visitor_hash_key() == key


# Region and certificates


@cache
def sdk() -> Session:
    return Session()


def test_region_of_the_lambda_takes_precedence_over_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    assert settings.region() == "us-east-1"
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert settings.region() == "eu-west-1"
    monkeypatch.setenv("AWS_REGION", "")
    assert settings.region() == "us-east-1"
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(KeyError, match="AWS_DEFAULT_REGION"):
        settings.region()


def test_lean_client_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE_CLIENT", raising=False)
    assert settings.table_client() == "lean"
    monkeypatch.setenv("TABLE_CLIENT", "pynamodb")
    assert settings.table_client() == "pynamodb"


def test_certificates_are_the_configured_ones_or_those_of_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    shipped = settings.ca_bundle()
    assert shipped == str(Path(botocore.__file__).parent / "cacert.pem")
    assert "BEGIN CERTIFICATE" in Path(shipped).read_text()
    monkeypatch.setenv("AWS_CA_BUNDLE", "/mine.pem")
    assert settings.ca_bundle() == "/mine.pem"


def test_certificates_of_the_system_are_the_last_resort(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    for package in (None, _Package(None), _Package([str(tmp_path)])):
        monkeypatch.setattr(settings, "find_spec", lambda _, package=package: package)
        assert settings.ca_bundle() is None


class _Package:
    """The import spec of a package in these folders."""

    def __init__(self, folders: list[str] | None) -> None:
        self.submodule_search_locations = folders


def test_each_database_of_addresses_has_its_file_and_variable() -> None:
    assert {each: (each.file_name, each.variable) for each in AddressDatabase} == {
        "country": ("country.mmdb", "GEOIP_DATABASE"),
        "asn": ("asn.mmdb", "ASN_DATABASE"),
        "isp": ("isp.mmdb", "ISP_DATABASE"),
        "connection_type": ("connection_type.mmdb", "CONNECTION_TYPE_DATABASE"),
        "anonymous_ip": ("anonymous_ip.mmdb", "ANONYMOUS_IP_DATABASE"),
    }


@pytest.mark.parametrize("database", AddressDatabase)
def test_database_is_the_named_one_or_next_to_the_app_or_in_vendor(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: AddressDatabase
) -> None:
    monkeypatch.setattr(settings, "_ROOT", tmp_path)
    monkeypatch.delenv(database.variable, raising=False)
    (tmp_path / "vendor").mkdir()
    shipped, named = tmp_path / database.file_name, tmp_path / "my.mmdb"
    built = tmp_path / "vendor" / database.file_name
    found = [address_database(database)]
    for file in (built, shipped, named):
        file.touch()
        found.append(address_database(database))
    monkeypatch.setenv(database.variable, str(named))
    assert [*found, address_database(database)] == [None, built, shipped, shipped, named]
    named.unlink()
    assert address_database(database) is None


def test_only_the_function_of_the_redirect_registers_redirects_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONLY_REDIRECT", raising=False)
    assert not settings.only_redirect()
    monkeypatch.setenv("ONLY_REDIRECT", "1")
    assert settings.only_redirect()
