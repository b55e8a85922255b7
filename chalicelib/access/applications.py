"""Publishers on smartlinks: applying, deciding, joining and leaving, each one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.access import application_notifications
from chalicelib.access.campaign_approvals import add_new_link, approve_campaigns, check_publisher_status
from chalicelib.access.membership import APPROVED, DECLINED, PENDING, MembershipState, application, pool
from chalicelib.domain.smartlink import OfferAccess, SmartlinkStatus, Visibility
from chalicelib.http.audit_change import AuditChange
from chalicelib.http.models import ResponseModel
from chalicelib.http.problems import NotFound
from chalicelib.http.request import Request
from chalicelib.http.transactions import transaction
from chalicelib.notifications import send
from chalicelib.notifications.notification import Notification
from chalicelib.tables.publishers import ApplicationRow, MembershipRow, PublisherRow
from chalicelib.tables.routes import LinkRow
from chalicelib.tables.smartlinks import SmartlinkRow

OutgoingNotification = tuple[str, Notification]
"""Who is told (an admin or a publisher, as notifications know them), and of what."""


def new_application(request: Request, standing: MembershipState, message: str) -> ApplicationRow:
    """A new application, not yet written: approved at once on a public smartlink, else pending.

    Who was declined or removed before waits for an admin, on a public smartlink too.
    """
    at_once = standing.pool.settings["visibility"] == Visibility.PUBLIC and standing.status is None
    status = APPROVED if at_once else PENDING
    return ApplicationRow(
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


def apply(request: Request, standing: MembershipState, asked: ApplicationRow, code: str, answer: ResponseModel) -> None:
    """Writes a new application; one that is approved at once comes with the link."""
    at_once = asked.status == APPROVED
    if at_once:
        approve_pool_campaigns(request, standing.pool, standing.publisher)
    told = _application_notifications(standing, asked, code)
    with _transaction_with_notifications(request, told, answer) as write:
        write.save(asked, ApplicationRow.id.does_not_exist())
        if at_once:
            _add_admission(write, standing, code, asked.id)
        else:
            _add_membership(write, standing, PENDING, asked.id)
        _add_counts(write, standing.pool, live=int(at_once), pending=int(not at_once))
    if at_once:
        approve_pool_campaigns(request, pool(standing.pool.id), standing.publisher)


def approve(request: Request, standing: MembershipState, code: str, answer: ResponseModel, *, subject: str) -> None:
    """Puts the publisher on the smartlink; a pending application is thereby approved.

    `subject` is what the audit log calls it: the application that was approved, or the pair.
    """
    asked = _latest_application(standing)
    change = _change(standing, subject, status=APPROVED, code=code)
    approve_pool_campaigns(request, standing.pool, standing.publisher)
    with _transaction_with_notifications(request, _approval_notifications(standing, code), answer, change) as write:
        if asked:
            _add_decision(write, request, asked, APPROVED, None)
        _add_admission(write, standing, code, asked.id if asked else None)
        _add_counts(write, standing.pool, live=1, pending=-int(standing.status == PENDING))
    approve_pool_campaigns(request, pool(standing.pool.id), standing.publisher)


def decline(
    request: Request, standing: MembershipState, asked: ApplicationRow, reason: str | None, answer: ResponseModel
) -> None:
    """Declines a pending application; the publisher may ask again."""
    notice = application_notifications.decided(
        DECLINED, reason, standing.pool.settings["name"], _subject(standing, asked.id)
    )
    change = _change(standing, asked.id, status=DECLINED, reason=reason)
    with _transaction_with_notifications(request, [(standing.publisher.id, notice)], answer, change) as write:
        _add_decision(write, request, asked, DECLINED, reason)
        _add_membership(write, standing, DECLINED, asked.id)
        _add_counts(write, standing.pool, pending=-1)


def remove(request: Request, standing: MembershipState) -> None:
    """Takes the publisher off the smartlink: their link answers 404 from now on."""
    member = standing.membership
    if member is None or member.status != APPROVED or member.code is None:
        message = f"publisher {standing.publisher.id} is not on this smartlink"
        raise NotFound(message)
    asked = _latest_application(standing)
    with transaction(request, change=_change(standing, standing.audit_subject, status=DECLINED)) as write:
        if asked:
            _add_decision(write, request, asked, DECLINED, "taken off the smartlink")
        _add_membership(write, standing, DECLINED, member.application_id)
        write.update(LinkRow(member.code), [LinkRow.active.set(False)], LinkRow.code.exists())
        _add_counts(write, standing.pool, live=-1)


def approve_pool_campaigns(request: Request, of: SmartlinkRow, to: PublisherRow) -> None:
    """Gives the publisher every offer of a pool whose approval covers them all.

    Done before they come onto the pool, so that an approval cut short and repeated leaves none out,
    and again after, for offers that came in meanwhile.
    """
    if of.settings["offer_access"] == OfferAccess.GRANT:
        approve_campaigns(request, [(to.id, seat["campaign_id"]) for seat in of.settings["offers"]])


@contextmanager
def _transaction_with_notifications(
    request: Request, told: list[OutgoingNotification], answer: ResponseModel, change: AuditChange | None = None
) -> Iterator[TransactWrite]:
    """A transaction that leaves its notifications too; the topic hears of them once it is through."""
    with transaction(request, answer, change) as write:
        for owner, notice in told:
            send.add_to_transaction(write, owner, notice, request.now)
        yield write
    for owner, notice in told:
        send.publish_to_topic(owner, notice, request.now)


def _application_notifications(
    standing: MembershipState, asked: ApplicationRow, code: str
) -> list[OutgoingNotification]:
    """An admin hears of an application that waits, the publisher of one approved at once."""
    name, subject = standing.pool.settings["name"], _subject(standing, asked.id)
    if asked.status == APPROVED:
        return [(standing.publisher.id, application_notifications.live(code, name, subject))]
    return [(send.ADMIN, application_notifications.received(standing.publisher.name, name, subject))]


def _approval_notifications(standing: MembershipState, code: str) -> list[OutgoingNotification]:
    """The publisher hears that their link is live, and before it of a pending application's approval."""
    name, subject = standing.pool.settings["name"], _subject(standing)
    approved = [application_notifications.decided(APPROVED, None, name, subject)] if standing.status == PENDING else []
    return [
        (standing.publisher.id, notice) for notice in (*approved, application_notifications.live(code, name, subject))
    ]


