import pytest

from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.routes import LinkRow
from chalicelib.tables.smartlinks import SmartlinkRow
from tests.conftest import Api
from tests.documents import errors_by_pointer, good, new_campaign, new_link, new_publisher, new_smartlink
from tests.tracking_domains.rows import a_domain, an_active_domain

OWN = "must not lead to one of our own links; use the address that the link leads to"
CONVERSION = "must not lead to our own postback or pixel; use the address of the advertiser's page"
HOST = "http://api1.execute-api.localhost:4566"


def campaign(**changes: object) -> dict[str, object]:
    return {"name": "game", "destination_url": "https://game.example/", **changes}


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(f"{HOST}/s/abcde12345", id="any link of the API's host"),
        pytest.param(f"{HOST}/api/s/abcde12345?sub1=a", id="below a stage"),
        pytest.param("http://API1.execute-api.LOCALHOST.:4566/%73/x", id="another spelling"),
        pytest.param(f"{HOST}/s/{{sub1}}", id="the link that a visitor names"),
        pytest.param(f"{HOST}/api/s/abcde12345#Intent;scheme=http;end".replace("http", "intent", 1), id="an Intent"),
        pytest.param(f"googlechrome://navigate?url={HOST}/api/s/abcde12345", id="a browser's app"),
        pytest.param(f"microsoft-edge:{HOST}/s/abcde12345", id="another browser's app"),
    ],
)
def test_destination_on_the_hosts_own_links_is_refused(admin: Api, url: str) -> None:
    answered = admin.post("/admin/campaigns", campaign(destination_url=url, fail_url=url))
    assert errors_by_pointer(answered) == {"/destination_url": OWN, "/fail_url": OWN}
    assert list(CampaignRow.scan()) == []


def test_host_of_links_is_that_of_the_configuration_too(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://go.network.example/")
    answered = admin.post("/admin/campaigns", campaign(destination_url="https://go.network.example/s/x"))
    assert errors_by_pointer(answered) == {"/destination_url": OWN}


@pytest.mark.parametrize(("path", "error"), [("/s/x", OWN), ("/pixel.gif", CONVERSION), ("/postback", CONVERSION)])
def test_host_of_links_is_that_of_the_tracking_url_too(
    admin: Api, monkeypatch: pytest.MonkeyPatch, path: str, error: str
) -> None:
    monkeypatch.setenv("TRACKING_URL", "https://t1.execute-api.eu-west-1.amazonaws.com")
    answered = admin.post(
        "/admin/campaigns", campaign(destination_url=f"https://t1.execute-api.eu-west-1.amazonaws.com{path}")
    )
    assert errors_by_pointer(answered) == {"/destination_url": error}


@pytest.mark.parametrize("path", ["/postback?click_id={click_id}", "/api/pixel.gif"])
def test_destination_that_records_a_conversion_is_refused(admin: Api, path: str) -> None:
    answered = admin.post("/admin/campaigns", campaign(destination_url=HOST + path))
    assert errors_by_pointer(answered) == {"/destination_url": CONVERSION}


@pytest.mark.parametrize(
    "url",
    ["intent://a.example/api/s/CODE#Intent;scheme=https;end", "android-app://com.a/http/a.example/s/CODE", "x:/s/CODE"],
)
def test_destination_with_an_existing_code_is_refused_with_any_scheme(admin: Api, url: str) -> None:
    code = new_link(admin, new_campaign(admin))
    answered = admin.post("/admin/campaigns", campaign(destination_url=url.replace("CODE", code)))
    assert errors_by_pointer(answered) == {"/destination_url": OWN}


@pytest.mark.parametrize(
    "path", ["s/CODE", "s/CODE.?sub1=a", "x/y/%73/CODE&sub1=a", "s//CODE", "s/{sub1}CODE", "s;v=1/CODE", "s%09/CODE"]
)
def test_destination_with_an_existing_code_is_refused_on_any_host(admin: Api, path: str) -> None:
    code = new_link(admin, new_campaign(admin))
    url = f"https://tracking.example/{path}".replace("CODE", code)
    assert errors_by_pointer(admin.post("/admin/campaigns", campaign(fail_url=url))) == {"/fail_url": OWN}


def test_tracking_key_is_a_link_too(admin: Api) -> None:
    path = f"/admin/publishers/{new_publisher(admin).id}/campaigns"
    key = good(admin.post(path, {"campaign_id": new_campaign(admin)["id"]}))["tracking_key"]
    answered = admin.post("/admin/campaigns", campaign(destination_url=f"https://tracking.example/s/{key}"))
    assert errors_by_pointer(answered) == {"/destination_url": OWN}


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://tracking.example/s/abcde12345", id="a code that does not exist"),
        pytest.param(f"{HOST}/docs", id="another page of the host"),
        pytest.param("https://game.example/?u=/s/abcde12345", id="in a parameter"),
        pytest.param("myapp://x/s/abcde12345", id="an app"),
    ],
)
def test_other_destination_is_accepted(admin: Api, url: str) -> None:
    assert good(admin.post("/admin/campaigns", campaign(destination_url=url)))["destination_url"] == url


