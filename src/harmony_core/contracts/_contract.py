"""The agreement: a contract of lines, on the sell or the buy side, with what was agreed later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.contracts._agreed import Agreed
from harmony_core.contracts._amendment import (
    Amendment,
    FundCloses,
    LineBegins,
    LineEnds,
    LineRunsOn,
    NewPrice,
    UnitsRefunded,
)
from harmony_core.contracts._cascade import refuse_circles
from harmony_core.contracts._line import ContractLine
from harmony_core.contracts._price_cuts import charged_twice
from harmony_core.contracts._term import end_by_itself
from harmony_core.contracts._texts import AgreedTexts
from harmony_core.errors import (
    CurrencyMismatch,
    InvalidValue,
    NotFound,
    RuleBroken,
    Word,
    expect_each,
)
from harmony_core.periods import Span
from harmony_core.products import ContractType, ExpensesIncurred


class Side(Word):
    """Whether the company sells under a contract, or buys."""

    SELL = "sell"
    BUY = "buy"


def _side(value: Side) -> Side:
    return Side(value)


def _lines(lines: Iterable[ContractLine]) -> tuple[ContractLine, ...]:
    return tuple(lines)


def _in_order(amendments: Iterable[Amendment]) -> tuple[Amendment, ...]:
    return tuple(sorted(amendments, key=lambda one: (one.first_day, one.agreed_on, one.id)))


@attrs.frozen
class Contract:
    """An agreement between a legal entity of the group and a customer or supplier.

    Args:
        lines: as they were agreed at first. ``lines_ever`` has those that were added later too; a
            line whose renewals are limited, and that names no last day, ends with the last of them.
        amendments: what was agreed later, in any order; they never rewrite a line.
        continues: the id of the contract whose place it took, if it took one.
        texts: ids of the service levels, exclusions and conditions that belong to it.

    ``type`` is the type that all lines share, or ``None`` for a contract of mixed lines.

    Raises:
        InvalidValue: no lines, two lines with one id, a line priced in another currency, an
            amendment of another contract, two of one id, or prepaid lines that pass work on in a
            circle.
        NotFound: an amendment changes a line that there is not.
        RuleBroken: two amendments agreed on one day change the same thing from the same day, or
            one changes what is bought once (a prepaid block), measured, or trued up, or what a
            prepaid line buys anew within one of its periods.
    """

    id: str
    side: Side = attrs.field(converter=_side)
    party_id: str
    entity_id: str
    currency: str
    lines: tuple[ContractLine, ...] = attrs.field(converter=_lines)
    order_id: str | None = None
    amendments: tuple[Amendment, ...] = attrs.field(default=(), converter=_in_order)
    continues: str | None = None
    texts: AgreedTexts = attrs.field(factory=AgreedTexts)
    _agreed: Agreed = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.lines:
            raise InvalidValue(f"contract {self.id!r} has no lines")
        for amendment in self.amendments:
            if amendment.contract_id != self.id:
                raise InvalidValue(
                    f"amendment {amendment.id!r} is of contract {amendment.contract_id!r}, not of "
                    f"{self.id!r}"
                )
        if twice := _twice(one.id for one in self.amendments):
            raise InvalidValue(f"contract {self.id!r} has two amendments called {twice}")
        lines = [*self.lines, *_added(self.amendments)]
        if twice := _twice(line.id for line in lines):
            raise InvalidValue(f"contract {self.id!r} has two lines called {twice}")
        for line in lines:
            if line.tax_included and self.side is Side.BUY:
                raise InvalidValue(
                    f"line {line.id!r} of the buy-side contract {self.id!r} includes tax: which it "
                    "is says the supplier's bill; agree its price without tax"
                )
            capped = line.source.categories if isinstance(line.source, ExpensesIncurred) else ()
            for terms in capped:
                if terms.cap is not None and terms.cap.currency != self.currency:
                    raise CurrencyMismatch(terms.cap.currency, self.currency)
            if line.scheme.currency != self.currency:
                raise InvalidValue(
                    f"contract {self.id!r} is in {self.currency}, but line {line.id!r} is priced "
                    f"in {line.scheme.currency}: one contract, one currency"
                )
        refuse_circles(self.id, lines)
        ending = tuple(map(_ending_by_itself, lines))
        object.__setattr__(self, "_agreed", Agreed(self.id, ending, self.amendments))
        for day in sorted({one.known_on for one in self.amendments})[:-1]:
            known = tuple(one for one in self.amendments if one.known_on <= day)
            then = tuple(map(_ending_by_itself, [*self.lines, *_added(known)]))
            Agreed(self.id, then, known)  # refused now, or a night that looks back would be

    @property
    def type(self) -> ContractType | None:
        """The type of all its lines; ``None`` when they differ."""
        types = {line.type for line in self.lines_ever}
        return types.pop() if len(types) == 1 else None

    @property
    def start(self) -> date:
        """The first day of its first line."""
        return min(line.start for line in self.lines)

    @property
    def lines_ever(self) -> tuple[ContractLine, ...]:
        """Every line that there is or was, as first agreed, with the latest end it ever had."""
        return self._agreed.lines_ever

    def line(self, line_id: str) -> ContractLine:
        """The line with this id, one that was added later too, as it was first agreed.

        Raises:
            NotFound: the contract has no such line.
        """
        return self._agreed.line(line_id)

    def line_on(self, line_id: str, day: date) -> ContractLine | None:
        """A line as it stands on a day; ``None`` where it does not run.

        Raises:
            NotFound: the contract has no such line.
        """
        return self._agreed.line_on(line_id, day)

    def refunds(self, line_id: str) -> tuple[tuple[Amendment, UnitsRefunded], ...]:
        """What gives units of a prepaid line back, with the amendments that say so.

        Raises:
            NotFound: the contract has no such line.
        """
        return self._agreed.refunds(self.line(line_id).id)

    def closing(self, line_id: str) -> tuple[Amendment, FundCloses] | None:
        """What closes the fund of a prepaid line, with its amendment; ``None`` while it is open.

        Raises:
            NotFound: the contract has no such line.
        """
        return self._agreed.closing(self.line(line_id).id)

    def parts(self, line_id: str, span: Span) -> tuple[tuple[Span, ContractLine], ...]:
        """Days of a line in parts of one price and quantity; those without it are left out."""
        return self._agreed.parts(line_id, span)

    def on(self, day: date) -> Contract:
        """The contract with the lines that run on a day, as they stand then.

        Raises:
            NotFound: none of its lines runs on that day.
        """
        running = [self.line_on(line.id, day) for line in self.lines_ever]
        if not (lines := [line for line in running if line is not None]):
            raise NotFound(f"no line of contract {self.id!r} runs on {day}")
        return attrs.evolve(self, lines=lines, amendments=())

    def known_by(self, day: date) -> Contract:
        """The contract with those amendments that were known on or before a day."""
        known = [one for one in self.amendments if one.known_on <= day]
        return self if len(known) == len(self.amendments) else attrs.evolve(self, amendments=known)

    def amended(self, *amendments: Amendment | Iterable[Amendment]) -> Contract:
        """The contract with these amendments more, each given by itself or in a list of a deed.

        Raises:
            InvalidValue, NotFound, RuleBroken: as for a contract with those amendments.
            RuleBroken: a price would change within a service period, or a line end and run on
                again in it, where that charges twice what is agreed once for each; see
                :meth:`charged_twice`.
        """
        amended = self
        for given in amendments:
            several = (given,) if isinstance(given, Amendment) else given
            for one in expect_each(several, Amendment, f"amendments of contract {self.id!r}"):
                amended = amended._with(one)
        return amended

    def _with(self, amendment: Amendment) -> Contract:
        amended = attrs.evolve(self, amendments=(*self.amendments, amendment))
        if not any(isinstance(change, _CUTS) for change in amendment.changes):
            return amended
        before = self.charged_twice()
        for line_id, reason in amended.charged_twice().items():
            if before.get(line_id) != reason:
                raise RuleBroken(f"amendment {amendment.id!r}, line {line_id!r}: {reason}")
        return amended

    def charged_twice(self) -> dict[str, str]:
        """Say, by line, what would charge twice what is agreed once a period.

        A change of price within a service period cuts it, and so do an end of the line and a day
        in that period from which it runs on again. Where usage or time is measured, each part is
        priced alone, so that a minimum, a flat fee, bands or a commitment would be charged in both,
        and free units granted in both. An order and an amendment are refused for it; ask this of a
        contract that was made by hand.
        """
        return charged_twice(self._agreed)


_CUTS = NewPrice | LineBegins | LineEnds | LineRunsOn


def _ending_by_itself(line: ContractLine) -> ContractLine:
    last_day = end_by_itself(line.renewal, line.anchor) if line.last_day is None else None
    if last_day is None or last_day < line.start or line.is_billed_once:
        return line
    return attrs.evolve(line, last_day=last_day)


def _added(amendments: Iterable[Amendment]) -> list[ContractLine]:
    changes = (change for amendment in amendments for change in amendment.changes)
    return [change.line for change in changes if isinstance(change, LineBegins)]


def _twice(ids: Iterable[str]) -> str:
    return ", ".join(sorted(one for one, times in Counter(ids).items() if times > 1))
