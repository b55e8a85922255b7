from tests.api_docs.support import check, operation
from tests.conftest import Api
from tests.documents import new_campaign, new_link, recorded


def test_real_clicks_match_the_document(admin: Api) -> None:
    code = new_link(admin, new_campaign(admin, tracking="pixel"), catch_all_campaign_id=new_campaign(admin)["id"])
    for method in ("GET", "HEAD"):
        response = admin.click(code, method)
        assert operation("/s/{code}", method)["responses"]["302"]["headers"].keys() <= response.headers.keys()
        check("/s/{code}", method, admin.click("abcde12345", method))
    (click_id,) = recorded()
    check("/admin/clicks/{click_id}", "GET", admin.get(f"/admin/clicks/{click_id}"))
    check("/admin/clicks/{click_id}", "GET", admin.get("/admin/clicks/none"))


def test_alias_of_a_tracking_parameter_names_its_field() -> None:
    described = {each["name"]: each["description"] for each in operation("/s/{code}", "get")["parameters"]}
    assert described["sub1"] == "The publisher's sub-ID 1."
    assert described["aff_sub2"] == "The publisher's sub-ID 2. The same as `sub2`."
    assert described["source_id"] == "The source of the traffic. The same as `source`."
    assert described["clickid"] == "The publisher's own ID of a click. The same as `click_id`."
