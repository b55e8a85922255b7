"""What uplift is asked for, and its document."""

from chalicelib.domain.smartlink import Goal
from chalicelib.http.fields import Bounds, Figure
from chalicelib.http.models import Document
from chalicelib.http.time_range import Span, Spanning


class UpliftQuery(Span):
    """Which time: by default the last seven days; at most 92 days."""


class ArmFigures(Document):
    """One arm: unique clicks, their conversions, and their value by the goal."""

    clicks: int
    conversions: int
    value: Figure
    value_per_click: Figure | None
    interval: Bounds | None


class Arms(Document):
    """Clicks by the learned weights, and those that the admin's weights drew at the same time."""

    optimized: ArmFigures
    holdout: ArmFigures


class UpliftDocument(Spanning):
    """What optimization earns per click beyond the admin's weights, with its 95 % interval.

    `relative` is the difference over the hold-out's value per click; `blocks` are the hours that were compared.
    """

    smartlink_id: str
    goal: Goal
    currency: str | None
    arms: Arms
    difference: Figure | None
    interval: Bounds | None
    relative: Figure | None
    blocks: int
    enough_data: bool
    verdict: str
