"""Endpoints for admins: simulated clicks on saved and unsaved smartlinks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from chalicelib.access import membership, terms
from chalicelib.admin import route_publishing
from chalicelib.admin.references import publisher_id_errors
from chalicelib.admin.smartlinks import simulation, storage
from chalicelib.admin.smartlinks.references import SmartlinkReferences
from chalicelib.admin.smartlinks.simulation_schemas import Simulation, SimulationDocument, UnsavedSimulation
from chalicelib.admin.smartlinks.surroundings import surroundings
from chalicelib.admin.smartlinks.warnings import warnings
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.domain.route import PublisherLink
from chalicelib.domain.smartlink import SmartlinkStatus
from chalicelib.domain.terms import CampaignTerms, from_document
from chalicelib.http.error_details import Error, below
from chalicelib.http.models import Body
from chalicelib.http.problems import ValidationFailed
from chalicelib.http.references import MAX_ID, texts_at
from chalicelib.http.request import Request
from chalicelib.routing import click_record
from chalicelib.routing.click_document import click_document
from chalicelib.routing.click_references import ClickReferences, PastRoute
from chalicelib.routing.geoip import locate
from chalicelib.routing.redirect import decide_with_tables
from chalicelib.routing.route_history import decode_with_documents
from chalicelib.tables.base import get_or_none
from chalicelib.tables.campaigns import CampaignRow
from chalicelib.tables.smartlinks import SmartlinkRow


class _Subject(NamedTuple):
    """A smartlink to click on: its route, its settings and its campaigns."""

    compiled: PastRoute
    settings: Mapping[str, Any]
    campaigns: Mapping[str, CampaignRow]


class _Visit(NamedTuple):
    """The link of a simulated click, and the terms of its publisher by campaign."""

    link: PublisherLink
    terms: Mapping[str, CampaignTerms]
    name: str | None = None


def simulate(request: Request, smartlink_id: str, body: Body[Simulation]) -> SimulationDocument:
    """Simulate a click and explain the decision. Nothing is stored.

    If weights were learned, the click uses them; it is not in the hold-out.
    """
    row = membership.get_smartlink_or_404(smartlink_id)
    simulated = body.validated(publisher_id_errors)
    campaigns = route_publishing.campaigns(route_publishing.campaign_ids(row.settings))
    subject = _Subject(route_publishing.current_route(row.id), row.settings, campaigns)
    return _document(request, subject, simulated)


def simulate_unsaved(request: Request, body: Body[UnsavedSimulation]) -> SimulationDocument:
    """Simulate a click on a smartlink that is not saved, and explain the decision. Nothing is stored."""
    saved = _saved_smartlink(body.document)
    stored = saved.settings if saved else {}
    references = SmartlinkReferences(request, stored)

    def errors(sent: Any) -> list[Error]:  # noqa: ANN401 - any JSON value
        of_smartlink = below("/smartlink", references.errors(sent.get("smartlink")))
        return [*publisher_id_errors(sent), *of_smartlink, *_smartlink_id_errors(sent, saved)]

    simulated = body.validated(errors, stored)
    settings = simulated.smartlink.model_dump(mode="json")
    compiled = _unsaved_route(saved, settings, references.campaigns)
    return _document(request, _Subject(compiled, settings, references.campaigns), simulated)


def _saved_smartlink(sent: Any) -> SmartlinkRow | None:  # noqa: ANN401 - any JSON value
    """Return the smartlink that the field `smartlink_id` names, None if there is none."""
    for smartlink_id in texts_at(sent, "smartlink_id", max_length=MAX_ID).values():
        row = get_or_none(SmartlinkRow, smartlink_id)
        return row if row and row.status != SmartlinkStatus.DELETED else None
    return None


def _smartlink_id_errors(sent: Any, saved: SmartlinkRow | None) -> list[Error]:  # noqa: ANN401 - any JSON value
    named = texts_at(sent, "smartlink_id", max_length=MAX_ID)
    return [] if saved else [(pointer, f"is not a smartlink: {each}") for pointer, each in named.items()]


def _unsaved_route(
    saved: SmartlinkRow | None, settings: dict[str, Any], campaigns: Mapping[str, CampaignRow]
) -> PastRoute:
    """Return the route that saving would publish, with the learned weights that it would keep."""
    status = saved.status if saved else SmartlinkStatus.ACTIVE.value
    row = SmartlinkRow(saved.id if saved else "", status=status, settings=settings, epoch=saved.epoch if saved else 1)
    try:
        packed = route_publishing.encode_route(row, campaigns.values())
    except ValidationFailed as error:
        raise ValidationFailed(*below("/smartlink", error.errors)) from error
    if saved is None:
        return decode_with_documents(packed, 0)
    current = route_publishing.current_route(saved.id).route
    compiled = decode_with_documents(packed, current.version)
    learned = None if storage.resets_learning(saved.settings, settings) else current.learned
    return PastRoute(replace(compiled.route, learned=learned), compiled.documents)


def _document(request: Request, subject: _Subject, simulated: Simulation) -> SimulationDocument:
    """Return the decision about the simulated click with the campaign of each offer, and the warnings."""
    route, visit = subject.compiled.route, _visit(subject.compiled.route.id, simulated.publisher_id)
    draw = click_record.draw_of(request.entropy(16).hex())
    context = simulation.simulated_click(simulated, visit.link, request.now, draw, locate)
    decision = decide_with_tables(route, context, "", may_reserve=False)
    click = {**click_record.record("", context, route, decision), "draw": context.draw}
    document = click_document(click, route, subject.compiled.documents, _references(subject, visit))
    offers = simulation.with_campaigns(document["decision"]["considered"], subject.compiled, visit.terms)
    documents = {key: route_publishing.campaign_document(row) for key, row in subject.campaigns.items()}
    return SimulationDocument(
        **{
            **document,
            "click_id": None,
            "publisher_id": simulated.publisher_id,
            "decision": {**document["decision"], "considered": offers},
        },
        warnings=warnings(subject.settings, documents, surroundings(request.now)),
    )


def _references(subject: _Subject, visit: _Visit) -> ClickReferences:
    version = visit.link.terms_version
    return ClickReferences(
        campaigns={key: row.settings["name"] for key, row in subject.campaigns.items()},
        publishers={visit.link.publisher_id: visit.name} if visit.name else {},
        terms={} if version is None else {(visit.link.publisher_id, version): visit.terms},
    )


def _visit(route_id: str, publisher_id: str | None) -> _Visit:
    if publisher_id is None:
        return _Visit(PublisherLink("", "", route_id), {})
    publisher = membership.get_publisher_or_404(publisher_id)
    in_force = terms.newest_row(publisher_id)
    carried = terms.of_row(in_force) if in_force else terms.LinkTerms(publisher_id)
    link = PublisherLink(
        code="",
        publisher_id=publisher_id,
        route_id=route_id,
        publisher_active=publisher.status == PublisherStatus.ACTIVE,
        terms_version=carried.fields["terms_version"],
        caps=carried.decoded_caps,
    )
    by_campaign = {key: from_document(stored) for key, stored in terms.documents(in_force).items()}
    return _Visit(link, by_campaign, publisher.name)
