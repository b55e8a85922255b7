"""A second opinion on money: what a network books for conversions, as a small model in memory.

It is written from the words of the design, not from the code, and shares nothing with it. Money is in millionths.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from tests.conversions.money_deals import Deal, Goal, Report, Visit, millionths

CapKey = tuple[str, str, str, str, str]
"""A cap's campaign, metric, window, the day on which the window began (or `ever`), and its publisher (or `*`)."""

_TAKEN = ("pending", "approved")
_KEPT_AFTER_WINDOW = timedelta(days=2)


@dataclass
class Sale:
    """A conversion. `names` are the transaction IDs by which reports know it, `decided_by` who set its status."""

    visit: Visit
    goal: str | None
    txid: str
    by: str
    status: str | None = None
    decided_by: str = "rule"
    amount: str | None = None
    payout: int = 0
    revenue: int = 0
    held: bool = False
    approve_at: datetime | None = None
    label: str = ""
    is_from_pixel: bool = False
    names: set[str] = field(default_factory=set)
    counters: dict[CapKey, datetime | None] = field(default_factory=dict)


@dataclass
class Books:
    """All conversions of a network. `deals` are its campaigns as they are now, by ID."""

    deals: dict[str, Deal]
    sales: list[Sale] = field(default_factory=list)

    def hear(self, by: str, report: Report, now: datetime) -> None:
        """Take a report of a `pixel`, a `postback` or an `import`."""
        goal = report.visit.deal.goal_of(report.event)
        is_pixel = by == "pixel"
        if is_pixel and (goal is None or self._deal(report).tracking != "pixel"):
            return
        if goal is None:
            self._keep_label(by, report, now)
            return
        known = self._known(report, goal, is_pixel=is_pixel)
        if known is None and not self._is_second_of_once(report, goal):
            self._book(by, report, goal, now)
        elif known is not None and not is_pixel:
            self._hear_again(known, by, report, goal)

    def decide(self, sale: Sale, status: str) -> None:
        """Set the status by an admin, whom nothing outranks. Labels that are no goal have no status."""
        if sale.status is not None:
            _rule(sale, status, "admin")

    def due(self, now: datetime) -> list[Sale]:
        """Return the conversions that the schedule approves."""
        return [sale for sale in self.sales if sale.approve_at and sale.approve_at <= now]

    def approve_due(self, now: datetime) -> None:
        """Approve them."""
        for sale in self.due(now):
            _rule(sale, "approved", "schedule")

    def _deal(self, report: Report) -> Deal:
        return self.deals[report.visit.deal.id]

    def _of_goal(self, report: Report, goal: Goal | None) -> list[Sale]:
        name = goal.name if goal else None
        return [sale for sale in self.sales if sale.visit.id == report.visit.id and sale.goal == name]

    def _known(self, report: Report, goal: Goal, *, is_pixel: bool) -> Sale | None:
        """Return what the report is about. One by pixel is about whatever its click and goal has."""
        sales = self._of_goal(report, goal)
        if is_pixel:
            return next(iter(sales), None)
        same = next((sale for sale in sales if report.name in sale.names), None)
        return same or next((sale for sale in sales if _completes(report, goal, sale)), None)

    def _is_second_of_once(self, report: Report, goal: Goal, sale: Sale | None = None) -> bool:
        """Return whether the goal counts once and the click has a conversion other than `sale` that is not rejected."""
        others = [other for other in self._of_goal(report, goal) if other is not sale]
        return goal.counts == "once" and any(other.status != "rejected" for other in others)

    def _keep_label(self, by: str, report: Report, now: datetime) -> None:
        """Keep an event that is no goal: by click, event and transaction ID, without money and status."""
        label, earlier = report.event or "", self._of_goal(report, None)
        is_known = any((sale.label, sale.txid) == (label, report.name) for sale in earlier)
        if not is_known and (by == "import" or report.visit.is_open_at(now)):
            sale = Sale(report.visit, None, report.name, by, label=label, amount=report.amount)
            self.sales.append(sale)

    def _book(self, by: str, report: Report, goal: Goal, now: datetime) -> None:
        if by != "import" and not report.visit.is_open_at(now):
            return
        is_pixel, deal = by == "pixel", self._deal(report)
        sale = Sale(report.visit, goal.name, report.name, by, is_from_pixel=is_pixel, names={report.name})
        _value(sale, report, goal)
        sale.counters = _counters(deal, report.visit.publisher_id, now)
        source = "import" if by == "import" and report.status else "report"
        if report.status == "rejected":
            _rule(sale, "rejected", source)
        elif _is_above_maximum(sale, goal, deal):
            _rule(sale, "pending", "rule", held=True)
        elif deal.approval == "manual" and by != "import":
            _rule(sale, "pending", "report" if report.status == "pending" else "rule")
            sale.approve_at = now + timedelta(days=deal.approve_after_days) if deal.approve_after_days else None
        else:
            _rule(sale, report.status or "approved", source)
        self.sales.append(sale)

    def _hear_again(self, sale: Sale, by: str, report: Report, goal: Goal) -> None:
        deal = self._deal(report)
        if sale.by == "pixel":
            _complete(sale, by, report, goal)
            if _is_above_maximum(sale, goal, deal) and sale.status != "rejected" and sale.decided_by != "admin":
                _rule(sale, "pending", "rule", held=True)
        status = report.status
        if status is None or status == sale.status or sale.decided_by == "admin":
            return
        if sale.status == "rejected" and self._is_second_of_once(report, goal, sale):
            return
        if by == "import":
            self._change(sale, status, "import", goal)
        elif sale.decided_by != "import" and status == "rejected":
            _rule(sale, "rejected", "report")
        elif sale.decided_by == "report" and status == "approved" and deal.approval == "auto":
            self._change(sale, status, "report", goal)

    def _change(self, sale: Sale, status: str, source: str, goal: Goal) -> None:
        """Change the status, but let only an admin approve what is held or above the maximum."""
        deal = self.deals[sale.visit.deal.id]
        if status == "approved" and (sale.held or _is_above_maximum(sale, goal, deal)):
            _rule(sale, "pending", "rule", held=True)
        else:
            _rule(sale, status, source)

    def figures(self) -> dict[tuple[str, str, str], Counter[str]]:
        """Return what reports show, by campaign, goal and currency. Labels stand in no count."""
        shown: dict[tuple[str, str, str], Counter[str]] = {}
        for sale in self.sales:
            if sale.goal is not None:
                key = (sale.visit.deal.id, sale.goal, sale.visit.deal.currency)
                shown.setdefault(key, Counter()).update(_figures(sale))
        return {key: counts for key, counts in shown.items() if any(counts.values())}

    def cap_usage(self, now: datetime) -> dict[CapKey, int]:
        """Return how much of the caps is used, in windows that are kept: by pending and approved conversions."""
        usage: Counter[CapKey] = Counter()
        for sale in (sale for sale in self.sales if sale.status in _TAKEN):
            amounts = {"conversions": 1, "payout": sale.payout, "revenue": sale.revenue}
            usage.update({key: amounts[key[1]] for key, end in sale.counters.items() if end is None or now < end})
        return {key: amount for key, amount in usage.items() if amount}

    def learned(self) -> dict[str, tuple[int, int, int]]:
        """Return conversions, payout and revenue that learning knows, by campaign. A pixel's wait for approval."""
        learned: dict[str, tuple[int, int, int]] = {}
        for sale in self.sales:
            if sale.status == "approved" or (sale.status == "pending" and sale.by != "pixel"):
                n, payout, revenue = learned.get(sale.visit.deal.id, (0, 0, 0))
                learned[sale.visit.deal.id] = (n + 1, payout + sale.payout, revenue + sale.revenue)
        return learned


