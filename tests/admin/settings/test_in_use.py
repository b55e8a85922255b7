from datetime import UTC, datetime

from chalicelib.admin.settings.in_use import currencies
from tests.conftest import Api
from tests.documents import good, new_campaign

NOW = datetime.now(UTC)


def test_currencies_follow_the_campaigns(admin: Api) -> None:
    assert currencies(NOW) == []
    campaign = new_campaign(admin, currency="JPY")
    assert currencies(NOW) == ["JPY"]
    good(admin.patch(f"/admin/campaigns/{campaign['id']}", {"currency": "GBP"}))
    assert currencies(NOW) == ["GBP"]
