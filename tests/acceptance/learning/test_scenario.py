"""The proof against the in-process application, with fakes for reports and optimizer."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from acceptance.learning import __main__, ground_truth, learning_runs, polling, scenario
from acceptance.learning.scenario import ScenarioOptions
from acceptance.learning.smartlink import OptimizedSmartlink
from acceptance.traffic import addresses
from chalicelib.domain.click import ExperimentArm
from chalicelib.routing import geoip, route_cache, weights_codec
from chalicelib.tables.clicks import ClickRow
from chalicelib.tables.conversions import ConversionRow
from chalicelib.tables.routes import RouteRow, WeightHistoryRow
from chalicelib.tables.smartlinks import SmartlinkRow
from deploy.errors import CommandError
from local import up
from local.up import Running
from tests.acceptance.traffic.test_run import Reports, handler
from tests.conftest import Api

pytestmark = pytest.mark.no_cover

ODDS = {"best": 0.98, "other": 0.01}
WRONG = {"best": 0.02, "other": 0.49}


@dataclass(slots=True)
class Learning:
    """A fake optimizer whose weights favour the true winners, or the other offers."""

    api: Api
    odds: dict[str, float] = field(default_factory=lambda: dict(ODDS))
    error: float = 0.0
    skipped: bool = False
    runs: list[dict[str, Any]] = field(default_factory=list)

    def run(self, _: str) -> None:
        """Publish weights for the only smartlink, as the deployed function does."""
        pool = next(SmartlinkRow.scan())
        clicks = [row for row in ClickRow.scan() if row.epoch == pool.epoch]
        version = max([int(time.time()), *(run["weights_version"] + 1 for run in self.runs)])
        learned = {each.segment: self._weights(pool, each.segment) for each in ground_truth.AUDIENCES}
        route = RouteRow.get(pool.id)
        encoded = weights_codec.encode(learned)
        route.update([RouteRow.weights.set(encoded), RouteRow.weights_version.set(version)])
        route_cache.clear_caches()
        month = f"{pool.id}#{time.strftime('%Y-%m', time.gmtime(version))}"
        WeightHistoryRow(month, version, status="published", weights=encoded, expires_at=version + 99).save()
        self.runs.append(
            {
                "weights_version": version,
                "status": "skipped" if self.skipped else "published",
                "reason": "broken" if self.skipped else None,
                "route_version": route.version,
                "clicks": len(clicks),
                "conversions": 0,
                "segments": [self._segment(name, row, clicks) for name, row in learned.items()],
            }
        )

    def _weights(self, pool: SmartlinkRow, segment: str) -> dict[str, float]:
        best = ground_truth.winner(segment)
        keys = {offer["campaign_id"]: key_of(offer["campaign_id"], self.api) for offer in pool.settings["offers"]}
        return {each: self.odds["best" if key == best else "other"] for each, key in keys.items()}

    def _segment(self, name: str, learned: dict[str, float], clicks: list[Any]) -> dict[str, Any]:
        offers = [
            {
                "campaign_id": each,
                "share": share,
                "reason": "learned",
                "effective_clicks": sum(
                    (row.campaign_id, f"{row.country}|{row.device}") == (each, name) for row in clicks
                ),
            }
            for each, share in learned.items()
        ]
        return {"segment": name, "offers": offers}

    def weights(self, pool_id: str) -> dict[str, Any]:
        route = RouteRow.get(pool_id)
        segments = self.runs[-1]["segments"] if self.runs and route.weights_version else []
        version = route.weights_version
        return {
            "in_force": version is not None,
            "weights_version": version,
            "segments": segments,
            "note": None if segments else "Nothing is learned yet.",
        }

    def uplift(self) -> dict[str, Any]:
        """Return the true uplift plus `error`."""
        rows: dict[ExperimentArm, list[Any]] = {
            arm: [row for row in ClickRow.scan() if row.arm == arm]
            for arm in (ExperimentArm.OPTIMIZED, ExperimentArm.HOLDOUT)
        }
        chosen = {
            arm: [(f"{row.country}|{row.device}", key_of(row.campaign_id, self.api)) for row in found]
            for arm, found in rows.items()
        }
        true = (
            (ground_truth.mean_epc(chosen[ExperimentArm.OPTIMIZED]) or 0)
            - (ground_truth.mean_epc(chosen[ExperimentArm.HOLDOUT]) or 0)
            + self.error
        )
        paid = {row.click_id: Decimal(row.payout) for row in ConversionRow.scan()}
        arms = {
            arm.value: {"clicks": len(found), "value": str(sum(paid.get(row.click_id, 0) for row in found))}
            for arm, found in rows.items()
        }
        bounds = [f"{true - 0.01:.6f}", f"{true + 0.01:.6f}"]
        return {"arms": arms, "difference": f"{true:.6f}", "interval": bounds, "verdict": "So."}


def key_of(campaign_id: str, api: Api) -> str:
    name: str = api.get(f"/admin/campaigns/{campaign_id}").json["name"]
    return name.partition(" ")[0]


@pytest.fixture
def country_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use a country database of two networks in server and traffic generator."""
    path = tmp_path / "geo.mmdb"
    writer = MMDBWriter(6, "GeoLite2-Country", languages=["en"], ipv4_compatible=True)
    for network, country in (("8.8.8.0/24", "US"), ("81.2.69.0/24", "GB")):
        writer.insert_network(IPSet([network]), {"country": {"iso_code": country}})
    writer.to_db_file(str(path))
    monkeypatch.setenv("GEOIP_DATABASE", str(path))
    draw = addresses.draw
    monkeypatch.setattr(addresses, "draw", lambda rng: draw(rng, path))
    geoip._readers.cache_clear()
    yield
    geoip._readers.cache_clear()


