"""Which contracts (or customers) need a look: the reasons, and what would restore the target.

Read from the same facts as every report: months below the target in a row, a fall against the
months before, hours over plan, and work that nobody pays for. What restores the target is stated
as the price at the same hours, and as the hours at the same price.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

import attrs

from harmony_core.errors import InvalidValue, Word, kinds_checked
from harmony_core.explanation import RoundingMode, exact_text
from harmony_core.finance._contribution import Contribution
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._money import Money
from harmony_core.finance._profit_reports import Row, contribution_by
from harmony_core.finance._profitability import CostView, ProfitFacts
from harmony_core.finance._rounding import Rounding
from harmony_core.periods import Month


class MarginReason(Word):
    """Why something is on the watch list."""

    BELOW_TARGET = "below_target"
    """each of the last months that had revenue or cost was below the target"""
    FELL = "fell"
    """the margin fell by more than the points allowed, against the same number of months before"""
    HOURS_OVER_PLAN = "hours_over_plan"
    """more hours were worked than planned"""
    WITHOUT_REVENUE = "without_revenue"
    """there was cost or work, and no revenue"""


def _share(value: Exact) -> Fraction:
    share = exact(value, "a target margin")
    if share >= 1:
        raise InvalidValue(
            f"a target margin is a share below 1, got {exact_text(share)}: 0.35 is 35 per cent"
        )
    return share


def _points(value: Exact) -> Fraction:
    points = exact(value, "a fall in points")
    if points < 0:
        raise InvalidValue(f"a fall is counted in points from 0, got {exact_text(points)}")
    return points


@attrs.frozen(field_transformer=kinds_checked)
class MarginRule:
    """What is watched.

    Args:
        target: contribution over revenue, as a share: ``"0.35"``.
        months: so many months in a row below the target are a reason, and so many are looked at
            for the rest.
        fall: percentage points by which the margin may fall against as many months before;
            ``None``: falls are not watched.
    """

    target: Fraction = attrs.field(converter=_share)
    months: int = 3
    fall: Fraction | None = attrs.field(default=None, converter=attrs.converters.optional(_points))

    def __attrs_post_init__(self) -> None:
        if self.months < 1:
            raise InvalidValue(f"a margin is watched over a month or more, got {self.months}")


@attrs.frozen
class MarginAlert:
    """One thing to look at: its figures over the months watched, and the way back to the target.

    ``revenue_to_target`` is the least revenue that would restore it at the same work.
    ``hours_to_target`` are the hours that would restore it at the same price and cost
    rate; ``None`` where no hours were worked, or none would do.
    """

    id: str
    reasons: tuple[MarginReason, ...]
    figures: Contribution
    before: Contribution
    revenue_to_target: Money
    hours_to_target: Fraction | None
    planned_hours: Fraction | None

    @property
    def price_factor(self) -> Fraction | None:
        """By what all prices would have to be multiplied; ``None`` where nothing is charged."""
        if not self.figures.revenue:
            return None
        return Fraction(self.revenue_to_target.minor, self.figures.revenue.minor)


@attrs.frozen
class MarginWatch:
    """The watch list for the months up to one, the worst contribution first, then by id."""

    view: CostView
    currency: str
    by: str
    last_month: Month
    rule: MarginRule
    alerts: tuple[MarginAlert, ...]

    def as_rows(self) -> list[Row]:
        """One row an alert, as plain values."""
        return [
            {
                self.by: alert.id,
                "reasons": ", ".join(reason.value for reason in alert.reasons),
                "revenue": alert.figures.revenue.amount,
                "contribution": alert.figures.contribution.amount,
                "percent": alert.figures.percent,
                "revenue_to_target": alert.revenue_to_target.amount,
                "hours": exact_text(alert.figures.hours),
                "hours_to_target": _text(alert.hours_to_target),
            }
            for alert in self.alerts
        ]


_ENOUGH = Rounding.of(RoundingMode.CEILING)  # a cent less would miss the target
_NO_PLAN: Mapping[str, Exact] = MappingProxyType({})


def margin_watch(
    facts: ProfitFacts,
    last_month: Month,
    rule: MarginRule,
    *,
    by: str = "contract",
    planned_hours: Mapping[str, Exact] = _NO_PLAN,
) -> MarginWatch:
    """Find what is below its target, fell, took more hours than planned, or earns nothing.

    Args:
        facts: of any months, in the view of cost that is to be watched.
        last_month: the last month looked at.
        rule: target, number of months, fall.
        by: the dimension watched.
        planned_hours: hours planned for the months watched, by id.

    Raises:
        NotFound: no fact has the dimension ``by``.
        InvalidValue: planned hours are below zero.
    """
    watched = _by_id(facts, by, last_month + (1 - rule.months), last_month)
    before = _by_id(facts, by, last_month + (1 - 2 * rule.months), last_month - rule.months)
    months = [
        _by_id(facts, by, last_month - back, last_month - back) for back in range(rule.months)
    ]
    plan = {name: _planned(name, hours) for name, hours in planned_hours.items()}
    zero = Contribution.zero(facts.currency)
    alerts = []
    for name, figures in watched.items():
        past = before.get(name, zero)
        reasons = _reasons(rule, figures, past, [month.get(name, zero) for month in months])
        planned = plan.get(name)
        if planned is not None and figures.hours > planned:
            reasons.append(MarginReason.HOURS_OVER_PLAN)
        if reasons:
            alerts.append(
                MarginAlert(
                    name,
                    tuple(reasons),
                    figures,
                    past,
                    _revenue_to_target(figures, rule.target),
                    _hours_to_target(figures, rule.target),
                    planned,
                )
            )
    alerts.sort(key=lambda alert: (alert.figures.contribution.minor, alert.id))
    return MarginWatch(facts.view, facts.currency, by, last_month, rule, tuple(alerts))


def _by_id(facts: ProfitFacts, by: str, first: Month, last: Month) -> dict[str, Contribution]:
    within = tuple(fact for fact in facts if first <= fact.month <= last)
    if not within:
        contribution_by(facts, by)  # refuses a dimension that nothing has
        return {}
    found: dict[str, Contribution] = {}
    for fact in within:
        name = fact.dimension(by)
        found[name] = found[name] + fact.figures if name in found else fact.figures
    found.pop("", None)  # what has no contract cannot be restored by one
    return found


def _planned(name: str, value: Exact) -> Fraction:
    hours = exact(value, "planned hours")
    if hours < 0:
        raise InvalidValue(f"planned hours of {name!r} are zero or more, got {exact_text(hours)}")
    return hours


def _reasons(
    rule: MarginRule, figures: Contribution, past: Contribution, months: list[Contribution]
) -> list[MarginReason]:
    found = []
    busy = [month for month in months if month.revenue or month.cost]
    if len(busy) == rule.months and all(_is_below(month, rule.target) for month in busy):
        found.append(MarginReason.BELOW_TARGET)
    if rule.fall is not None and _points_lost(past, figures) > rule.fall:
        found.append(MarginReason.FELL)
    if not figures.revenue and (figures.cost or figures.hours):
        found.append(MarginReason.WITHOUT_REVENUE)
    return found


def _points_lost(past: Contribution, figures: Contribution) -> Fraction:
    """Give by how many points the margin fell; nothing where one of the two had no revenue."""
    if past.share is None or figures.share is None:
        return Fraction(0)
    return (past.share - figures.share) * 100


def _is_below(figures: Contribution, target: Fraction) -> bool:
    """Compare without dividing, so that a month without revenue is below as soon as it costs."""
    return figures.contribution.minor < target * figures.revenue.minor


def _revenue_to_target(figures: Contribution, target: Fraction) -> Money:
    return (figures.cost.exact / (1 - target)).settle(_ENOUGH)


def _hours_to_target(figures: Contribution, target: Fraction) -> Fraction | None:
    if not (figures.hours and figures.labour_cost):
        return None
    other = figures.direct_cost + figures.transfer_cost
    budget = (1 - target) * figures.revenue.minor - other.minor
    return figures.hours * budget / figures.labour_cost.minor if budget > 0 else None


def _text(hours: Fraction | None) -> str | None:
    return None if hours is None else exact_text(hours)