def test_destination_without_the_form_of_a_link_reads_no_table(admin: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LinkRow, "batch_get", None)
    good(admin.post("/admin/campaigns", campaign(fail_url="https://game.example/s/short")))
    new_smartlink(admin)


def test_link_is_refused_in_an_edit_of_a_campaign(admin: Api) -> None:
    path = f"/admin/campaigns/{new_campaign(admin)['id']}"
    answered = admin.patch(path, {"destination_url": f"{HOST}/s/x", "name": "B"})
    assert errors_by_pointer(answered) == {"/destination_url": OWN}
    assert good(admin.get(path))["version"] == 1


def test_campaign_that_has_led_to_a_link_can_be_edited_otherwise(admin: Api) -> None:
    row = CampaignRow.get(new_campaign(admin)["id"])
    row.settings = {**row.settings, "destination_url": f"{HOST}/s/x"}
    row.save()
    path = f"/admin/campaigns/{row.id}"
    assert good(admin.patch(path, {"name": "B"}))["destination_url"] == f"{HOST}/s/x"
    assert errors_by_pointer(admin.patch(path, {"fail_url": f"{HOST}/s/y"})) == {"/fail_url": OWN}


def test_errors_of_links_and_of_campaigns_are_reported_together(admin: Api) -> None:
    body = {"name": "S", "fallback_url": f"{HOST}/s/x", "offers": [{"campaign_id": "cmp_none"}]}
    assert errors_by_pointer(admin.post("/admin/smartlinks", body)) == {
        "/offers/0/campaign_id": "is not a campaign: cmp_none",
        "/fallback_url": OWN,
    }


def test_fallback_on_the_smartlinks_own_tracking_domain_is_refused(admin: Api) -> None:
    body = {"name": "S", "fallback_url": "https://go.network.example/s/x", "tracking_domain": "go.network.example"}
    assert errors_by_pointer(admin.post("/admin/smartlinks", body)) == {
        "/tracking_domain": "must be an active tracking domain; ask an owner of the network to add it",
        "/fallback_url": OWN,
    }
    good(admin.post("/admin/smartlinks", {**body, "tracking_domain": None}))


def test_fallback_on_any_tracking_domain_is_refused_even_before_it_is_active(admin: Api) -> None:
    body = {"name": "S", "fallback_url": "https://go.brand.example/s/x"}
    good(admin.post("/admin/smartlinks", body))
    a_domain("go.brand.example")
    assert errors_by_pointer(admin.post("/admin/smartlinks", body)) == {"/fallback_url": OWN}


def test_new_tracking_domain_makes_the_fallback_a_link(admin: Api) -> None:
    smartlink = new_smartlink(admin, fallback_url="https://go.network.example/s/x")
    an_active_domain("go.network.example")
    path = f"/admin/smartlinks/{smartlink['id']}"
    assert good(admin.patch(path, {"name": "B"}))["version"] == 2
    assert errors_by_pointer(admin.patch(path, {"tracking_domain": "go.network.example"})) == {"/fallback_url": OWN}


def test_smartlink_that_has_led_to_a_link_can_be_paused(admin: Api) -> None:
    row = SmartlinkRow.get(new_smartlink(admin)["id"])
    row.settings = {**row.settings, "fallback_url": f"{HOST}/s/x"}
    row.save()
    path = f"/admin/smartlinks/{row.id}"
    assert good(admin.post(f"{path}/pause"))["status"] == "paused"
    assert errors_by_pointer(admin.patch(path, {"fallback_url": f"{HOST}/s/y"})) == {"/fallback_url": OWN}
