"""A scheme whose agreed amounts rise on the anniversaries of a contract."""

from __future__ import annotations

from datetime import date

import attrs

from harmony_core.errors import InvalidValue, expect
from harmony_core.explanation import Explanation, exact_text
from harmony_core.finance import Exact, ExactAmount
from harmony_core.periods import Span
from harmony_core.pricing._dated import (
    anchored,
    further_facts,
    refuse_without_day,
    scheme_on,
    turning_days,
)
from harmony_core.pricing._repricing import Change, repriced
from harmony_core.pricing._scheme import ONLY_LINE, PricePoint, Scheme, require_scheme
from harmony_core.pricing._uplift import Uplift


@attrs.frozen
class Uplifted:
    """``scheme`` with every agreed amount raised by ``uplift``; :func:`scheme_on` gives a day's.

    Raised are unit prices, flat fees, caps, minimum and maximum charges, commitments and amounts
    off, each on its own, so that the price list of a day can be printed; percentages, free units
    and limits of quantity stay. Where no step is rounded, the price of any quantity is the old one
    times the factor, unless part of it is a percentage of a value.

    Raises:
        InvalidValue: the scheme, or one inside it, cannot be repriced, or it has no agreed amount
            that an uplift could raise.

    >>> from harmony_core.pricing import BandTable, FillUp
    >>> seats = FillUp(BandTable.of("EUR", [(10, "12"), (None, "8")]))
    >>> uplifted = Uplifted(seats, Uplift.fixed(date(2024, 5, 31), "5"))
    >>> [str(band.unit_price) for band in scheme_on(uplifted, date(2025, 5, 31)).table.bands]
    ['12.6 EUR', '8.4 EUR']
    """

    scheme: Scheme
    uplift: Uplift

    def __attrs_post_init__(self) -> None:
        require_scheme(self.scheme)
        expect(self.uplift, Uplift, "the uplift of a scheme", 'Uplift.fixed(None, "3")')
        raised: list[ExactAmount] = []

        def noted(amount: ExactAmount) -> ExactAmount:
            raised.append(amount)
            return amount

        repriced(self.scheme, noted)  # refuses at set-up what it could not raise later
        if not raised:
            raise InvalidValue(
                f"an uplift would change nothing of {type(self.scheme).__name__}, which has no "
                "agreed amount: its price comes with each record, or is a share of a value; leave "
                "the uplift out, or agree on another factor or share from a day on with a Ramp"
            )

    @property
    def currency(self) -> str:
        """The currency of the scheme."""
        return self.scheme.currency

    def on(self, day: date) -> Scheme:
        """Give the scheme at the prices of ``day``.

        Raises:
            PriceNotFound: the index has no change for an anniversary up to then.
        """
        held = scheme_on(self.scheme, day)
        if not self.uplift.uplifts_by(day):
            return held
        return repriced(held, self.uplift.change_by(day))

    def turning_days(self, within: Span) -> set[date]:
        """Give the anniversaries, and the days on which the scheme itself changes."""
        return {*self.uplift.anniversaries(within), *turning_days(self.scheme, within)}

    def facts_on(self, day: date) -> tuple[tuple[str, str], ...]:
        """Give each uplift up to ``day``, after what explains the scheme inside."""
        inner = further_facts(self.scheme, day)
        uplifts = self.uplift.uplifts_by(day)
        if not uplifts:
            return inner
        each = ", ".join(f"{one}: {exact_text(percent)} %" for one, percent in uplifts)
        return (*inner, ("uplifts", each))

    def anchored(self, first_day: date) -> Uplifted:
        """Give the same with anniversaries counted from ``first_day``, where no other is agreed."""
        return Uplifted(anchored(self.scheme, first_day), self.uplift.anchored(first_day))

    def repriced(self, change: Change) -> Uplifted:
        """Give the same uplift on the scheme with its amounts changed."""
        return Uplifted(repriced(self.scheme, change), self.uplift)

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:  # noqa: ARG002  of the shared form
        """Refuse: a quantity has no price until the day is known.

        Raises:
            InvalidValue: always.
        """
        refuse_without_day("an uplifted scheme")

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:  # noqa: ARG002  of the shared form
        """Refuse, as :meth:`price` does.

        Raises:
            InvalidValue: always.
        """
        refuse_without_day("an uplifted scheme")
