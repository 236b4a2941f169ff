"""Prices that change by date: which scheme holds on a day, and on which days the price changes.

A scheme gives its price without asking for the day, so whatever changes by date is resolved first:
:func:`scheme_on` gives the scheme of one day, through everything that stands around a dated one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import NoReturn, Protocol, TypeGuard

import attrs

from harmony_core.errors import InvalidValue, PriceNotFound, expect
from harmony_core.periods import Span
from harmony_core.pricing._scheme import Scheme

_DAY = timedelta(days=1)


class DatedScheme(Scheme, Protocol):
    """A scheme whose price depends on the day; a host's own may be one too."""

    def on(self, day: date) -> Scheme:
        """Give the scheme that holds on ``day``; it may be dated in turn."""
        ...

    def turning_days(self, within: Span) -> Iterable[date]:
        """Give every day of ``within`` on which another price may begin."""
        ...

    def facts_on(self, day: date) -> tuple[tuple[str, str], ...]:
        """Give what else explains the price of ``day``, as facts of an explanation, if anything."""
        ...


def scheme_on(scheme: Scheme, day: date) -> Scheme:
    """Give the scheme that holds on ``day``: nothing in it depends on the date any more.

    What stands around a dated scheme is kept: a discount on a ramp is a discount on the step of
    the day. A scheme without dates is given back as it is. Of a host's own wrapper its field
    ``scheme`` is looked into, if attrs made it; where it has a method ``around(scheme)``, that
    gives it around another one.

    Raises:
        PriceNotFound: nothing says what it costs on that day.

    >>> from harmony_core.pricing import AtLeast, PerUnit, Ramp
    >>> ramp = Ramp.of(
    ...     (date(2026, 1, 1), PerUnit.of("10", "EUR")), (date(2027, 1, 1), PerUnit.of("12", "EUR"))
    ... )
    >>> scheme_on(AtLeast.of(ramp, "100"), date(2027, 3, 1)).price(9)
    ExactAmount.of('108', 'EUR')
    """
    if _changes_by_date(scheme):
        return scheme_on(scheme.on(day), day)
    return with_inside(scheme, lambda inner: scheme_on(inner, day))


def anchored(scheme: Scheme, first_day: date) -> Scheme:
    """Count anniversaries from ``first_day`` wherever no other day was agreed.

    A product or a price list says that a price rises on the anniversary; of which day, only the
    contract line knows, and does this when it is made.

    >>> from harmony_core.pricing import PerUnit, Uplift, Uplifted
    >>> listed = Uplifted(PerUnit.of("10", "EUR"), Uplift.fixed(None, "5"))
    >>> scheme_on(anchored(listed, date(2026, 2, 1)), date(2027, 2, 1)).price(1)
    ExactAmount.of('10.5', 'EUR')
    """
    if hasattr(scheme, "anchored"):
        found: Scheme = scheme.anchored(first_day)
        return found
    return with_inside(scheme, lambda inner: anchored(inner, first_day))


def is_dated(scheme: Scheme) -> bool:
    """Say whether the price depends on the day: whether any part of the scheme is dated."""
    inner = None if _changes_by_date(scheme) else _inside(scheme)
    return _changes_by_date(scheme) if inner is None else is_dated(inner)


def change_days(scheme: Scheme, within: Span) -> tuple[date, ...]:
    """Give the days of ``within`` on which another price begins, in order.

    A day on which all stays as it was is left out (an uplift of nothing, a step like the one before
    it). The first day of all prices counts, and so does a day whose price is not known yet.

    >>> from harmony_core.pricing import PerUnit, Ramp
    >>> ramp = Ramp.of(
    ...     (date(2026, 1, 1), PerUnit.of("10", "EUR")), (date(2027, 1, 1), PerUnit.of("12", "EUR"))
    ... )
    >>> change_days(ramp, Span.of_days(date(2026, 6, 1), date(2027, 5, 31)))
    (datetime.date(2027, 1, 1),)
    """
    expect(within, Span, "the days in which a price may change", "Span.of_days(first, last)")
    days = sorted(turning_days(scheme, within))
    return tuple(day for day in days if _changes_on(scheme, day))


def facts_on(scheme: Scheme, day: date) -> tuple[tuple[str, str], ...]:
    """Say since when the price of ``day`` holds and what made it, as facts of an explanation.

    Where nothing is dated there are none.

    >>> from harmony_core.pricing import PerUnit, Ramp
    >>> facts_on(Ramp.of((date(2026, 1, 1), PerUnit.of("10", "EUR"))), date(2026, 3, 1))
    (('price in force since', '2026-01-01'),)
    """
    since = price_since(scheme, day)
    begun = () if since is None else (("price in force since", since.isoformat()),)
    return (*begun, *further_facts(scheme, day))


def price_since(scheme: Scheme, day: date) -> date | None:
    """Give the first day of the price that holds on ``day``; ``None`` where it always did."""
    expect(day, date, "the day of a price")
    until = Span(date.min, min(day, date.max - _DAY) + _DAY)
    days = sorted(turning_days(scheme, until), reverse=True)
    since = next((one for one in days if _changes_on(scheme, one)), None)
    return None if since == date.min else since


def further_facts(scheme: Scheme, day: date) -> tuple[tuple[str, str], ...]:
    """Give what its dated parts have to say about the price of ``day``."""
    if _changes_by_date(scheme):
        return (*scheme.facts_on(day), *further_facts(scheme.on(day), day))
    inner = _inside(scheme)
    return () if inner is None else further_facts(inner, day)


def turning_days(scheme: Scheme, within: Span) -> set[date]:
    """Give every day of ``within`` on which a dated part of the scheme may begin another price."""
    if _changes_by_date(scheme):
        return set(scheme.turning_days(within))
    inner = _inside(scheme)
    return set() if inner is None else turning_days(inner, within)


def refuse_without_day(what: str) -> NoReturn:
    """Refuse to price a dated scheme that was not resolved."""
    raise InvalidValue(
        f"the price of {what} depends on the day: take scheme_on(scheme, day) and price with that"
    )


def _changes_by_date(scheme: Scheme) -> TypeGuard[DatedScheme]:
    return hasattr(scheme, "turning_days")  # far quicker than a protocol's isinstance


def _inside(scheme: Scheme) -> Scheme | None:
    """The scheme that another one stands around, by the field that all of them have for it."""
    inner: Scheme | None = getattr(scheme, "scheme", None)
    return inner if attrs.has(type(scheme)) else None


def with_inside(scheme: Scheme, change: Callable[[Scheme], Scheme]) -> Scheme:
    """The scheme with what it stands around changed; itself where that stays as it was."""
    inner = _inside(scheme)
    if inner is None:
        return scheme
    found = change(inner)
    if found is inner:
        return scheme
    around: Callable[[Scheme], Scheme] | None = getattr(scheme, "around", None)
    if around is not None:
        return around(found)
    return attrs.evolve(scheme, scheme=found)  # type: ignore[misc]  # it has that field


def _changes_on(scheme: Scheme, day: date) -> bool:
    if day == date.min:
        return True
    try:
        return scheme_on(scheme, day) != scheme_on(scheme, day - _DAY)
    except PriceNotFound:
        return True
