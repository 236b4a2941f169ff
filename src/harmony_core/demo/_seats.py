"""Seats that a customer adds to a committed term, and what becomes of his wish for fewer."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import attrs

from harmony_core.contracts import Amendment, Contract, SeatTerm, units_added
from harmony_core.errors import RuleBroken
from harmony_core.finance import Group
from harmony_core.interchange import Row
from harmony_core.periods import Span
from harmony_core.pricing import scheme_on

_DAY = timedelta(days=1)


@attrs.frozen
class SeatsChanged:
    """Seats added on a day, or cancelled where they are below zero.

    ``bought_on`` is the day on which those were bought that are cancelled, if not with the term.
    """

    id: str
    contract_id: str
    line_id: str
    asked_on: date
    seats: Fraction
    bought_on: date | None

    def amendments(self, contract: Contract, group: Group) -> tuple[Amendment, ...]:  # noqa: ARG002  as of notices
        """What it does to the contract: at once, or when the term is over.

        Raises:
            NotFound, RuleBroken: there is no such line, or not on that day.
        """
        first_day = self.asked_on
        if self.seats < 0:
            term = self._term(contract)
            cancelled = term.cancel(-self.seats, self.asked_on, self.bought_on)
            first_day = cancelled.last_day + _DAY
        return units_added(
            contract, self.line_id, self.seats, first_day, id=self.id, agreed_on=self.asked_on
        )

    def _term(self, contract: Contract) -> SeatTerm:
        """The period of the line in which the day lies."""
        line = contract.line(self.line_id)
        for period in line.periods():
            span: Span = period.full
            if self.asked_on in span:
                price = scheme_on(line.scheme, span.start).price(1)
                return SeatTerm(span.first_day, span.last_day, price)
            if span.start > self.asked_on:
                break
        raise RuleBroken(
            f"line {self.line_id!r} of contract {contract.id!r} has no term on {self.asked_on}"
        )


SEAT_COLUMNS = ("id", "contract", "line", "asked_on", "seats")


def seats_changed(row: Row) -> SeatsChanged:
    """A row of ``seats.csv``."""
    return SeatsChanged(
        row.text("id"),
        row.text("contract"),
        row.text("line"),
        row.day("asked_on"),
        row.number("seats"),
        row.optional_day("bought_on"),
    )
