"""What a prepaid fund does: what it holds, which block goes first, and what happens beyond it.

A value of the contract line; the arithmetic of drawing is in ``funds``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import attrs

from harmony_core.errors import (
    InvalidValue,
    PriceNotFound,
    Word,
    expect_each,
)
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.pricing import (
    Scheme,
    refuse_unbillable,
)
from harmony_core.products._fund_policies import (
    LeftOver,
    OverageMode,
    Rollover,
    TopUp,
    WarningLevel,
)
from harmony_core.products._incident_terms import IncidentTerms
from harmony_core.products._time_terms import TimeRounding, TimeScope


class DrawOrder(Word):
    """Which block a draw takes from first; a term of the contract."""

    EXPIRY = "expiry"
    """the earliest end first (no end last), then the earliest start, then the id: kind to the
    customer, and the default"""
    START = "start"
    """the earliest start first, then the id"""


class FundUnit(Word):
    """What a prepaid fund holds; units are never mixed."""

    HOURS = "hours"
    TOKENS = "tokens"
    CASH = "cash"


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else expect_each(names, str, "lines to pass on to")


def _fund_unit(value: FundUnit) -> FundUnit:
    return FundUnit(value)


def _draw_order(value: DrawOrder) -> DrawOrder:
    return DrawOrder(value)


def _tariffs(
    tariffs: Mapping[str, Exact] | Iterable[tuple[str, Exact]],
) -> tuple[tuple[str, Fraction], ...]:
    pairs = tariffs.items() if isinstance(tariffs, Mapping) else tariffs
    return tuple((currency, exact(units, "units per hour")) for currency, units in pairs)


def _prices(prices: Iterable[ExactAmount]) -> tuple[ExactAmount, ...]:
    return tuple(prices)


def _overage_mode(value: OverageMode) -> OverageMode:
    return OverageMode(value)


def _incidents(terms: Iterable[IncidentTerms] | IncidentTerms) -> tuple[IncidentTerms, ...]:
    return (terms,) if isinstance(terms, IncidentTerms) else tuple(terms)


def _left_over(value: LeftOver) -> LeftOver:
    return LeftOver(value)


def _levels(levels: Iterable[WarningLevel] | WarningLevel) -> tuple[WarningLevel, ...]:
    return (levels,) if isinstance(levels, WarningLevel) else tuple(levels)


_NOT_BILLED = {OverageMode.DENY: "denied", OverageMode.NEGATIVE: "taken below zero"}


def _schemes(schemes: Iterable[Scheme]) -> tuple[Scheme, ...]:
    return tuple(schemes)


@attrs.frozen
class FundTerms:
    """The rules of a prepaid fund.

    Args:
        valid_months: how long each block can be drawn; plays no part with a ``rollover``.
        units_per_hour: how many units one clock hour draws: 1 for hours, a tariff for tokens, a
            price for cash funds (by currency).
        overage_prices: per clock hour beyond the fund, one a currency.
        overage_schemes: the price of all hours of a period beyond the fund, one a currency; bands
            begin anew in each period. They go before ``overage_prices``.
        rollover: makes the fund an allowance: each billing period grants the line's quantity, and
            this says what of it goes on into the next.
        top_up: buys more when little is left.
        passes_to: ids of products, or of lines of the contract: what the fund does not cover goes
            to the first of them that takes it, and beyond that to the next. Those that a contract
            has not are passed over. What none takes is overage of the fund that left it.
        overage_mode: what happens to what none takes.
        apply_multiplier: it is billed in units of the fund, not in clock hours; a unit of money
            costs what it is.
        levels: at which somebody is warned.
        units_per_spent: how many units 1.00 of an expense draws, by currency of the contract; a
            fund of money draws what was spent. Beyond a fund it is billed as it was spent.
        units_per_kit: by category of an expense, how many units one draws, whatever it cost.
        incidents: the prices of incidents, one list a currency: they draw a fund of money, and
            nothing else does.
        rounding: of the minutes of each entry, before it draws; ``None`` takes them as they are.
        at_end: what becomes of blocks with units left when the line ends, unless the amendment that
            ends it says otherwise.
    """

    unit: FundUnit = attrs.field(converter=_fund_unit)
    valid_months: int
    units_per_hour: tuple[tuple[str, Fraction], ...] = attrs.field(converter=_tariffs)
    overage_prices: tuple[ExactAmount, ...] = attrs.field(converter=_prices)
    order: DrawOrder = attrs.field(default=DrawOrder.EXPIRY, converter=_draw_order)
    overage_schemes: tuple[Scheme, ...] = attrs.field(default=(), converter=_schemes)
    rollover: Rollover | None = None
    top_up: TopUp | None = None
    passes_to: tuple[str, ...] = attrs.field(default=(), converter=_names, kw_only=True)
    overage_mode: OverageMode = attrs.field(
        default=OverageMode.BILL, converter=_overage_mode, kw_only=True
    )
    apply_multiplier: bool = attrs.field(default=False, kw_only=True)
    levels: tuple[WarningLevel, ...] = attrs.field(default=(), converter=_levels, kw_only=True)
    units_per_spent: tuple[tuple[str, Fraction], ...] = attrs.field(
        default=(), converter=_tariffs, kw_only=True
    )
    units_per_kit: tuple[tuple[str, Fraction], ...] = attrs.field(
        default=(), converter=_tariffs, kw_only=True
    )
    incidents: tuple[IncidentTerms, ...] = attrs.field(
        default=(), converter=_incidents, kw_only=True
    )
    rounding: TimeRounding | None = attrs.field(default=None, kw_only=True)
    at_end: LeftOver = attrs.field(default=LeftOver.KEPT, converter=_left_over, kw_only=True)

    def __attrs_post_init__(self) -> None:
        self._refuse_contradictions()
        if len(set(self.passes_to)) < len(self.passes_to) or not all(self.passes_to):
            raise InvalidValue(
                f"a fund passes on to each line or product once, and by its id, got "
                f"{', '.join(map(repr, self.passes_to))}"
            )
        if self.rollover is not None and self.top_up is not None:
            raise InvalidValue(
                "an allowance is granted anew each period, so it is not topped up: keep the "
                "rollover or the top-up, or sell blocks on a line of their own"
            )
        if self.valid_months < 1:
            raise InvalidValue(f"a block is valid for a month or more, got {self.valid_months}")
        for scheme in self.overage_schemes:
            refuse_unbillable(scheme)
        for name in ("units_per_hour", "units_per_spent", "units_per_kit"):
            if any(units <= 0 for _, units in getattr(self, name)):
                raise InvalidValue(
                    f"{name.replace('_', ' ')} must be above zero: free work is not drawn"
                )
        if self.incidents:
            self._refuse_beside_incidents()

    @property
    def has_own_ends(self) -> bool:
        """Whether its units end by rules of their own: an allowance, and what a top-up buys."""
        return self.rollover is not None or self.top_up is not None

    def _refuse_contradictions(self) -> None:
        if self.rounding is not None and self.rounding.scope is not TimeScope.ENTRY:
            raise InvalidValue(
                f"a fund is drawn entry by entry, but the minutes of a {self.rounding.scope.value} "
                "are rounded together: round in the scope of an entry"
            )
        if self.at_end is not LeftOver.KEPT and self.has_own_ends:
            raise InvalidValue(
                f"what is left cannot be {self.at_end.value} with an allowance, which lapses with "
                "its line, or with a top-up, whose blocks have their own end: leave at_end out"
            )
        priced = bool(self.overage_prices or self.overage_schemes)
        if self.overage_mode is not OverageMode.BILL and priced:
            raise InvalidValue(
                f"overage that is {_NOT_BILLED[self.overage_mode]} has no price: leave the prices "
                "out, or bill it"
            )
        if self.overage_mode is OverageMode.NEGATIVE:
            if self.rollover is not None:
                raise InvalidValue(
                    "an allowance cannot go below zero: bill the overage, or deny it"
                )
            if self.passes_to:
                raise InvalidValue(
                    "a fund that goes below zero leaves nothing for others: bill or deny the "
                    "overage, or let it pass nothing on"
                )
        if self.apply_multiplier and self.unit is FundUnit.CASH and priced:
            raise InvalidValue(
                "a fund of money that bills its overage in units has no price of an hour beyond "
                "it: leave the prices out"
            )

    def _refuse_beside_incidents(self) -> None:
        if self.unit is not FundUnit.CASH or self.rollover is not None:
            raise InvalidValue("incidents draw a fund of money that is bought in blocks: sell that")
        if (
            self.units_per_hour
            or self.units_per_spent
            or self.units_per_kit
            or self.overage_prices
            or self.overage_schemes
            or self.passes_to
            or self.overage_mode is not OverageMode.BILL
        ):
            raise InvalidValue(
                "incidents draw their fund alone and say themselves what a shortfall costs: leave "
                "the units, the overage and passes_to out"
            )
        if len({terms.currency for terms in self.incidents}) < len(self.incidents):
            raise InvalidValue("incidents have two price lists in one currency: keep one")

    @property
    def needs_a_price(self) -> bool:
        """Whether work beyond the fund is billed by it and by no other line, at a price."""
        billed = self.overage_mode is OverageMode.BILL and not self.passes_to
        return billed and (bool(self.units_per_hour) or self.apply_multiplier)

    def incidents_in(self, currency: str) -> IncidentTerms | None:
        """The prices of incidents under a contract in ``currency``; ``None`` if none are charged.

        Raises:
            PriceNotFound: they are charged, but have no price in that currency.
        """
        for terms in self.incidents:
            if terms.currency == currency:
                return terms
        if self.incidents:
            raise PriceNotFound(f"incidents have no price list in {currency}: add one")
        return None

    def drawn_hours(self, hours: Fraction) -> Fraction:
        """The hours that an entry of so many draws; below zero they mirror those above."""
        return hours if self.rounding is None else self.rounding.billed(hours * 60) / 60

    def units_for_spent(self, currency: str) -> Fraction | None:
        """Units that 1.00 of an expense draws under a contract in ``currency``, if any."""
        units = dict(self.units_per_spent)
        as_spent = Fraction(1) if self.unit is FundUnit.CASH and not units else None
        return units.get(currency, units.get("*", as_spent))

    def units_for(self, currency: str) -> Fraction:
        """Units that one clock hour draws under a contract in ``currency``."""
        units = dict(self.units_per_hour)
        try:
            return units[currency] if currency in units else units["*"]
        except KeyError:
            raise PriceNotFound(
                f"the fund has no tariff for {currency}: give units per hour for it, or for '*'"
            ) from None

    def overage_price(self, currency: str) -> ExactAmount:
        """Price of a clock hour that no block covers; of the first, where a scheme prices them.

        With ``apply_multiplier`` that of a unit of the fund.

        Raises:
            PriceNotFound: none was agreed in that currency.
        """
        if self._bills_its_money:
            return ExactAmount(Fraction(1), currency)
        if (scheme := self.overage_scheme(currency)) is not None:
            return scheme.price(1)
        for price in self.overage_prices:
            if price.currency == currency:
                return price
        raise PriceNotFound(f"the fund has no overage price in {currency}: add one")

    def has_overage_price(self, currency: str) -> bool:
        """Whether a price of work beyond the fund was agreed in a currency."""
        by_the_hour = any(price.currency == currency for price in self.overage_prices)
        return by_the_hour or self._bills_its_money or self.overage_scheme(currency) is not None

    @property
    def _bills_its_money(self) -> bool:
        return self.unit is FundUnit.CASH and self.apply_multiplier

    def overage_scheme(self, currency: str) -> Scheme | None:
        """The scheme that prices all hours of a period beyond the fund, if one was agreed."""
        return next((one for one in self.overage_schemes if one.currency == currency), None)

    def top_up_in(self, currency: str) -> TopUp | None:
        """The top-up with its price in one currency; a fund of money costs what it holds.

        Raises:
            PriceNotFound: no price in that currency was agreed.
        """
        if self.top_up is None or (self.unit is FundUnit.CASH and not self.top_up.prices):
            return self.top_up
        return attrs.evolve(self.top_up, prices=(self.top_up.price_in(currency),))
