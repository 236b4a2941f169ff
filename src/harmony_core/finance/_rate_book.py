"""The book of exchange rates: it answers from facts, or says why it cannot.

The book never looks forward, never takes 1 for a rate that is missing, and keeps on its answer
every rate that it used. A corrected rate is a further fact with the day on which it became known:
what was answered as known before that day does not change.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType

import attrs

from harmony_core.errors import InvalidValue, RateNotFound, expect_each, kinds_checked
from harmony_core.explanation import exact_text
from harmony_core.finance._currencies import currency
from harmony_core.finance._rates import FoundRate, Rate, RateKind, RateLeg
from harmony_core.periods import Span


@attrs.frozen(field_transformer=kinds_checked)
class RatePolicy:
    """Which rates a look-up may use.

    Args:
        max_age_days: how many days older than the day asked a rate may be; ``None``: any age.
            Seven days bridge every long weekend of a central bank.
        exact_day: only a rate of the very day.
        inverse: whether 1/x of the opposite pair is allowed, as an exact fraction.
        via: pivot currencies for cross rates, tried in this order; empty: no cross rates.
        cross_of_one_day: whether the two rates of a cross rate must be of one day; the latest day
            with both is taken. Without it each is the latest of its own.
    """

    max_age_days: int | None = 7
    exact_day: bool = False
    inverse: bool = True
    via: tuple[str, ...] = ("EUR",)
    cross_of_one_day: bool = False

    def __attrs_post_init__(self) -> None:
        if self.max_age_days is not None and self.max_age_days < 0:
            raise InvalidValue(f"max_age_days must be zero or more, got {self.max_age_days}")

    @property
    def oldest_age(self) -> int | None:
        """The greatest age in days that this policy takes."""
        return 0 if self.exact_day else self.max_age_days

    def __str__(self) -> str:
        age = "of any age" if self.max_age_days is None else f"at most {self.max_age_days} days old"
        parts = ["of that day only" if self.exact_day else f"on or before it, {age}"]
        parts.append("inverse allowed" if self.inverse else "no inverse")
        one_day = ", of one day" if self.cross_of_one_day else ""
        parts.append(f"cross by {', '.join(self.via)}{one_day}" if self.via else "no cross rates")
        return "; ".join(parts)


DEFAULT_RATE_POLICY = RatePolicy()
"""On or before the day, at most a week old, inverse allowed, cross rates by the euro."""


@attrs.frozen
class _Series:
    """All rates of one pair and kind, by day and then by the day they became known."""

    days: tuple[date, ...]
    rates: tuple[Rate, ...]

    def on_or_before(self, day: date, known: date | None) -> Rate | None:
        index = bisect_right(self.days, day)
        while index:
            index -= 1
            rate = self.rates[index]
            if known is None or rate.known_on <= known:
                return rate
        return None


class RateBook:
    """An immutable set of rates; their order does not matter.

    >>> book = RateBook(
    ...     [
    ...         Rate("EUR", "USD", date(2026, 3, 31), "1.15", source="ECB"),
    ...         Rate("EUR", "GBP", date(2026, 3, 31), "0.86", source="ECB"),
    ...     ]
    ... )
    >>> rate = book.find("GBP", "USD", date(2026, 4, 2))
    >>> rate.value, rate.ids
    (Fraction(115, 86), ('ECB:EUR/GBP:spot:2026-03-31', 'ECB:EUR/USD:spot:2026-03-31'))
    """

    __slots__ = ("_rates", "_series")

    def __init__(self, rates: Iterable[Rate] = ()) -> None:
        grouped: dict[tuple[str, str, RateKind], dict[tuple[date, date], Rate]] = {}
        for rate in sorted(
            expect_each(rates, Rate, "rates of a book"),
            key=lambda rate: (rate.id, str(rate.retrieved_at)),
        ):
            known = grouped.setdefault((rate.base, rate.quote, rate.kind), {})
            other = known.setdefault((rate.day, rate.known_on), rate)
            if other.value != rate.value:
                raise InvalidValue(
                    f"two rates claim the same day: {other.id} = {exact_text(other.value)} and "
                    f"{rate.id} = {exact_text(rate.value)}; give the correction a known_from"
                )
        self._series: Mapping[tuple[str, str, RateKind], _Series] = MappingProxyType(
            {
                key: _Series(
                    tuple(day for day, _ in sorted(series)),
                    tuple(series[stamp] for stamp in sorted(series)),
                )
                for key, series in grouped.items()
            }
        )
        self._rates = tuple(rate for series in self._series.values() for rate in series.rates)

    def __iter__(self) -> Iterator[Rate]:
        return iter(self._rates)

    def __len__(self) -> int:
        return len(self._rates)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RateBook) and set(self) == set(other)

    def __hash__(self) -> int:
        return hash(frozenset(self._rates))

    def __repr__(self) -> str:
        pairs = sorted({f"{base}/{quote}" for base, quote, _ in self._series})
        return f"<RateBook of {len(self)} rates: {', '.join(pairs)}>"

    def __reduce__(self) -> tuple[type[RateBook], tuple[tuple[Rate, ...]]]:
        return RateBook, (self._rates,)

    def with_rates(self, rates: Iterable[Rate]) -> RateBook:
        """Give a book with further rates, corrections among them; this one stays as it is."""
        return RateBook((*self._rates, *rates))

    def versions(
        self, base: str, quote: str, day: date, kind: RateKind = RateKind.SPOT
    ) -> tuple[Rate, ...]:
        """Give all that was ever known of one pair, kind and day: the first rate, its corrections.

        >>> first = Rate("EUR", "USD", date(2026, 3, 31), "1.15", source="ECB")
        >>> later = attrs.evolve(first, value="1.16", known_from=date(2026, 4, 2))
        >>> book = RateBook([later, first])
        >>> [str(rate.known_on) for rate in book.versions("EUR", "USD", date(2026, 3, 31))]
        ['2026-03-31', '2026-04-02']
        """
        series = self._series.get((base, quote, RateKind(kind)))
        if series is None:
            return ()
        after = bisect_right(series.days, day)
        return series.rates[bisect_left(series.days, day) : after]

    def average(self, base: str, quote: str, span: Span, *, known: date | None = None) -> Rate:
        """Give the average rate of a span: the plain mean of its daily spot rates, exactly.

        Each day with a rate counts once, by its version known last; days without one do not count,
        as in the averages that central banks publish. The answer is a rate of kind average of the
        last day, to be kept in a book: it names how many rates it is made of.

        Raises:
            RateNotFound: the span has no spot rate of this very pair; the mean of inverse rates is
                another figure, so none is made.

        >>> from harmony_core.periods import Span
        >>> book = RateBook(
        ...     Rate("EUR", "USD", date(2026, 3, day), value, source="ECB")
        ...     for day, value in ((30, "1.1484"), (31, "1.1498"))
        ... )
        >>> mean = book.average("EUR", "USD", Span(date(2026, 3, 1), date(2026, 4, 1)))
        >>> mean.id, str(mean.value)
        ('mean of 2 rates, ECB:EUR/USD:average:2026-03-31', '11491/10000')
        """
        series = self._series.get((base, quote, RateKind.SPOT))
        latest: dict[date, Rate] = {}
        for rate in series.rates if series else ():
            if rate.day in span and (known is None or rate.known_on <= known):
                latest[rate.day] = rate
        if not latest:
            for code in (base, quote):
                currency(code)  # an unknown code is the better reason
            as_known = f", as known on {known}" if known else ""
            raise RateNotFound(
                f"no spot rate {base}/{quote} from {span.start} until before {span.end}{as_known}, "
                "so no average: add the rates to the book"
            )
        corrected = max(rate.known_on for rate in latest.values())
        values = [rate.value for rate in latest.values()]
        sources = ", ".join(sorted({rate.source for rate in latest.values()}))
        return Rate(
            base,
            quote,
            span.last_day,
            sum(values, Fraction(0)) / len(values),
            RateKind.AVERAGE,
            source=f"mean of {len(values)} rate{'' if len(values) == 1 else 's'}, {sources}",
            known_from=known or (corrected if corrected > span.last_day else None),
        )

    def find(
        self,
        base: str,
        quote: str,
        day: date,
        kind: RateKind = RateKind.SPOT,
        policy: RatePolicy = DEFAULT_RATE_POLICY,
        *,
        known: date | None = None,
    ) -> FoundRate:
        """Give the rate that turns ``base`` into ``quote`` on ``day``.

        The pair itself is tried first, then its inverse, then a cross rate by each pivot of the
        policy in turn. Of several rates the latest day wins, and of one day the version known
        last. With ``known`` only rates known by that day count.

        Raises:
            RateNotFound: nothing fits; the message names pair, day, kind, policy and all that was
                tried, with the nearest older rate and its age.
            NotFound: a currency is unknown.
        """
        kind = RateKind(kind)
        if base == quote:
            currency(base)
            return FoundRate(base, quote, day, Fraction(1))
        search = _Search(self._series, day, kind, policy, known)
        if leg := search.leg(base, quote):
            return FoundRate(base, quote, day, leg.value, (leg,))
        for pivot in policy.via:
            if pivot in (base, quote):
                continue
            if legs := search.cross(base, pivot, quote):
                first, second = legs
                return FoundRate(base, quote, day, first.value * second.value, legs)
        for code in (base, quote):
            currency(code)  # an unknown code is the better reason
        as_known = f", as known on {known}" if known else ""
        raise RateNotFound(
            f"no {kind.value} rate {base}/{quote} for {day}{as_known} ({policy}); tried "
            f"{search}: add the rate to the book, or allow an older one"
        )


class _Search:
    """One look-up, which remembers what it tried for the message."""

    def __init__(
        self,
        series: Mapping[tuple[str, str, RateKind], _Series],
        day: date,
        kind: RateKind,
        policy: RatePolicy,
        known: date | None,
    ) -> None:
        self._series, self._day, self._kind = series, day, kind
        self._policy, self._known = policy, known
        self._tried: list[tuple[str, str, Rate | None]] = []

    def __str__(self) -> str:
        """Say what was tried, with the nearest older rate and its age."""
        return "; ".join(
            f"{base}/{quote}: "
            + (f"nearest is of {rate.day}, {_age(self._day, rate)}" if rate else "none by then")
            for base, quote, rate in self._tried
        )

    def leg(self, base: str, quote: str, by: date | None = None) -> RateLeg | None:
        """The rate of a pair, or its inverse, of the day asked or of ``by``, or before."""
        if rate := self._rate(base, quote, by or self._day):
            return RateLeg(rate, inverted=False)
        if self._policy.inverse and (rate := self._rate(quote, base, by or self._day)):
            return RateLeg(rate, inverted=True)
        return None

    def cross(self, base: str, pivot: str, quote: str) -> tuple[RateLeg, RateLeg] | None:
        """The two rates that lead through a pivot."""
        by = self._day
        while True:
            first, second = self.leg(base, pivot, by), self.leg(pivot, quote, by)
            if not (first and second):
                return None
            if first.rate.day == second.rate.day or not self._policy.cross_of_one_day:
                return first, second
            by = min(first.rate.day, second.rate.day)  # earlier each time, so this ends

    def _rate(self, base: str, quote: str, by: date) -> Rate | None:
        series = self._series.get((base, quote, self._kind))
        rate = series.on_or_before(by, self._known) if series else None
        oldest = self._policy.oldest_age
        if rate and (oldest is None or (self._day - rate.day).days <= oldest):
            return rate
        self._tried.append((base, quote, rate))
        return None


def _age(day: date, rate: Rate) -> str:
    age = (day - rate.day).days
    return f"{age} day{'' if age == 1 else 's'} old"
