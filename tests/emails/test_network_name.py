from chalicelib.emails.network_name import network_name
from tests.conftest import Api
from tests.documents import good


def test_name_is_that_of_the_settings(admin: Api) -> None:
    assert network_name() == "Smartlink network"
    good(admin.patch("/admin/settings", {"name": "Acme"}))
    assert network_name() == "Acme"
