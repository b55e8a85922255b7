from chalicelib.emails.network_name import network_name


def test_network_has_a_name() -> None:
    assert network_name() == "Smartlink"
