"""Publishers on smartlinks: applying, deciding, joining and leaving, each one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.access import application_notifications
from chalicelib.access.campaign_approvals import add_new_link, add_standing_check, grant
from chalicelib.access.membership import APPROVED, DECLINED, PENDING, Standing, application, pool
from chalicelib.domain.smartlink import OfferAccess, SmartlinkStatus, Visibility
from chalicelib.http.audit_change import Change
from chalicelib.http.models import Document
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.notifications import send
from chalicelib.notifications.notification import Notice
from chalicelib.tables.publishers import Application, Membership, Publisher
from chalicelib.tables.routes import Link
from chalicelib.tables.smartlinks import Pool

Told = tuple[str, Notice]
"""Who is told (an admin or a publisher, as notifications know them), and of what."""


def new_application(request: Request, standing: Standing, message: str) -> Application:
    """A new application, not yet written: approved at once on a public smartlink, else pending.

    Who was declined or removed before waits for an admin, on a public smartlink too.
    """
    at_once = standing.pool.settings["visibility"] == Visibility.PUBLIC and standing.status is None
    status = APPROVED if at_once else PENDING
    return Application(
        request.new_id("app"),
        pool_id=standing.pool.id,
        publisher_id=standing.publisher.id,
        message=message,
        status=status,
        status_year=f"{status}#{request.year}",
        created_year=request.year,
        applied_at=request.timestamp,
        decided_at=request.timestamp if at_once else None,
    )


def apply(request: Request, standing: Standing, asked: Application, code: str, answer: Document) -> None:
    """Writes a new application; one that is approved at once comes with the link."""
    at_once = asked.status == APPROVED
    if at_once:
        grant_offers(request, standing.pool, standing.publisher)
    told = _told_of_application(standing, asked, code)
    with _telling(request, told, answer) as write:
        write.save(asked, Application.id.does_not_exist())
        if at_once:
            _add_admission(write, standing, code, asked.id)
        else:
            _add_membership(write, standing, PENDING, asked.id)
        _add_counts(write, standing.pool, live=int(at_once), pending=int(not at_once))
    if at_once:
        grant_offers(request, pool(standing.pool.id), standing.publisher)


def admit(request: Request, standing: Standing, code: str, answer: Document, *, subject: str) -> None:
    """Puts the publisher on the smartlink; a pending application is thereby approved.

    `subject` is what the audit log calls it: the application that was approved, or the pair.
    """
    asked = _latest_application(standing)
    change = _change(standing, subject, status=APPROVED, code=code)
    grant_offers(request, standing.pool, standing.publisher)
    with _telling(request, _told_of_admission(standing, code), answer, change) as write:
        if asked:
            _add_decision(write, request, asked, APPROVED, None)
        _add_admission(write, standing, code, asked.id if asked else None)
        _add_counts(write, standing.pool, live=1, pending=-int(standing.status == PENDING))
    grant_offers(request, pool(standing.pool.id), standing.publisher)


def decline(request: Request, standing: Standing, asked: Application, reason: str | None, answer: Document) -> None:
    """Declines a pending application; the publisher may ask again."""
    notice = application_notifications.decided(
        DECLINED, reason, standing.pool.settings["name"], _subject(standing, asked.id)
    )
    change = _change(standing, asked.id, status=DECLINED, reason=reason)
    with _telling(request, [(standing.publisher.id, notice)], answer, change) as write:
        _add_decision(write, request, asked, DECLINED, reason)
        _add_membership(write, standing, DECLINED, asked.id)
        _add_counts(write, standing.pool, pending=-1)


def remove(request: Request, standing: Standing) -> None:
    """Takes the publisher off the smartlink: their link answers 404 from now on."""
    member = standing.membership
    if member is None or member.status != APPROVED or member.code is None:
        message = f"publisher {standing.publisher.id} is not on this smartlink"
        raise NotFound(message)
    asked = _latest_application(standing)
    with transaction(request, change=_change(standing, standing.pair, status=DECLINED)) as write:
        if asked:
            _add_decision(write, request, asked, DECLINED, "taken off the smartlink")
        _add_membership(write, standing, DECLINED, member.application_id)
        write.update(Link(member.code), [Link.active.set(False)], Link.code.exists())
        _add_counts(write, standing.pool, live=-1)


def grant_offers(request: Request, of: Pool, to: Publisher) -> None:
    """Gives the publisher every offer of a pool whose approval covers them all.

    Done before they come onto the pool, so that an approval cut short and repeated leaves none out,
    and again after, for offers that came in meanwhile.
    """
    if of.settings["offer_access"] == OfferAccess.GRANT:
        grant(request, [(to.id, seat["campaign_id"]) for seat in of.settings["offers"]])


@contextmanager
def _telling(
    request: Request, told: list[Told], answer: Document, change: Change | None = None
) -> Iterator[TransactWrite]:
    """A transaction that leaves its notifications too; the topic hears of them once it is through."""
    with transaction(request, answer, change) as write:
        for owner, notice in told:
            send.add(write, owner, notice, request.now)
        yield write
    for owner, notice in told:
        send.publish(owner, notice, request.now)


def _told_of_application(standing: Standing, asked: Application, code: str) -> list[Told]:
    """An admin hears of an application that waits, the publisher of one approved at once."""
    name, subject = standing.pool.settings["name"], _subject(standing, asked.id)
    if asked.status == APPROVED:
        return [(standing.publisher.id, application_notifications.live(code, name, subject))]
    return [(send.ADMIN, application_notifications.received(standing.publisher.name, name, subject))]


def _told_of_admission(standing: Standing, code: str) -> list[Told]:
    """The publisher hears that their link is live, and before it of a pending application's approval."""
    name, subject = standing.pool.settings["name"], _subject(standing)
    approved = [application_notifications.decided(APPROVED, None, name, subject)] if standing.status == PENDING else []
    return [
        (standing.publisher.id, notice) for notice in (*approved, application_notifications.live(code, name, subject))
    ]


