"""One line of an agreement: what was sold or bought, for how much, billed how.

A line keeps everything that was agreed when it was sold, the policies included, so that neither a
change of the product nor an upgrade of the library alters what it charges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import attrs

from harmony_core.contracts._cover import Cover
from harmony_core.contracts._cover_words import cover_in_words
from harmony_core.contracts._migrated import MigratedLot, migrated_lots
from harmony_core.culture import Culture
from harmony_core.errors import CurrencyMismatch, InvalidValue, PriceNotFound, expect
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, exact
from harmony_core.periods import Interval, Schedule, ServicePeriod, Span, service_periods
from harmony_core.pricing import Scheme, anchored, change_days, is_dated, scheme_on
from harmony_core.products import (
    Accounting,
    Billing,
    ContractType,
    DeliveryMode,
    Description,
    ExpensesIncurred,
    FixedQuantity,
    FundTerms,
    Origin,
    QuantitySource,
    Renewal,
    TimeWorked,
    describe_behaviour,
    refuse_unmeasurable,
)


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


def _trail(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    return tuple(origins)


@attrs.frozen
class ContractLine:
    """One thing agreed: what, how much of it, at which price, from when to when, billed how.

    Args:
        quantity: the agreed quantity; units per block of a prepayment; zero where it is measured.
        scheme: the price; anniversaries in it are those of ``start``, unless it says of which day.
        start: first day.
        last_day: last day, inclusive; ``None`` while the end is open.
        serves: on a buy line, the sell contract whose direct cost this is.
        trail: which level gave which behaviour, see :func:`harmony_core.products.given_by`.
        cover: which work the line takes; ``None`` takes what is linked to it, and nothing else.
        counts_from: the day from which its periods and terms are counted, where that is not its
            first day: a line that continues another one keeps the days of that one.
        opening: what its fund opens with beside the blocks that it buys, from another contract.
        tax_included: whether its prices include the taxes of the sale. Its charges are what is left
            of them; a prepaid line and the buy side have net prices.
    """

    id: str
    product_id: str
    names: tuple[tuple[str, str], ...]
    type: ContractType = attrs.field(converter=ContractType)
    division: str
    unit: str
    quantity: Fraction = attrs.field(converter=_quantity)
    scheme: Scheme
    source: QuantitySource
    billing: Billing
    accounting: Accounting
    tax_category: str
    start: date
    last_day: date | None = None
    delivery: DeliveryMode = attrs.field(default=DeliveryMode.DIRECT, converter=DeliveryMode)
    renewal: Renewal | None = None
    fund: FundTerms | None = None
    serves: str | None = None
    trail: tuple[Origin, ...] = attrs.field(default=(), converter=_trail)
    cover: Cover | None = None
    counts_from: date | None = None
    opening: tuple[MigratedLot, ...] = attrs.field(default=(), converter=migrated_lots)
    tax_included: bool = False

    def __attrs_post_init__(self) -> None:
        for name, day in (
            ("start", self.start),
            ("last_day", self.last_day),
            ("counts_from", self.counts_from),
        ):
            if type(day) is not date and (day is not None or name == "start"):
                raise InvalidValue(f"{name} of line {self.id!r} must be a plain date, got {day!r}")
        if self.last_day is not None and self.last_day < self.start:
            raise InvalidValue(
                f"line {self.id!r} ends on {self.last_day}, before it starts on {self.start}"
            )
        if self.quantity < 0:
            raise InvalidValue(
                f"line {self.id!r} has a quantity below zero: {exact_text(self.quantity)}"
            )
        if self.fund is not None and not self.quantity:
            raise InvalidValue(f"line {self.id!r} buys blocks of nothing: give units per block")
        if self.opening:
            self._refuse_what_cannot_open()
        expect(self.tax_included, bool, f"tax_included of line {self.id!r}")
        if self.tax_included and self.fund is not None:
            raise InvalidValue(
                f"line {self.id!r} is prepaid: what its fund holds, carries and pays back is net; "
                "agree its price without tax"
            )
        try:
            refuse_unmeasurable(self.scheme, self.source)
        except InvalidValue as reason:
            raise InvalidValue(f"line {self.id!r}: {reason}") from None
        object.__setattr__(self, "scheme", anchored(self.scheme, self.anchor))
        try:
            scheme_on(self.scheme, self.start)
        except PriceNotFound as reason:
            raise InvalidValue(f"line {self.id!r} starts on {self.start}, but: {reason}") from None

    def _refuse_what_cannot_open(self) -> None:
        if self.fund is None or self.fund.rollover is not None:
            raise InvalidValue(
                f"line {self.id!r} opens with a balance, but has no fund of blocks: an allowance "
                "grants its own units; name a prepaid line"
            )
        for lot in self.opening:
            if lot.value.currency != self.scheme.currency:
                raise CurrencyMismatch(lot.value.currency, self.scheme.currency)

    @property
    def end(self) -> date | None:
        """The first day on which the line no longer runs; ``None`` while the end is open."""
        return None if self.last_day is None else self.last_day + timedelta(days=1)

    @property
    def anchor(self) -> date:
        """The day from which periods, terms and anniversaries are counted."""
        return self.counts_from or self.start

    @property
    def by_calendar_month(self) -> bool:
        """Time and expenses are settled by calendar month, whatever the line's own day is."""
        return isinstance(self.source, TimeWorked | ExpensesIncurred)

    def runs_on(self, day: date) -> bool:
        """Whether ``day`` lies between the line's first and last day."""
        return self.start <= day and (self.last_day is None or day <= self.last_day)

    @property
    def is_fixed(self) -> bool:
        """Whether the quantity is agreed and not measured."""
        return isinstance(self.source, FixedQuantity)

    @property
    def is_billed_once(self) -> bool:
        """Whether it has one charge: goods, a fee, a prepaid block bought once."""
        return self.billing.interval is None and not self.by_calendar_month

    def periods(self) -> Iterator[ServicePeriod]:
        """The line's service periods in order, endless while its end is open.

        A line billed once has one period of one day. Periods count from the line's own start, so
        that the 31st stays the 31st; time and expenses go by calendar month. A day within a period
        on which the price changes cuts it there: each part is a period of its own, of the same
        full one. What was bought as a block keeps the price of its first day.
        """
        if self.by_calendar_month:
            return self.months()
        interval = self.billing.interval
        if interval is None:
            day = Span.of_days(self.start, self.start)
            return iter((ServicePeriod(day, day),))
        periods = service_periods(self.start, self.end, Schedule(self.anchor, interval))
        return self._cut_by_price(periods)

    def months(self) -> Iterator[ServicePeriod]:
        """The calendar months that the line touches, clipped to its own days, cut by its price."""
        months = Schedule(self.start.replace(day=1), Interval.months(1))
        return self._cut_by_price(service_periods(self.start, self.end, months))

    def served(self, full: Span) -> Span:
        """The days of a full period that the line runs, whatever cuts them by price.

        Raises:
            InvalidValue: it runs on none of them.
        """
        end = full.end if self.end is None else min(full.end, self.end)
        return Span(max(full.start, self.start), end)

    def _cut_by_price(self, periods: Iterator[ServicePeriod]) -> Iterator[ServicePeriod]:
        priced = self.fund is None and not isinstance(self.source, ExpensesIncurred)
        if not priced or not is_dated(self.scheme):
            return periods
        return (part for period in periods for part in self._parts(period))

    def _parts(self, period: ServicePeriod) -> Iterator[ServicePeriod]:
        start, end = period.span.start, period.span.end
        days = (day for day in change_days(self.scheme, period.span) if day != start)
        for first, stop in pairwise((start, *days, end)):
            yield ServicePeriod(Span(first, stop), period.full)

    def name(self, language: str = "en") -> str:
        """What the customer reads, in ``language`` or the line's first language."""
        return dict(self.names).get(language, self.names[0][1])

    def describe(self, culture: Culture) -> Description:
        """Put what was agreed into words of the reader's language."""
        said = describe_behaviour(
            culture,
            name=self.name(culture.language),
            unit=self.unit,
            schemes=(self.scheme,),
            quantity=self.source,
            billing=self.billing,
            accounting=self.accounting,
            delivery=self.delivery,
            renewal=self.renewal,
            fund=self.fund,
            tax_included=self.tax_included,
        )
        if self.cover is None:
            return said
        covered = (("coverage", sentence) for sentence in cover_in_words(culture, self.cover))
        return Description(said.name, (*said.sentences, *covered))
