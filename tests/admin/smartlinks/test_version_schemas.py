from chalicelib.admin.smartlinks.schemas import SmartlinkSettings
from chalicelib.admin.smartlinks.version_schemas import SmartlinkVersionDocument, SmartlinkVersionSummary

COMMON = {
    *("version", "at", "user_id", "user_name", "action", "restored_version", "cloned_from", "status"),
}


def test_version_has_all_settings_and_what_the_list_says_about_it() -> None:
    assert set(SmartlinkVersionDocument.model_fields) == {*SmartlinkSettings.model_fields, *COMMON, "smartlink_id"}
    assert set(SmartlinkVersionSummary.model_fields) == {*COMMON, "changes", "omitted_changes"}


def test_stored_value_that_a_request_may_not_have_is_shown() -> None:
    settings = {**SmartlinkSettings(name="A").model_dump(mode="json"), "name": "", "offers": [{"weight": -1}]}
    of_version = dict.fromkeys(COMMON, None)
    shown = SmartlinkVersionDocument.of(settings, **of_version, smartlink_id="sml_1").model_dump_json()
    assert '"name":""' in shown
    assert '"offers":[{"weight":-1}]' in shown
