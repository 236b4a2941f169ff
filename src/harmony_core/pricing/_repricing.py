"""The same scheme at other prices: what an uplift, or any other change of its amounts, makes of it.

Changed are the amounts of money that were agreed: unit prices, flat fees and caps of bands, prices
of packages, blocks and steps, fees and limits of a transaction, minimum and maximum charges,
commitments, amounts off. Percentages, factors, free units and limits of quantity stay: they follow
the prices by themselves, or have none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias, runtime_checkable

from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount
from harmony_core.pricing._scheme import Scheme, require_scheme

Change: TypeAlias = Callable[[ExactAmount], ExactAmount]
"""What becomes of one agreed amount; it keeps the currency and the order of amounts."""


@runtime_checkable
class Repriceable(Protocol):
    """A scheme that can say what it is at other prices: all of ours, and a host's if it likes."""

    def repriced(self, change: Change) -> Scheme:
        """Give the scheme with ``change`` made to every agreed amount in it."""
        ...


def repriced(scheme: Scheme, change: Change) -> Scheme:
    """Give ``scheme`` with ``change`` made to every agreed amount in it.

    Raises:
        InvalidValue: the scheme, or one inside it, does not say what it is at other prices.

    >>> from harmony_core.pricing import BandTable, FillUp
    >>> seats = FillUp(BandTable.of("EUR", [(10, "12"), (None, "8")]))
    >>> repriced(seats, lambda amount: amount * 2).price(11)
    ExactAmount.of('256', 'EUR')
    """
    require_scheme(scheme)
    if not callable(change):
        raise InvalidValue(
            f"a change of amounts is a function, such as lambda amount: amount * 2, got {change!r}"
        )
    if isinstance(scheme, Repriceable):
        return scheme.repriced(change)
    raise InvalidValue(
        f"a scheme of type {type(scheme).__name__} cannot be repriced: give it a method "
        "`repriced(change)` that changes its amounts; of one that changes by date, take the "
        "scheme of a day first, with scheme_on(scheme, day)"
    )


def changed(amount: ExactAmount | None, change: Change) -> ExactAmount | None:
    """Change an amount that may be left out."""
    return None if amount is None else change(amount)
