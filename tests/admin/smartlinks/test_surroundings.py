import pytest

from chalicelib.admin.smartlinks import surroundings
from chalicelib.domain.visitor import Connection
from tests.builders import NOW
from tests.moto_endpoint import noted


def test_surroundings_are_the_time_and_what_the_databases_know(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "hosting_networks", lambda: {16509})
    monkeypatch.setattr(surroundings, "known_connections", lambda: frozenset({Connection.CABLE}))
    around = surroundings.surroundings(NOW)
    assert (around.now, around.networks.hosting) == (NOW, frozenset({"as16509"}))
    assert around.networks.connections == frozenset({Connection.CABLE})
    assert around.rates().without_rate(["EUR", "USD"], "2026-11-04") == ["EUR", "USD"]


@pytest.mark.usefixtures("tables")
def test_exchange_rates_are_read_when_they_are_needed() -> None:
    around = surroundings.surroundings(NOW)
    assert around.now == NOW
    with noted() as operations:
        assert around.rates().base is None
    assert len(operations) <= 2
