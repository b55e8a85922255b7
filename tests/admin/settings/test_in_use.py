from datetime import UTC, datetime

from chalicelib.admin.settings.in_use import currencies, tracking_domains
from tests.conftest import Api
from tests.documents import good, new_campaign, new_smartlink

NOW = datetime.now(UTC)


def test_currencies_follow_the_campaigns(admin: Api) -> None:
    assert currencies(NOW) == []
    campaign = new_campaign(admin, currency="JPY")
    assert currencies(NOW) == ["JPY"]
    good(admin.patch(f"/admin/campaigns/{campaign['id']}", {"currency": "GBP"}))
    assert currencies(NOW) == ["GBP"]


def test_tracking_domains_follow_the_smartlinks(admin: Api) -> None:
    new_smartlink(admin)
    smartlink = new_smartlink(admin, tracking_domain="go.acme.example")
    assert tracking_domains(NOW) == ["go.acme.example"]
    admin.delete(f"/admin/smartlinks/{smartlink['id']}")
    assert tracking_domains(NOW) == []