@pytest.fixture
def learning(admin: Api, monkeypatch: pytest.MonkeyPatch) -> Learning:
    fake = Learning(Api(admin.key))

    def clicks(_: OptimizedSmartlink, since: str) -> Iterator[Any]:
        assert since
        yield from (Api(admin.key).get(f"/admin/clicks/{row.click_id}").json for row in ClickRow.scan())

    monkeypatch.setattr(learning_runs, "invoke", fake.run)
    # A run of the fake clears the route cache already.
    monkeypatch.setattr(scenario, "wait_for_route_caches", lambda: None)
    monkeypatch.setattr(OptimizedSmartlink, "clicks", clicks)
    monkeypatch.setattr(OptimizedSmartlink, "weights", lambda smartlink: fake.weights(smartlink.link.smartlink))
    monkeypatch.setattr(OptimizedSmartlink, "newest_run", lambda _: fake.runs[-1] if fake.runs else None)
    monkeypatch.setattr(OptimizedSmartlink, "uplift", lambda *_: fake.uplift())
    return fake


@pytest.fixture
def running(admin: Api, country_database: None, learning: Learning) -> Iterator[Running]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(admin, Reports())) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        yield Running(address, admin.key, "edge-secret", address)
        server.shutdown()
        thread.join()


@pytest.mark.long
def test_all_claims_hold_for_a_correct_optimizer(
    running: Running, learning: Learning, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(up, "load_stack_or_none", lambda: running)
    arguments = ["--first=240", "--between=4", "--last=100", "--holdout=20", "--even", "--seed=2", "--concurrency=4"]
    monkeypatch.setattr(sys, "argv", ["acceptance.learning", *arguments])
    assert __main__.main() == 0
    printed = capsys.readouterr().out
    assert (
        "holds  the uplift report's 95 % interval contains the true uplift, and its arms equal the ledger's: true "
        in printed
    )
    assert "holds  a reset begins a new epoch: 1 → 2" in printed
    assert "run 5: 256 clicks and 0 conversions read; US|mobile " in printed
    assert "12 of 12 claims hold" in printed
    assert len(learning.runs) == 6


def test_claims_fail_for_wrong_weights_and_a_wrong_uplift(
    running: Running, learning: Learning, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    learning.odds, learning.error = WRONG, 0.05
    monkeypatch.setattr(up, "load_stack_or_none", lambda: running)
    arguments = ["--first=30", "--between=2", "--last=40", "--holdout=50"]
    monkeypatch.setattr(sys, "argv", ["acceptance.learning", *arguments])
    assert __main__.main() == 1
    failed = [line.split()[1:5] for line in capsys.readouterr().out.splitlines() if line.startswith("FAILS")]
    assert [" ".join(words) for words in failed] == [
        "every offer had its",
        "US|mobile: its winner, trial,",
        "GB|desktop: its winner, sale,",
        "the uplift report's 95",
        "US|mobile: the winner, trial,",
        "GB|desktop: the winner, sale,",
    ]


def test_skipped_run_ends_the_proof(running: Running, learning: Learning) -> None:
    learning.skipped = True
    with pytest.raises(CommandError, match="skipped the smartlink: broken"):
        list(scenario.prove(running, ScenarioOptions(first=4, between=1, last=1)))


def test_command_without_a_stack_explains_how_to_start_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(up, "load_stack_or_none", lambda: None)
    monkeypatch.setattr(sys, "argv", ["acceptance.learning"])
    assert __main__.main() == 1
    assert "Start it with `make up`" in capsys.readouterr().err


def test_wait_until_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "SECONDS", 0)
    with pytest.raises(CommandError, match="Timed out after 0 s: no weights"):
        polling.wait_until("no weights", lambda: None)
