"""What an amendment will change, stated before anybody accepts it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import attrs

from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._facts import Facts
from harmony_core.billing._plan import periods_of
from harmony_core.billing._preview import preview
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Amendment, Contract
from harmony_core.finance import Money, money_sum
from harmony_core.periods import Span


@attrs.frozen
class PeriodImpact:
    """What one service period of a line comes to, before and after."""

    line_id: str
    kind: ChargeKind
    period: Span
    before: Money
    after: Money

    @property
    def change(self) -> Money:
        """What will be charged more; below zero is given back."""
        return self.after - self.before


@attrs.frozen
class Impact:
    """What an amendment changes, by service period of each line, oldest first.

    ``this_period`` is the one in which it begins to hold, ``next_period`` the one after that, and
    ``rest_of_term`` everything later up to the day asked for; the three add up to ``total``.
    """

    currency: str
    this_period: Money
    next_period: Money
    rest_of_term: Money
    periods: tuple[PeriodImpact, ...]

    @property
    def total(self) -> Money:
        """Everything that it changes."""
        return self.this_period + self.next_period + self.rest_of_term


_Place = tuple[str, ChargeKind, Span]


def impact(
    contract: Contract,
    amendment: Amendment,
    facts: Facts,
    terms: BillingTerms,
    through: date,
) -> Impact:
    """Say what an amendment changes in what falls due by the day after ``through``.

    Both figures come from :func:`preview`, the function that bills, so that what is stated is what
    will be billed; what is measured is taken as the facts have it. Service periods that begin later
    play no part.

    Args:
        contract: as it is, with the amendments that are known.
        amendment: as it would be agreed; ``known_on`` is the day on which it would be recorded.
        facts: known or assumed.
        terms: group, rates, policies.
        through: how far to look, such as the last day of the term.

    Raises:
        InvalidValue, NotFound, RuleBroken: the contract cannot be amended so.
    """
    days = Span(terms.opening_day, max(through, amendment.known_on) + timedelta(days=2))
    old = _by_period(contract, facts, terms, days, through)
    new = _by_period(contract.amended(amendment), facts, terms, days, through)
    nothing = Money.zero(contract.currency)
    found = tuple(
        PeriodImpact(*place, old.get(place, nothing), new.get(place, nothing))
        for place in sorted(old.keys() | new.keys(), key=_in_time)
        if old.get(place, nothing) != new.get(place, nothing)
    )
    sums: defaultdict[int, list[Money]] = defaultdict(list)
    for one in found:
        sums[_distance(one, contract.amended(amendment), amendment)].append(one.change)
    this, following, rest = (money_sum(sums[n], contract.currency) for n in range(3))
    return Impact(contract.currency, this, following, rest, found)


def _by_period(
    contract: Contract, facts: Facts, terms: BillingTerms, days: Span, through: date
) -> dict[_Place, Money]:
    sums: dict[_Place, Money] = {}
    for one in preview(contract, facts, terms, days):
        span = one.planned.period.span
        if span.start <= through:
            place = one.planned.line.id, one.planned.kind, span
            sums[place] = sums.get(place, Money.zero(contract.currency)) + one.amount
    return sums


def _in_time(place: _Place) -> tuple[date, str, str]:
    line_id, kind, span = place
    return span.start, line_id, kind.value


def _distance(one: PeriodImpact, contract: Contract, amendment: Amendment) -> int:
    """Which period it is, from the one in which the amendment begins: 0, 1, or 2 for all later."""
    line = next(line for line in contract.lines_ever if line.id == one.line_id)
    place = -1
    for period in periods_of(line, one.kind):
        if period.span.end > amendment.first_day:
            place += 1
        if period.span.start >= one.period.start or place == 2:
            break
    return max(place, 0)
