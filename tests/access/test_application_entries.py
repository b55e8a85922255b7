from chalicelib.access.application_entries import application_entries, application_list
from chalicelib.tables.publishers import ApplicationRow


def test_application_is_in_the_lists_of_its_smartlink_and_its_publisher() -> None:
    row = ApplicationRow("app_1", pool_id="sml_1", publisher_id="pub_1")
    expected = [("applications of sml_1", "app_1"), ("applications of pub_1", "app_1")]
    assert [(each.list, each.id) for each in application_entries(row)] == expected
    assert application_list("sml_1") == "applications of sml_1"