def _subject(standing: Standing, application_id: str | None = None) -> dict[str, str | None]:
    latest = standing.membership.application_id if standing.membership else None
    return {
        "smartlink_id": standing.pool.id,
        "publisher_id": standing.publisher.id,
        "application_id": application_id or latest,
    }


def _change(standing: Standing, subject: str, **settled: str | None) -> Change:
    """How the publisher stands with the smartlink from now on, as the audit log keeps it."""
    before = {**_subject(standing), "status": standing.status, "code": standing.code} if standing.membership else None
    return Change(subject, before, {**_subject(standing), "code": standing.code, **settled})


def _latest_application(standing: Standing) -> Application | None:
    member = standing.membership
    return application(member.application_id) if member and member.application_id else None


def _add_admission(write: TransactWrite, standing: Standing, code: str, application_id: str | None) -> None:
    add_standing_check(write, standing.publisher)
    _add_membership(write, standing, APPROVED, application_id, code)
    if standing.membership and standing.membership.code:
        write.update(Link(code), [Link.active.set(True)], Link.code.exists())
    else:
        add_new_link(write, standing.publisher, code, standing.pool.id)


def _add_membership(
    write: TransactWrite, standing: Standing, status: str, application_id: str | None, code: str | None = None
) -> None:
    """Adds how the publisher stands from now on; a code that was theirs stays theirs."""
    before = standing.membership
    unchanged = Membership.status == before.status if before else Membership.pool_id.does_not_exist()
    row = Membership(
        standing.publisher.id,
        standing.pool.id,
        status=status,
        application_id=application_id,
        code=code or (before.code if before else None),
    )
    write.save(row, unchanged)


def _add_decision(write: TransactWrite, request: Request, asked: Application, status: str, reason: str | None) -> None:
    actions: list[Action] = [
        Application.status.set(status),
        Application.status_year.set(f"{status}#{asked.created_year}"),
        Application.decided_at.set(request.timestamp),
    ]
    actions.append(Application.reason.remove() if reason is None else Application.reason.set(reason))
    write.update(Application(asked.id), actions, Application.status == asked.status)


def _add_counts(write: TransactWrite, of: Pool, *, live: int = 0, pending: int = 0) -> None:
    actions: list[Action] = [Pool.live_count.add(live), Pool.pending_count.add(pending)]
    write.update(Pool(of.id), actions, Pool.status != SmartlinkStatus.DELETED)