def _subject(standing: MembershipState, application_id: str | None = None) -> dict[str, str | None]:
    latest = standing.membership.application_id if standing.membership else None
    return {
        "smartlink_id": standing.pool.id,
        "publisher_id": standing.publisher.id,
        "application_id": application_id or latest,
    }


def _change(standing: MembershipState, subject: str, **settled: str | None) -> AuditChange:
    """How the publisher stands with the smartlink from now on, as the audit log keeps it."""
    before = {**_subject(standing), "status": standing.status, "code": standing.code} if standing.membership else None
    return AuditChange(subject, before, {**_subject(standing), "code": standing.code, **settled})


def _latest_application(standing: MembershipState) -> ApplicationRow | None:
    member = standing.membership
    return application(member.application_id) if member and member.application_id else None


def _add_admission(write: TransactWrite, standing: MembershipState, code: str, application_id: str | None) -> None:
    check_publisher_status(write, standing.publisher)
    _add_membership(write, standing, APPROVED, application_id, code)
    if standing.membership and standing.membership.code:
        write.update(LinkRow(code), [LinkRow.active.set(True)], LinkRow.code.exists())
    else:
        add_new_link(write, standing.publisher, code, standing.pool.id)


def _add_membership(
    write: TransactWrite, standing: MembershipState, status: str, application_id: str | None, code: str | None = None
) -> None:
    """Adds how the publisher stands from now on; a code that was theirs stays theirs."""
    before = standing.membership
    unchanged = MembershipRow.status == before.status if before else MembershipRow.pool_id.does_not_exist()
    row = MembershipRow(
        standing.publisher.id,
        standing.pool.id,
        status=status,
        application_id=application_id,
        code=code or (before.code if before else None),
    )
    write.save(row, unchanged)


def _add_decision(
    write: TransactWrite, request: Request, asked: ApplicationRow, status: str, reason: str | None
) -> None:
    actions: list[Action] = [
        ApplicationRow.status.set(status),
        ApplicationRow.status_year.set(f"{status}#{asked.created_year}"),
        ApplicationRow.decided_at.set(request.timestamp),
    ]
    actions.append(ApplicationRow.reason.remove() if reason is None else ApplicationRow.reason.set(reason))
    write.update(ApplicationRow(asked.id), actions, ApplicationRow.status == asked.status)


def _add_counts(write: TransactWrite, of: SmartlinkRow, *, live: int = 0, pending: int = 0) -> None:
    actions: list[Action] = [SmartlinkRow.live_count.add(live), SmartlinkRow.pending_count.add(pending)]
    write.update(SmartlinkRow(of.id), actions, SmartlinkRow.status != SmartlinkStatus.DELETED)
