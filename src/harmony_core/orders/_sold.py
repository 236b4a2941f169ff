"""What the contract lines of an order line charge: as agreed at first, and after each amendment.

The lines are those that the order made, on the days on which they run by what was agreed. Periods
are cut where an amendment changes them, as they are billed; nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction

import attrs

from harmony_core.contracts import (
    Contract,
    ContractLine,
    LineEnds,
    LineRunsOn,
    NewPrice,
    NewQuantity,
    line_end,
    term,
)
from harmony_core.errors import InvalidValue
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.orders._order import Order, OrderLine
from harmony_core.periods import Span, proration
from harmony_core.pricing import scheme_on

_DAY = timedelta(days=1)


@attrs.frozen
class Sold:
    """The lines that an order line made, by some amendments of their contract.

    Attributes:
        contract: with those lines, and the amendments applied so far.
        amended: the same with all of its amendments.
        through: the last day looked at, for lines without an end.
        quantities: what is expected of a measured line in each period, by its id.
        tax_parts: the part of the price that is tax, of a line whose prices include it, by its id.
    """

    contract: Contract
    amended: Contract
    through: date | None
    quantities: Mapping[str, Exact]
    tax_parts: Mapping[str, Exact]

    @classmethod
    def of(
        cls,
        order: Order,
        ordered: OrderLine,
        contracts: Iterable[Contract],
        through: date | None,
        quantities: Mapping[str, Exact],
        *,
        tax_parts: Mapping[str, Exact],
    ) -> Sold:
        """As it was agreed at first.

        Raises:
            InvalidValue: none of the contracts holds the line.
        """
        for contract in contracts:
            if contract.id != ordered.contract_id:
                continue
            lines = [
                line
                for line in contract.lines
                if order.line_behind(contract.id, line.id) == ordered
            ]
            if lines:
                bare = attrs.evolve(contract, lines=lines, amendments=())
                return cls(bare, contract, through, quantities, tax_parts)
        raise InvalidValue(
            f"no contract given holds line {ordered.reference} of order {order.id!r}: give what "
            "its execution gave"
        )

    def later(
        self, known: date
    ) -> Iterator[tuple[date, str, NewQuantity | NewPrice | LineEnds | LineRunsOn, Sold]]:
        """What stands after each change that was known by a day: quantities before prices."""
        ids = {line.id for line in self.contract.lines}
        for amendment in self.amended.known_by(known).amendments:
            changes: list[NewQuantity | NewPrice | LineEnds | LineRunsOn] = []
            before = self.contract
            for change in sorted(amendment.changes, key=lambda one: isinstance(one, NewPrice)):
                if change.line_id in ids and isinstance(
                    change, NewQuantity | NewPrice | LineEnds | LineRunsOn
                ):
                    changes.append(change)
                    part = attrs.evolve(amendment, changes=changes)
                    self = attrs.evolve(self, contract=before.amended(part))  # noqa: PLW0642  each event goes on from the last
                    yield amendment.first_day, amendment.id, change, self

    @property
    def last_day(self) -> date:
        """The last day on which one of the lines runs, of those looked at."""
        return max(self._last_day(line) for line in self.contract.lines_ever)

    def items(self) -> Iterator[tuple[date, ExactAmount]]:
        """What the lines charge, period by period: the first day, and the amount without tax."""
        for line in self.contract.lines_ever:
            left = 1 - self._tax_part(line)
            yield from ((day, price * left) for day, price in self._charged(line))

    def _tax_part(self, line: ContractLine) -> Fraction:
        if not line.tax_included:
            return Fraction(0)
        if line.id not in self.tax_parts:
            raise InvalidValue(
                f"the prices of line {line.id!r} include tax: say by tax_parts which part of them "
                "it is, such as TaxTable.decide(...).part_of_gross"
            )
        part = exact(self.tax_parts[line.id], "the part of a price that is tax")
        if not 0 <= part < 1:
            raise InvalidValue(
                f"the part of a price that is tax is from 0 to below 1, got {exact_text(part)}"
            )
        return part

    def _charged(self, ever: ContractLine) -> Iterator[tuple[date, ExactAmount]]:
        horizon = self._horizon(ever)
        if horizon < ever.start:
            return
        for period in attrs.evolve(ever, last_day=horizon).periods():
            if period.span.first_day > horizon:
                break
            if ever.fund is not None:  # a block is bought whole, by a line that runs that day
                line = self.contract.line_on(ever.id, period.span.first_day)
                if line is not None:
                    price = scheme_on(line.scheme, period.span.start).price(self._quantity(line))
                    yield period.span.first_day, price
                continue
            for days, line in self.contract.parts(ever.id, period.span):
                price = scheme_on(line.scheme, days.start).price(self._quantity(line))
                yield days.first_day, price * proration(days, period.full)

    def _quantity(self, line: ContractLine) -> Fraction:
        if line.is_fixed:
            return line.quantity
        if line.id not in self.quantities:
            raise InvalidValue(
                f"line {line.id!r} is measured: say by quantities what is expected in a period"
            )
        return exact(self.quantities[line.id], "an expected quantity")

    def _last_day(self, ever: ContractLine) -> date:
        """The last day on which it runs by what was agreed; the day before it where it never does.

        A line that is billed once runs as long as it says, whatever was amended.
        """
        horizon = self._horizon(ever)
        if horizon < ever.start or ever.is_billed_once:
            return horizon
        parts = self.contract.parts(ever.id, Span.of_days(ever.start, horizon))
        return parts[-1][0].last_day if parts else ever.start - _DAY

    def _horizon(self, line: ContractLine) -> date:
        """How far a line is looked at."""
        if line.is_billed_once:
            return line.last_day or line.start
        last_day = line_end(self.contract, line.id).last_day
        if last_day is None and line.renewal is not None:
            last_day = term(line.renewal, line.start, 0).last_day
        if last_day is None and self.through is None:
            raise InvalidValue(
                f"line {line.id!r} has no end and no initial term: say through which day to look"
            )
        return min(day for day in (last_day, self.through) if day is not None)
