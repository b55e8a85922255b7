from chalicelib.routing.click_references import NO_DOCUMENTS, NO_REFERENCES, RouteDocuments


def test_documents_have_offers_by_campaign_and_names_of_campaigns() -> None:
    offer = {"campaign_id": "cmp_1", "weight": 3}
    documents = RouteDocuments({"offers": [offer]}, {"cmp_1": {"name": "Game A"}})

    assert documents.offers == {"cmp_1": offer}
    assert [documents.campaign_name(each) for each in ("cmp_1", "cmp_2")] == ["Game A", None]


def test_direct_link_has_no_offers_of_a_smartlink() -> None:
    assert (NO_DOCUMENTS.offers, NO_DOCUMENTS.campaign_name("cmp_1"), NO_REFERENCES.link_url) == ({}, None, None)
