"""A compatibility profile: the rules of another billing system as plain data.

Billing systems price one and the same table differently: how a row of bands is read, what no usage
costs, what lies beyond the last band, where an amount is rounded, how a part of a period is
counted. A profile names each of these choices, and with it our schemes, schedules and amounts give
that system's figures. It changes policies only: no price, limit, currency or date becomes another.
A policy of ``None`` is left to the scheme, so a profile that names nothing changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import TypeVar

import attrs

from harmony_core.errors import InvalidValue, RuleBroken, expect
from harmony_core.explanation import RoundingMode
from harmony_core.finance import HALF_UP, Exact, ExactAmount, Money, Rounding, exact, money_sum
from harmony_core.periods import (
    EXACT_CYCLES,
    SECONDS,
    Alignment,
    CyclePolicy,
    InstantSpan,
    Interval,
    Schedule,
    Span,
    billing_schedule,
    count_periods,
    creditable,
    prorate_change,
    proration,
    service_periods,
)
from harmony_core.pricing._banded import FillUp, LookUp
from harmony_core.pricing._bands import BandTable
from harmony_core.pricing._blocks import BeyondBlocks, FillUpBlocks, LookUpBlocks
from harmony_core.pricing._conversion import Converted, SplitRounding
from harmony_core.pricing._percentage import FreeAmountEdge, Percentage
from harmony_core.pricing._profile_lines import lines
from harmony_core.pricing._profile_policies import (
    POLICY_KINDS,
    BandRows,
    CreditLimit,
    Decrease,
    FirstFlatFee,
    LookUpRuns,
    RoundingPoint,
)
from harmony_core.pricing._profile_rows import (
    Policies,
    Row,
    blocks_of,
    table_of,
    with_policies,
    with_whole_units,
)
from harmony_core.pricing._proration import BandChosenBy, fill_up_prorated, look_up_prorated
from harmony_core.pricing._rates import GraduatedPercentage
from harmony_core.pricing._rerating import AtPeriodEnd, Billed, as_whole, refuse_no_billed
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    Scheme,
    ZeroQuantity,
    amount_of,
    listed,
    require_scheme,
)

_EARLIER = PricePoint(last_line_of_period=False)
T = TypeVar("T")


@attrs.frozen
class Profile:
    """The rules of one billing system; ``attrs.evolve`` makes those of another from them.

    >>> from harmony_core.pricing import LAGO
    >>> seats = LAGO.look_up("EUR", [(0, 100, "2", "10"), (101, None, "1", "0")])
    >>> LAGO.bill(seats, "100.5"), LAGO.bill(seats, 0)
    (Money.of('100.50', 'EUR'), Money.of('10.00', 'EUR'))

    Attributes:
        name: what it is called in a report; no rule depends on it.
        rows: what the figures of a row of bands mean.
        fill_up_zero: what fill up, graduated percentages included, charges for no units.
        look_up_zero: what look up charges for no units.
        fill_up_beyond: what lies beyond a closed last band of blocks when they are filled.
        look_up_beyond: the same when they are looked up.
        whole_units: how units become whole before they are priced; ``None``: they do not.
        free_amount_edge: whether the transaction that ends on a free amount is free.
        first_flat_fee: which line carries the first band's flat fee.
        part_band: which quantity chooses the band of a prorated one.
        part_units: how prorated units are rounded; the step is one of units. ``None``: exact.
        rounding: how an amount becomes money.
        rounding_point: where it does.
        split: where a converted quantity is rounded when a period is billed in several lines.
        look_up_runs: whether look-up prices are billed before the period is over.
        decrease: what happens when less is due than was billed.
        credit_limit: how much may be given back.
        alignment: where periods begin when no day of the month is given.
        cycles: how a part of a period is counted, and to how many places.
    """

    name: str
    rows: BandRows = BandRows.UP_TO
    fill_up_zero: ZeroQuantity | None = None
    look_up_zero: ZeroQuantity | None = None
    fill_up_beyond: BeyondBlocks | None = None
    look_up_beyond: BeyondBlocks | None = None
    whole_units: RoundingMode | None = None
    free_amount_edge: FreeAmountEdge | None = None
    first_flat_fee: FirstFlatFee = FirstFlatFee.WITH_FIRST_UNITS
    part_band: BandChosenBy = BandChosenBy.FULL_UNITS
    part_units: Rounding | None = None
    rounding: Rounding = HALF_UP
    rounding_point: RoundingPoint = RoundingPoint.CHARGE
    split: SplitRounding = SplitRounding.CUMULATIVE
    look_up_runs: LookUpRuns = LookUpRuns.EVERY_RUN
    decrease: Decrease = Decrease.CREDIT
    credit_limit: CreditLimit = CreditLimit.NONE
    alignment: Alignment = Alignment.ANNIVERSARY
    cycles: CyclePolicy = EXACT_CYCLES

    def __attrs_post_init__(self) -> None:
        expect(self.name, str, "the name of a profile")
        for policy, kind in POLICY_KINDS.items():
            expect(getattr(self, policy), kind, f"{policy} of profile {self.name!r}")
        if self.part_units is not None and self.part_units.step is None:
            raise InvalidValue(
                "prorated units are rounded to a step of units, and none is named: "
                'take Rounding.of("ceiling", "0.00001")'
            )
        if self.alignment is Alignment.BILLING_DAY:
            raise InvalidValue(
                "a billing day belongs to a contract and not to a profile: give it to schedule()"
            )

    # --- schemes ------------------------------------------------------------------------------

    def fill_up(self, currency: str, rows: Iterable[Row]) -> Scheme:
        """Read a system's own rows as bands to fill (graduated, tiered, all tiers).

        Raises:
            InvalidBands: the rows have a hole, share units, or break another rule of a table.

        >>> from harmony_core.pricing import KILLBILL
        >>> KILLBILL.bill(KILLBILL.fill_up("USD", [(100, 10, "1")]), 199)
        Money.of('2.00', 'USD')
        """
        if self.rows is BandRows.BLOCKS:
            return self.applied(FillUpBlocks.of(currency, blocks_of(rows)))
        return self.applied(FillUp(table_of(currency, rows, self.rows)))

    def look_up(self, currency: str, rows: Iterable[Row]) -> Scheme:
        """Read a system's own rows as bands to look up (volume, top tier); as :meth:`fill_up`."""
        if self.rows is BandRows.BLOCKS:
            return self.applied(LookUpBlocks.of(currency, blocks_of(rows)))
        return self.applied(LookUp(table_of(currency, rows, self.rows)))

    def applied(self, value: T) -> T:
        """Give a scheme, or a value that holds schemes, with the policies of this profile.

        Applied twice is applied once, and what has these policies already is the same object.
        How rows are read is no policy of a scheme: see :meth:`fill_up`. Where units are made
        whole, each scheme of units stands inside the conversion that does so.

        >>> from harmony_core.pricing import KILLBILL, OPENMETER, BandTable, FillUp
        >>> basic = FillUp(BandTable.of("EUR", [(10, "1", "5"), (None, "1")]))
        >>> basic.price(0), OPENMETER.applied(basic).price(0)
        (ExactAmount.of('0', 'EUR'), ExactAmount.of('5', 'EUR'))
        >>> KILLBILL.applied(basic).price("1.9")  # one whole unit and the flat fee
        ExactAmount.of('6', 'EUR')
        """
        policies: Policies = {
            FillUp: {"zero_quantity": self.fill_up_zero},
            GraduatedPercentage: {"zero_quantity": self.fill_up_zero},
            LookUp: {"zero_quantity": self.look_up_zero},
            FillUpBlocks: {"beyond": self.fill_up_beyond},
            LookUpBlocks: {"beyond": self.look_up_beyond},
            Percentage: {"free_amount_edge": self.free_amount_edge},
        }
        value = with_policies(value, policies)
        return value if self.whole_units is None else with_whole_units(value, self.whole_units)

    # --- amounts ------------------------------------------------------------------------------

    def settle(self, amount: ExactAmount) -> Money:
        """Round one amount as this system does."""
        return amount_of(amount, "an amount to settle").settle(self.rounding)

    def bill(
        self,
        scheme: Scheme,
        quantity: Exact,
        billed: Billed | None = None,
        point: PricePoint = ONLY_LINE,
    ) -> Money:
        """Give what a line for ``quantity`` more units comes to, rounded where the system does.

        Args:
            scheme: with the policies that it has; see :meth:`applied`.
            quantity: the units of this line.
            billed: what earlier lines of the period billed.
            point: where in the period the line stands.

        Raises:
            RuleBroken: the line is below zero and the profile refuses that.
        """
        before = Billed() if billed is None else billed
        refuse_no_billed(before)
        require_scheme(scheme)
        if isinstance(scheme, Converted) and self._converts_line(before):
            conversion = scheme.conversion
            start, more = conversion.line(quantity, before.quantity, self.split)
            return self.bill(scheme.scheme, more, Billed(start, before.amount), point)
        if self.look_up_runs is LookUpRuns.AT_PERIOD_END and _looks_up(scheme):
            if not point.last_line_of_period:
                return self.settle(AtPeriodEnd(scheme).price(quantity, point))
            if before.amount is None:
                quantity, before = before.quantity + exact(quantity, "a quantity"), Billed()
                point = as_whole(point)  # earlier lines billed nothing
        return self._allowed(self._sum(scheme, quantity, before, point))

    def _converts_line(self, billed: Billed) -> bool:
        return not billed.quantity or self.split is SplitRounding.EACH_LINE

    def _sum(self, scheme: Scheme, quantity: Exact, billed: Billed, point: PricePoint) -> Money:
        parts = lines(scheme, quantity, billed, point, self.first_flat_fee)
        if self.rounding_point is RoundingPoint.BAND_LINES:
            return money_sum(map(self.settle, parts), scheme.currency)
        total = sum((part.value for part in parts), Fraction(0))
        return self.settle(ExactAmount(total, scheme.currency))

    def _allowed(self, line: Money) -> Money:
        if line.minor < 0 and self.decrease is Decrease.REFUSE:
            raise RuleBroken(
                f"{self.name} bills no line below zero, got {line}: correct what was billed by hand"
            )
        return line

    def runs(self, scheme: Scheme, totals: Sequence[Exact]) -> tuple[Money, ...]:
        """Give what each run bills when ``totals`` is the whole quantity that each of them knew.

        A run bills the rounded whole less what the runs before it billed; the last run closes the
        period.

        Raises:
            RuleBroken: a run would bill less than nothing and the profile refuses that.

        >>> from harmony_core.pricing import OPENMETER, PerUnit
        >>> [str(line) for line in OPENMETER.runs(PerUnit.of("0.001", "USD"), [333, 666])]
        ['0.33 USD', '0.34 USD']
        """
        require_scheme(scheme)
        known = tuple(listed(totals, "totals of the runs"))
        found, billed = [], Money.zero(scheme.currency)
        for number, total in enumerate(known, 1):
            point = ONLY_LINE if number == len(known) else _EARLIER
            whole = self._whole(scheme, total, point)
            found.append(self._allowed(whole - billed))
            billed = whole
        return tuple(found)

    def _whole(self, scheme: Scheme, total: Exact, point: PricePoint) -> Money:
        if isinstance(scheme, Converted):
            return self._whole(scheme.scheme, scheme.conversion.convert(total), point)
        return self._sum(scheme, total, Billed(), point)

    # --- parts of a period --------------------------------------------------------------------

    def part_of_units(self, units: Exact) -> Fraction:
        """Round prorated units as this system does.

        >>> from harmony_core.pricing import LAGO
        >>> str(LAGO.part_of_units("9/31"))  # 0.290322...
        '29033/100000'
        """
        value = exact(units, "prorated units")
        return value if self.part_units is None else self.part_units.apply(value)

    def fill_up_prorated(
        self, table: BandTable, changes: Iterable[tuple[Exact, Exact]]
    ) -> ExactAmount:
        """Price changes of quantity for their parts of time: see :func:`fill_up_prorated`."""
        zero = self.fill_up_zero or ZeroQuantity.CHARGE_NOTHING
        return fill_up_prorated(table, changes, zero)

    def look_up_prorated(
        self, table: BandTable, full_units: Exact, prorated_units: Exact
    ) -> ExactAmount:
        """Price prorated units at the band that the policy chooses."""
        zero = self.look_up_zero or ZeroQuantity.CHARGE_NOTHING
        return look_up_prorated(table, full_units, prorated_units, self.part_band, zero)

    def schedule(
        self,
        start: date,
        interval: Interval,
        *,
        anchor_day: int | None = None,
        alignment: Alignment | None = None,
    ) -> Schedule:
        """Give the boundaries of a service that begins on ``start``.

        Args:
            start: the first day of service.
            interval: from one boundary to the next.
            anchor_day: the day of the month, where the contract or the account names one.
            alignment: where the contract says so, another than the profile's.
        """
        if anchor_day is not None:
            return billing_schedule(start, interval, Alignment.BILLING_DAY, anchor_day)
        return billing_schedule(start, interval, alignment or self.alignment)

    def proration(
        self, service: Span | InstantSpan, period: Span | InstantSpan, zone: str = "UTC"
    ) -> Fraction:
        """Say which part of ``period`` was served, rounded to the places that the system keeps.

        Where it counts seconds, civil days are taken as they pass in ``zone``.

        >>> from harmony_core.pricing import KILLBILL
        >>> period = Span(date(2023, 5, 15), date(2023, 6, 15))
        >>> str(KILLBILL.proration(Span(date(2023, 5, 23), date(2023, 6, 15)), period))
        '185483871/250000000'
        """
        day_count = self.cycles.day_count
        if day_count == SECONDS:
            service, period = _as_time(service, zone), _as_time(period, zone)
        part = proration(service, period, day_count)
        if self.cycles.places is None:
            return part
        return Rounding(step=Fraction(1, 10**self.cycles.places)).apply(part)

    def periods_served(
        self, schedule: Schedule, start: date, end: date, zone: str = "UTC"
    ) -> Fraction:
        """Say how many periods the service ``[start, end)`` is worth: see :func:`count_periods`."""
        if self.cycles.day_count != SECONDS:
            return count_periods(schedule, start, end, self.cycles)
        parts = service_periods(start, end, schedule)
        return sum((self.proration(part.span, part.full, zone) for part in parts), Fraction(0))

    def change(self, old: ExactAmount, new: ExactAmount, left: Exact) -> tuple[Money, Money]:
        """Give the lines of a change inside a period: the credit at the old price, the charge.

        ``old`` and ``new`` are prices of the full period, ``left`` the part of it that is left.
        """
        for amount, which in ((old, "old"), (new, "new")):
            amount_of(amount, f"the {which} price of a period")
        lines = prorate_change(old.value, new.value, exact(left, "a part of a period"))
        credit = ExactAmount(lines.credit, old.currency)
        return self.settle(credit), self.settle(ExactAmount(lines.charge, new.currency))

    def credit(self, potential: ExactAmount, billed: Money, credited: Money) -> Money:
        """Give what is given back of ``potential``, as far as the system limits that."""
        for money, what in ((billed, "what was billed"), (credited, "what was credited")):
            expect(money, Money, what, 'Money.of("200.00", "EUR")')
        settled = self.settle(potential)
        if self.credit_limit is CreditLimit.NONE:
            return settled
        found = creditable(settled.exact.value, billed.exact.value, credited.exact.value)
        return ExactAmount(found, settled.currency).settle(self.rounding)


def _looks_up(scheme: object) -> bool:
    """Say whether it is a look up, or a limit or discount around one."""
    while not isinstance(scheme, LookUp | LookUpBlocks):
        scheme = getattr(scheme, "scheme", None)
        if scheme is None:
            return False
    return True


def _as_time(span: Span | InstantSpan, zone: str) -> InstantSpan:
    return InstantSpan.of_days(span, zone) if isinstance(span, Span) else span