def _completes(report: Report, goal: Goal, sale: Sale) -> bool:
    """Return whether the report is about this conversion because a pixel reported it.

    A report without transaction ID is. One with another than the conversion's is not, if the goal counts every one.
    """
    if not sale.is_from_pixel:
        return False
    is_another = bool(sale.txid) and goal.counts == "every"
    return not report.name or (sale.by == "pixel" and not is_another)


def _complete(sale: Sale, by: str, report: Report, goal: Goal) -> None:
    """Give a pixel's conversion the transaction ID and the amounts of the advertiser. It keeps its status."""
    sale.by = by
    sale.txid = report.name or sale.txid
    sale.names.add(sale.txid)
    _value(sale, report, goal)


def _value(sale: Sale, report: Report, goal: Goal) -> None:
    sale.amount = report.amount
    sale.payout = goal.worth(goal.payout, goal.payout_percent, report.amount, report.payout)
    sale.revenue = goal.worth(goal.revenue, goal.revenue_percent, report.amount, report.revenue)


def _rule(sale: Sale, status: str, by: str, *, held: bool = False) -> None:
    sale.status, sale.decided_by, sale.held, sale.approve_at = status, by, held, None


def _is_above_maximum(sale: Sale, goal: Goal, deal: Deal) -> bool:
    if deal.max_payout is not None:
        return sale.payout > millionths(deal.max_payout)
    fixed = Fraction(goal.payout)
    has_default = fixed > 0 and not Fraction(goal.payout_percent) and not Fraction(goal.revenue_percent)
    return has_default and sale.payout > 100 * millionths(goal.payout)


def _figures(sale: Sale) -> dict[str, int]:
    if sale.status == "approved":
        return {"conversions": 1, "payout": sale.payout, "revenue": sale.revenue}
    if sale.status == "pending":
        return {"pending_conversions": 1, "pending_payout": sale.payout}
    return {"rejected_conversions": 1}


def _counters(deal: Deal, publisher_id: str, now: datetime) -> dict[CapKey, datetime | None]:
    """Return the counters of the campaign's caps as they are now, and until when each is kept."""
    found: dict[CapKey, datetime | None] = {}
    for metric, window, scope in deal.caps:
        owner = "*" if scope == "campaign" else publisher_id
        day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        is_daily = window == "day"
        since = str(int(day.timestamp())) if is_daily else "ever"
        end = day + timedelta(days=1) + _KEPT_AFTER_WINDOW if is_daily else None
        found[deal.id, metric, window, since, owner] = end
    return found
