"""Billing in several runs: each prices the whole and charges what is not billed yet.

So the sum of the runs is one run over everything, whatever the scheme: bands, packages, limits,
discounts, conversion. Late and withdrawn units change the price of the period that they belong
to, and the difference is a signed line of that period.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, expect
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import HALF_UP, Exact, ExactAmount, Money, Rounding
from harmony_core.pricing._repricing import Change, repriced
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    Scheme,
    amount_of,
    listed,
    price,
    refuse_no_rounding,
    require_scheme,
    units,
)

EARLIER = PricePoint(last_line_of_period=False)


@attrs.frozen
class AtPeriodEnd:
    """``scheme``, charged on the last line of the period only: nothing is billed before.

    Some systems bill look-up prices so, since a later unit may change the price of all.
    """

    scheme: Scheme

    def __attrs_post_init__(self) -> None:
        require_scheme(self.scheme)

    @property
    def currency(self) -> str:
        """The currency of the scheme."""
        return self.scheme.currency

    def repriced(self, change: Change) -> AtPeriodEnd:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return AtPeriodEnd(repriced(self.scheme, change))

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:
        """Give what the scheme charges; zero on an earlier line of the period."""
        if point.last_line_of_period:
            return self.scheme.price(quantity, point)
        units(quantity)
        return ExactAmount.of(0, self.currency)

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        """Give the same amount with its derivation."""
        if point.last_line_of_period:
            return self.scheme.explain(quantity, point)
        why = Explainer("at the end of the period", 1)
        why.given("quantity", "quantity", units(quantity))
        label = "nothing is billed before the last line of the period"
        return why.explanation(why.given("amount", label, 0, self.currency))


@attrs.frozen
class Billed:
    """What earlier lines of the period billed; an ``amount`` of ``None`` is what they came to."""

    quantity: Fraction = attrs.field(default=Fraction(0), converter=units)
    amount: ExactAmount | None = None

    def __attrs_post_init__(self) -> None:
        if self.amount is not None:
            amount_of(self.amount, "what was billed")


def still_to_bill(
    scheme: Scheme, total: Exact, billed: Billed, point: PricePoint = ONLY_LINE
) -> ExactAmount:
    """Give the price of ``total`` units less what was billed of them.

    It is below zero where more units make all of them cheaper, and where units were withdrawn.

    >>> from harmony_core.pricing import Package
    >>> still_to_bill(Package.of("15", 10, "USD"), 22, Billed(17))
    ExactAmount.of('15', 'USD')
    """
    refuse_no_billed(billed)
    whole = price(scheme, total, as_whole(point))
    before = billed.amount
    if before is None:
        if not billed.quantity and point.first_line_of_period:
            return whole  # there was no earlier line, not even one of no units with a flat fee
        before = scheme.price(billed.quantity, EARLIER)
    return whole - before


def increment(
    scheme: Scheme, quantity: Exact, billed: Billed, point: PricePoint = ONLY_LINE
) -> ExactAmount:
    """Give the price of ``quantity`` more units after those ``billed``.

    >>> from harmony_core.pricing import AtMost, PerUnit
    >>> capped = AtMost.of(PerUnit.of("10", "USD"), "100")
    >>> increment(capped, 20, Billed(7))
    ExactAmount.of('30', 'USD')
    """
    refuse_no_billed(billed)
    return still_to_bill(scheme, billed.quantity + units(quantity), billed, point)


def refuse_no_billed(billed: object) -> None:
    """Refuse a bare quantity, or anything else, in the place of what was billed."""
    expect(billed, Billed, "what earlier lines billed", "Billed(17)")


def as_whole(point: PricePoint) -> PricePoint:
    """The whole begins with the first line, wherever the line being billed stands."""
    return PricePoint(last_line_of_period=point.last_line_of_period)


def price_each(
    scheme: Scheme, quantities: Iterable[Exact], point: PricePoint = ONLY_LINE
) -> ExactAmount:
    """Give the sum when each quantity (a time bucket, a window) is priced alone.

    >>> from harmony_core.pricing import Package
    >>> price_each(Package.of("5", 100, "USD"), [50, 150, 200, 99])
    ExactAmount.of('30', 'USD')
    """
    require_scheme(scheme)
    each = listed(quantities, "quantities that are priced alone")
    amounts = (scheme.price(quantity, point).value for quantity in each)
    return ExactAmount(sum(amounts, Fraction(0)), scheme.currency)


def rerate(
    scheme: Scheme, totals: Sequence[Exact], rounding: Rounding = HALF_UP
) -> tuple[Money, ...]:
    """Give what each run bills when ``totals`` is the whole quantity that each of them knew.

    The last run closes the period. What a run bills is the settled price of the whole less what
    the runs before it billed, so amounts too small to be seen are not lost.

    >>> from harmony_core.pricing import PerUnit
    >>> [str(line) for line in rerate(PerUnit.of("0.001", "USD"), [4, 8, 6])]
    ['0.00 USD', '0.01 USD', '0.00 USD']
    """
    require_scheme(scheme)
    refuse_no_rounding(rounding)
    known = tuple(listed(totals, "totals of the runs"))
    lines, billed = [], Money.zero(scheme.currency)
    for number, total in enumerate(known, 1):
        point = ONLY_LINE if number == len(known) else EARLIER
        whole = scheme.price(total, point).settle(rounding)
        lines.append(whole - billed)
        billed = whole
    return tuple(lines)


@attrs.frozen
class Correction:
    """What ``run`` bills on ``period``: its own charge, or the change of an earlier one.

    Both are numbers, since prices know no contract. A charge of ``billing`` carries the days that
    it pays for, and the key of the charge that it corrects.
    """

    run: int
    period: int
    amount: Money


def rerate_periods(
    scheme: Scheme,
    runs: Sequence[Sequence[Exact]],
    rounding: Rounding = HALF_UP,
) -> tuple[Correction, ...]:
    """Give the lines of each run; late units change the period that they belong to.

    ``runs`` holds, for each run in order, the quantity from the beginning to the end of each
    period so far, as that run knew it. A period's charge is the price to its end less the price
    to its beginning; its line is that charge less what earlier runs billed on it. Runs and
    periods count from 1; lines of nothing are left out.

    Raises:
        InvalidValue: a run knows fewer periods than the one before it.

    >>> from harmony_core.pricing import PerUnit
    >>> for line in rerate_periods(PerUnit.of("10", "USD"), [[3], [3, 5], [4, 6, 9]]):
    ...     print(line.run, line.period, line.amount)
    1 1 30.00 USD
    2 2 20.00 USD
    3 1 10.00 USD
    3 3 30.00 USD
    """
    require_scheme(scheme)
    refuse_no_rounding(rounding)
    all_runs = tuple(listed(runs, "runs"))
    billed: list[Money] = []
    lines = []
    for run, quantities in enumerate(all_runs, 1):
        known = [units(quantity) for quantity in listed(quantities, f"quantities of run {run}")]
        _refuse_what_cannot_be(run, known, len(billed))
        billed += [Money.zero(scheme.currency)] * (len(known) - len(billed))
        point = ONLY_LINE if run == len(all_runs) else EARLIER
        below = Money.zero(scheme.currency)
        for period, quantity in enumerate(known, 1):
            last = period == len(known)
            to_its_end = scheme.price(quantity, point if last else EARLIER).settle(rounding)
            charge, below = to_its_end - below, to_its_end
            if change := charge - billed[period - 1]:
                lines.append(Correction(run, period, change))
            billed[period - 1] = charge
    return tuple(lines)


def _refuse_what_cannot_be(run: int, known: Sequence[Fraction], periods: int) -> None:
    if len(known) < periods:
        raise InvalidValue(
            f"run {run} knows {len(known)} periods, the one before it {periods}: a period that "
            "was billed does not vanish; give its quantity again"
        )


def exact_sum(amounts: Iterable[ExactAmount], currency: str) -> ExactAmount:
    """Add amounts of one currency before any is rounded.

    >>> exact_sum([ExactAmount.of("33.333", "USD")] * 3, "USD")
    ExactAmount.of('99.999', 'USD')
    """
    total = ExactAmount.of(0, currency)
    for amount in listed(amounts, "amounts to add"):
        total += amount_of(amount, "an amount to add")
    return total


def sum_of_lines(
    amounts: Iterable[ExactAmount], currency: str, rounding: Rounding = HALF_UP
) -> Money:
    """Settle each amount, then add: the total of lines that are rounded one by one.

    >>> sum_of_lines([ExactAmount.of("33.333", "USD")] * 3, "USD")
    Money.of('99.99', 'USD')
    """
    refuse_no_rounding(rounding)
    total = Money.zero(currency)
    for amount in listed(amounts, "amounts to add"):
        total += amount_of(amount, "an amount to add").settle(rounding)
    return total
