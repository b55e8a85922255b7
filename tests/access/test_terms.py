import pytest
from pynamodb.exceptions import DoesNotExist

from chalicelib.access import membership, terms
from chalicelib.access.campaign_approvals import check_publisher
from chalicelib.access.terms import LinkTerms
from chalicelib.domain.campaign import CapScope
from chalicelib.domain.terms import CampaignTerms
from chalicelib.http.transactions import TransactionConflict, transaction
from chalicelib.tables.publishers import TermsRow
from chalicelib.tables.routes import LinkRow
from tests.builders import a_cap
from tests.conftest import Api
from tests.documents import add_publisher, new_campaign, new_publisher, new_smartlink, set_terms
from tests.http.support import a_request

CAP = {"metric": "clicks", "window": "day", "limit": "5"}
CAPS = '{"format":1,"caps":{"%s":[["clicks","day","5","UTC"]]}}'


def _carried() -> set[tuple[int | None, str | None]]:
    """Return version and caps of all links."""
    return {(row.terms_version, row.terms_caps) for row in LinkRow.scan()}


@pytest.mark.usefixtures("tables")
def test_publisher_without_terms_has_none() -> None:
    assert terms.newest_row("pub_1") is None
    assert terms.current_terms("pub_1") == {}
    assert terms.link_terms("pub_1") == LinkTerms("pub_1", 0, None)
    assert terms.link_terms("pub_1").fields == {"terms_version": None, "terms_caps": None}


def test_newest_version_is_in_force_and_older_ones_stay_readable(admin: Api) -> None:
    campaign, other, publisher = new_campaign(admin), new_campaign(admin), new_publisher(admin)
    for payout in ("1", "2", "3"):
        set_terms(admin, publisher.id, campaign, payout=payout)
    read = [terms.terms_of_version(publisher.id, version, campaign["id"]) for version in (1, 2, 3)]
    assert [str(each.payout) for each in read if each] == ["1", "2", "3"]
    assert terms.current_terms(publisher.id) == {campaign["id"]: read[2]}
    assert terms.terms_of_version(publisher.id, 1, other["id"]) is None


@pytest.mark.usefixtures("tables")
def test_missing_version_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(DoesNotExist):
        terms.terms_of_version("pub_1", 1, "cmp_1")


def test_new_links_carry_the_terms_in_force(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    set_terms(admin, publisher.id, campaign, caps=[CAP])
    add_publisher(admin, new_smartlink(admin, campaign), publisher)
    assert len(list(LinkRow.scan())) == 2
    assert _carried() == {(1, CAPS % campaign["id"])}
    assert terms.link_terms(publisher.id).decoded_caps == {campaign["id"]: (a_cap(5, scope=CapScope.PUBLISHER),)}


def test_new_links_of_a_publisher_without_terms_carry_none(admin: Api) -> None:
    add_publisher(admin, new_smartlink(admin, new_campaign(admin)), new_publisher(admin))
    assert _carried() == {(None, None)}


def test_new_link_is_not_written_with_terms_that_a_newer_version_replaced(admin: Api) -> None:
    publisher = membership.get_publisher_or_404(new_publisher(admin).id)

    def create_link() -> None:
        with transaction(a_request()) as write:
            check_publisher(write, publisher)
            TermsRow(publisher.id, 1, document={"campaigns": {}}, created_at="").save()

    with pytest.raises(TransactionConflict):
        create_link()


def test_link_terms_of_a_version_without_terms_for_a_campaign_change_nothing(admin: Api) -> None:
    campaign, publisher = new_campaign(admin), new_publisher(admin)
    set_terms(admin, publisher.id, campaign)
    assert terms.current_terms(publisher.id) == {campaign["id"]: CampaignTerms()}
    assert terms.link_terms(publisher.id) == LinkTerms(publisher.id, 1, None)
