"""The optimizer on the deployed stack: schedule, queue, weights documents, and the effect of an edit."""

import time
from typing import Any

from acceptance.learning.learning_runs import invoke
from tests.stack.network import Network, wait_for

SECONDS = 60


def a_pool(network: Network, **changes: Any) -> tuple[str, list[str]]:
    """Create a smartlink in rotation `optimized` with two offers, and return its ID and the campaign IDs."""
    campaigns = [network.campaign(name, payout="1.00") for name in ("alpha", "beta")]
    offers = [{"campaign_id": each} for each in campaigns]
    return network.smartlink(*offers, **{"rotation": "optimized", "holdout_percent": 0, **changes}), campaigns


def weights(network: Network, smartlink: str) -> Any:
    return network.good("GET", f"/admin/smartlinks/{smartlink}/weights")


def learned(network: Network, smartlink: str, after: int = 0) -> Any:
    """Return the weights of a run after this version."""
    invoke("Learn")
    wait_for(SECONDS, lambda: (weights(network, smartlink)["weights_version"] or 0) > after, wanted=True)
    return weights(network, smartlink)


def test_new_smartlink_is_optimized_in_the_next_run(network: Network) -> None:
    smartlink, campaigns = a_pool(network)
    assert weights(network, smartlink)["note"] == "No weights yet. The first optimization run starts within 5 minutes."
    found = learned(network, smartlink)
    assert (found["in_force"], found["note"], found["skipped"], found["next_run_minutes"]) == (True, None, None, 5)
    (everyone,) = found["segments"]
    assert everyone["segment"] == "*"
    assert {each["campaign_id"]: each["share"] for each in everyone["offers"]} == dict.fromkeys(campaigns, 0.5)


def test_clicks_use_and_record_the_weights_of_their_segment(network: Network) -> None:
    smartlink, _ = a_pool(network)
    link = network.link(smartlink)
    first = learned(network, smartlink)
    for n in range(20):
        network.click(link, address=f"203.0.113.{n}")

    def clicks() -> int:
        report = network.good("GET", f"/admin/reports?group_by=campaign&smartlink_id={smartlink}")
        return int(report["totals"]["clicks"])

    def runs() -> list[Any]:
        found: list[Any] = network.good("GET", f"/admin/smartlinks/{smartlink}/weights/history")["items"]
        return found

    wait_for(SECONDS, clicks, 20)
    # A run requested in the same second as a previous run would be treated as that run.
    wait_for(SECONDS, lambda: time.time() >= first["weights_version"] + 1, wanted=True)
    invoke("Learn")
    wait_for(SECONDS, lambda: runs()[0]["clicks"], 20)
    newest = runs()[0]
    assert (newest["status"], newest["weights_version"] > first["weights_version"]) == ("published", True)
    assert {each["segment"] for each in newest["segments"]} == {"US|mobile", "US", "*"}

    def decision() -> dict[str, Any]:
        click_id = network.click(link).click_id
        found: dict[str, Any] = network.good("GET", f"/admin/clicks/{click_id}")["decision"]
        return {name: found[name] for name in ("arm", "segment", "weights_version")}

    version = newest["weights_version"]
    wait_for(SECONDS, decision, {"arm": "optimized", "segment": "US|mobile", "weights_version": version})


def test_edit_keeps_the_weights_until_the_next_run_and_reset_does_not(network: Network) -> None:
    smartlink, campaigns = a_pool(network)
    path = f"/admin/smartlinks/{smartlink}"
    before = learned(network, smartlink)
    network.good("PATCH", path, {"name": f"Renamed {network.mark}"})
    assert weights(network, smartlink)["weights_version"] == before["weights_version"]
    network.good("PATCH", path, {"on_pool_change": "reset", "offers": [{"campaign_id": campaigns[0]}]})
    found = weights(network, smartlink)
    assert (found["weights_version"], found["in_force"], found["epoch"], found["segments"]) == (None, False, 2, [])
    (everyone,) = learned(network, smartlink)["segments"]
    assert [(each["campaign_id"], each["share"]) for each in everyone["offers"]] == [(campaigns[0], 1.0)]


def test_smartlink_with_several_currencies_is_skipped_with_a_reason(network: Network) -> None:
    offers = [{"campaign_id": network.campaign(name, currency=name)} for name in ("EUR", "USD")]
    smartlink = network.smartlink(*offers, rotation="optimized")
    invoke("Learn")
    wait_for(SECONDS, lambda: weights(network, smartlink)["skipped"] is not None, wanted=True)
    found = weights(network, smartlink)
    assert "different currencies (EUR, USD)" in found["skipped"]["reason"]
    assert found["in_force"] is False
