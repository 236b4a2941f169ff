"""Exchange rates: dated, sourced facts, and the answers that are made of them.

A rate is "1 ``base`` = ``value`` ``quote``", an exact fraction. An answer keeps every rate that it
used. A corrected rate is a further fact with the day on which it became known.
"""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, Word, kinds_checked
from harmony_core.explanation import exact_text
from harmony_core.finance._currencies import currency, minor_units
from harmony_core.finance._exact import Exact, exact


class RateKind(Word):
    """What a rate is good for; kinds are never mixed in one look-up."""

    SPOT = "spot"
    """of one day, such as a central bank's reference rate"""
    AVERAGE = "average"
    """of a period, filed under its last day"""
    CLOSING = "closing"
    """at the end of a period"""
    HISTORICAL = "historical"
    """at which an item was first booked"""
    BUDGET = "budget"
    """set by the plan"""
    CONTRACT = "contract"
    """agreed with the other party"""
    TAX_AUTHORITY = "tax_authority"
    """published for tax returns"""


def _known_code(_: object, __: object, code: str) -> None:
    currency(code)


def _rate_value(value: Exact) -> Fraction:
    number = exact(value, "a rate")
    if number <= 0:
        raise InvalidValue(f"a rate must be above zero, got {exact_text(number)}")
    return number


@attrs.frozen(field_transformer=kinds_checked)
class Rate:
    """One ``base`` is worth ``value`` ``quote`` on ``day``, says ``source``.

    ``known_from`` is the first day on which the rate was known to the books: ``None`` for the
    rate's own day, later for a correction. ``retrieved_at`` is the instant of retrieval, for
    audit; no look-up depends on it.
    """

    base: str = attrs.field(validator=_known_code)
    quote: str = attrs.field(validator=_known_code)
    day: date
    value: Fraction = attrs.field(converter=_rate_value)
    kind: RateKind = attrs.field(default=RateKind.SPOT, converter=RateKind)
    source: str = attrs.field(kw_only=True)
    retrieved_at: datetime | None = attrs.field(default=None, kw_only=True)
    known_from: date | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.base == self.quote:
            raise InvalidValue(f"a rate is between two currencies, got {self.base} twice")
        if not self.source:
            raise InvalidValue(f"the rate {self.base}/{self.quote} of {self.day} needs a source")
        if self.retrieved_at is not None and self.retrieved_at.tzinfo is None:
            raise InvalidValue(f"retrieved_at must carry its zone, got {self.retrieved_at}")

    @classmethod
    def per(cls, units: Exact, base: str, quote: str, day: date, value: Exact, *,
            source: str, kind: RateKind = RateKind.SPOT, retrieved_at: datetime | None = None,
            known_from: date | None = None) -> Rate:  # fmt: skip
        """Make a rate from a quotation for many units: 100 JPY = 0.62 EUR.

        >>> Rate.per(100, "JPY", "EUR", date(2026, 3, 31), "0.62", source="bank").value
        Fraction(31, 5000)
        """
        number = exact(units, "units")
        if number <= 0:
            raise InvalidValue(f"a rate is quoted for more than zero units, got {units}")
        return cls(
            base,
            quote,
            day,
            exact(value, "a rate") / number,
            kind,
            source=source,
            retrieved_at=retrieved_at,
            known_from=known_from,
        )

    @property
    def id(self) -> str:
        """What a journal keeps: source, pair, kind and day, and for a correction when known."""
        correction = f":{self.known_from}" if self.known_from else ""
        return f"{self.source}:{self.base}/{self.quote}:{self.kind.value}:{self.day}{correction}"

    @property
    def known_on(self) -> date:
        """The first day on which the books knew this rate."""
        return self.known_from or self.day

    @property
    def found(self) -> FoundRate:
        """This rate as an answer, for an amount whose rate is agreed and not looked up."""
        return FoundRate(self.base, self.quote, self.day, self.value, (RateLeg(self, False),))


@attrs.frozen
class RateLeg:
    """One rate of a chain, taken as it is or inverted."""

    rate: Rate
    inverted: bool

    @property
    def value(self) -> Fraction:
        """The factor of this leg, exactly."""
        return 1 / self.rate.value if self.inverted else self.rate.value


@attrs.frozen
class FoundRate:
    """The answer for ``day``: 1 ``base`` = ``value`` ``quote``, and the chain that it came from.

    The same currency on both sides has the value 1 and an empty chain.
    """

    base: str
    quote: str
    day: date
    value: Fraction
    chain: tuple[RateLeg, ...] = ()
    _minor_ratio: tuple[int, int] | None = attrs.field(
        default=None, init=False, eq=False, repr=False
    )

    @property
    def minor_ratio(self) -> tuple[int, int]:
        """The factor between minor units, as two whole numbers; worked out once.

        Raises:
            InvalidValue: one of the two has no minor unit, such as gold.
        """
        if (ratio := self._minor_ratio) is not None:
            return ratio
        numerator, denominator = self.value.as_integer_ratio()
        ratio = numerator * minor_units(self.quote), denominator * minor_units(self.base)
        _set_minor_ratio(self, ratio)
        return ratio

    @property
    def inverse(self) -> FoundRate:
        """The way back: one over the value, exactly, by the same rates."""
        chain = tuple(RateLeg(leg.rate, not leg.inverted) for leg in reversed(self.chain))
        return FoundRate(self.quote, self.base, self.day, 1 / self.value, chain)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the rates used, to keep with what is booked."""
        return tuple(leg.rate.id for leg in self.chain)


_set_minor_ratio = FoundRate.__dict__["_minor_ratio"].__set__
