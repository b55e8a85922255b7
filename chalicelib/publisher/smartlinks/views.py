"""The publisher's calls about smartlinks."""

from typing import Any

from chalicelib.access import applications, membership
from chalicelib.domain.publisher import PublisherStatus
from chalicelib.http.models import LinkDocument, ListQuery, Page
from chalicelib.http.problems import Forbidden, NotFound
from chalicelib.http.request import Request
from chalicelib.http.view import ResultWithStatus
from chalicelib.publisher.smartlinks import queries
from chalicelib.publisher.smartlinks.offers import offers
from chalicelib.publisher.smartlinks.schemas import (
    ApplyDocument,
    MarketplaceDocument,
    NewApplication,
    OwnApplicationDocument,
    SmartlinkDetail,
)
from chalicelib.tables.publishers import ApplicationRow
from chalicelib.tables.smartlinks import SmartlinkRow


def find(request: Request, query: ListQuery) -> Page[MarketplaceDocument]:
    """List the smartlinks that are open to you."""
    rows, cursor = queries.marketplace(request, query)
    own = queries.memberships(request.owner, [row.id for row in rows])
    items = [MarketplaceDocument(**_entry(row, own[row.id].status if row.id in own else None)) for row in rows]
    return Page(items=items, next_cursor=cursor)


def show(request: Request, smartlink_id: str) -> SmartlinkDetail:
    """Show a smartlink with its offers, your application and your link."""
    standing = _visible(request, smartlink_id)
    pool, member = standing.pool, standing.membership
    asked = membership.application(member.application_id) if member and member.application_id else None
    return SmartlinkDetail(
        **_entry(pool, standing.status),
        goal=pool.settings["goal"],
        offers=offers(pool.settings, {key: row.settings for key, row in queries.campaigns(pool.settings).items()}),
        application=_application(asked) if asked else None,
        link=_link(request, pool, membership.link_code(member)),
    )


def apply(request: Request, smartlink_id: str, body: NewApplication) -> ApplyDocument | ResultWithStatus[ApplyDocument]:
    """Ask for a smartlink; on a public one you are approved at once and get your link."""
    standing = _visible(request, smartlink_id)
    if standing.publisher.status != PublisherStatus.ACTIVE:
        message = "your account is suspended"
        raise Forbidden(message)
    if standing.status in (membership.PENDING, membership.APPROVED):
        return _present(request, standing)
    asked = applications.new_application(request, standing, body.message)
    code = membership.code_for(request, standing)
    link = _link(request, standing.pool, code if asked.status == membership.APPROVED else None)
    document = ApplyDocument(status=asked.status, link=link)
    applications.apply(request, standing, asked, code, document)
    return document


def _present(request: Request, standing: membership.MembershipState) -> ResultWithStatus[ApplyDocument]:
    member = standing.membership
    link = _link(request, standing.pool, membership.link_code(member))
    return ResultWithStatus(ApplyDocument(status=standing.status, link=link), status=200)


def _visible(request: Request, smartlink_id: str) -> membership.MembershipState:
    standing = membership.load_membership(smartlink_id, request.owner)
    if not standing.can_view:
        message = f"there is no smartlink {smartlink_id}"
        raise NotFound(message)
    return standing


def _entry(pool: SmartlinkRow, status: str | None) -> dict[str, Any]:
    settings = pool.settings
    return {
        "id": pool.id,
        **{name: settings[name] for name in ("name", "description", "tags", "rotation")},
        "offer_count": len(settings["offers"]),
        "application_status": status,
    }


def _application(row: ApplicationRow) -> OwnApplicationDocument:
    names = ("id", "status", "message", "applied_at", "decided_at", "reason")
    return OwnApplicationDocument(**{name: getattr(row, name) for name in names})


def _link(request: Request, pool: SmartlinkRow, code: str | None) -> LinkDocument | None:
    if code is None:
        return None
    return LinkDocument(code=code, url=request.link_url(code, pool.settings["tracking_domain"]))
