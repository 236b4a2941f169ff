"""The draws of a prepaid line replayed, and what it leaves of them: for other lines, or nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.billing._fund_blocks import BoughtFund, block_id
from harmony_core.billing._fund_draws import (
    ChargedIncident,
    Drawing,
    Taken,
    draw_id,
    is_refunded,
    shortfalls,
    takes_back,
    units_of,
    worked,
)
from harmony_core.contracts import (
    Contract,
    ContractLine,
    passes_on_to,
)
from harmony_core.explanation import Explainer
from harmony_core.finance import ExactAmount, Money
from harmony_core.funds import (
    Allocation,
    Balance,
    Block,
    FundStatement,
    Overage,
    OverageLine,
    charge_incidents,
    draw_allowance,
    draw_down,
)
from harmony_core.products import FundTerms, LeftOver, OverageMode
from harmony_core.work import Expense, TimeEntry


@attrs.frozen
class _Served:
    """A replay of a line's draws: its own statement, and what it left for others or for nobody."""

    statement: FundStatement
    passed_on: tuple[Taken, ...]
    not_covered: tuple[Taken, ...]
    by_block: dict[str, list[Allocation]] = attrs.field(init=False, eq=False)

    @by_block.default
    def _by_block(self) -> dict[str, list[Allocation]]:
        """What drew each block: every month asks it of every block that there ever was."""
        found: dict[str, list[Allocation]] = {}
        for one in self.statement.allocations:
            found.setdefault(one.block_id, []).append(one)
        return found

    def drawing(self, block: str, through: date) -> list[Allocation]:
        """What work through a day drew from a block."""
        return [one for one in self.by_block.get(block, ()) if one.day <= through]


class FundReplay(BoughtFund):
    """The blocks of a prepaid line and all that draws them, replayed as known on any day.

    Every period of the line buys a block, or grants it as an allowance; every time entry on the
    line draws its hours times its multiplier times the fund's units per hour. Hours below zero take
    back draws of the same day or before, the latest first, as if that much had not been worked.
    What lines before it leave of their work draws it too; what it leaves goes on in their order.
    Expenses draw a fund of money as they were spent, and kits and other units by their tariff;
    incidents draw theirs at their price.
    """

    def __init__(
        self,
        contract: Contract,
        line: ContractLine,
        terms: FundTerms,
        drawn: Sequence[Drawing],
        feeding: Sequence[FundReplay] = (),
    ) -> None:
        days = [fact.known_on for fact in drawn]
        days += (one._last_known for one in feeding)
        super().__init__(contract, line, terms, max(days, default=date.min))
        self._drawings, self._feeding = drawn, feeding
        self._path = passes_on_to(contract.lines_ever, line)
        late = [fact for fact in drawn if fact.known_on > fact.day or takes_back(fact)]
        self._late = {draw_id(fact): fact for fact in late}
        for one in feeding:
            self._late |= one._late
        self._expenses = {draw_id(fact) for fact in drawn if isinstance(fact, Expense)}
        for one in feeding:
            self._expenses |= one._expenses
        self._served: dict[frozenset[str], _Served] = {}
        self._balances: dict[date, dict[str, Balance]] = {}

    @property
    def is_alone(self) -> bool:
        """Whether no other line leaves it anything, and it leaves nothing to others."""
        return not self._feeding and not self._path

    def bought_by(self, day: date) -> tuple[Block, ...]:
        """The blocks that it has on a day, carried and topped up ones too, by all that is known."""
        statement = self.statement(date.max)
        topped_up = (one.block for one in statement.top_ups if one.day <= day)
        return (*(one for one in self.blocks(day) if one.start <= day), *topped_up)

    def gone_of(self, name: str, through: date) -> Fraction:
        """The units of a block that work through a day drew, or that were given up."""
        given = (one.quantity for one in self.given_up if one.block_id == name)
        return self.drawn([name], date.max, through) + sum(given, Fraction(0))

    def drawn_from(
        self, start: date, known: date, through: date = date.max
    ) -> tuple[Fraction, tuple[str, ...]]:
        """The units that work through a day drew from the block of ``start``, and what drew them.

        It is told as known on a day.
        """
        name = block_id(self.line, start)
        served = self._as_known(self._unknown(known))
        ids = dict.fromkeys(one.draw_id for one in served.drawing(name, through))
        return self.drawn([name], known, through), tuple(ids)

    def drawn(self, names: Iterable[str], known: date, through: date) -> Fraction:
        """The units that work through a day drew from some blocks, as known on a day."""
        served = self._as_known(self._unknown(known))
        parts = (one.quantity for name in names for one in served.drawing(name, through))
        return sum(parts, Fraction(0))

    def statement(self, known: date) -> FundStatement:
        """Every draw replayed, of the entries recorded on or before ``known``.

        Entries in time order that are simply in the future do not change the past, so only those
        that came late, or take something back, tell one day's knowledge from another's.
        """
        return self._as_known(self._unknown(known)).statement

    def passed_on(self, known: date) -> tuple[Taken, ...]:
        """What it leaves for other lines, of the entries recorded on or before ``known``."""
        return self._as_known(self._unknown(known)).passed_on

    def not_covered(self, known: date) -> tuple[tuple[Drawing, Fraction], ...]:
        """Facts of which nobody pays so much: refused, or without a price beyond the fund.

        So many hours of time; a share of an expense, and of an incident without a price.
        """
        found = self._as_known(self._unknown(known)).not_covered
        return tuple((one.fact, one.quantity) for one in found)

    def fact_of(self, draw: str) -> str:
        """The id of the fact behind a draw."""
        return draw.removeprefix("expense ") if draw in self._expenses else draw

    def _unknown(self, known: date) -> frozenset[str]:
        return frozenset(name for name, late in self._late.items() if late.known_on > known)

    def _as_known(self, unknown: frozenset[str]) -> _Served:
        mine = unknown.intersection(self._late)
        if mine not in self._served:
            self._served[mine] = self._serve(self._taken(mine))
        return self._served[mine]

    def _taken(self, left_out: frozenset[str]) -> list[Taken]:
        """All that draws the fund: the work of its line, and what other lines leave for it."""
        facts = [fact for fact in self._drawings if draw_id(fact) not in left_out]
        found = worked(facts, self.terms, self._path)
        for one in self._feeding:
            for taken in one._as_known(left_out).passed_on:
                if taken.path[0].id == self.line.id:
                    found.append(attrs.evolve(taken, path=taken.path[1:]))
        return found

    def _serve(self, taken: Iterable[Taken]) -> _Served:
        by_id = {one.id: one for one in taken}
        whole = self._replayed(self.blocks(), list(by_id.values()))
        rests = dict(self._rests(by_id, whole))
        passed = {
            name: gone
            for name, (rest, _) in rests.items()
            if (gone := rest.passed_on(self.contract)) is not None
        }
        billed = [
            line
            for name, (rest, line) in rests.items()
            if name not in passed and line is not None and self._bills(rest, line)
        ]
        settled = passed.keys() | {line.draw_id for line in billed}
        return _Served(
            attrs.evolve(
                whole,
                overage=tuple(self._as_billed(by_id[line.draw_id], line) for line in billed),
                denied=tuple(one for one in whole.denied if one.draw_id not in passed),
            ),
            tuple(passed.values()),
            tuple(rest for name, (rest, _) in rests.items() if name not in settled),
        )

    def _rests(
        self, by_id: Mapping[str, Taken], whole: FundStatement
    ) -> Iterator[tuple[str, tuple[Taken, OverageLine | None]]]:
        """What is left of each draw: with the line that would bill it, where it is not refused."""
        over = {one.draw_id: one for one in whole.overage}
        refused = {one.draw_id for one in whole.denied}
        for name, taken in by_id.items():
            if name in over:
                if isinstance(taken.fact, ChargedIncident):
                    yield name, (taken, over[name])
                elif units := self._units(taken):
                    rest = attrs.evolve(taken, quantity=over[name].units / units)
                    yield name, (rest, over[name])
            elif name in refused or (self._units(taken) is None and self._should_take(taken)):
                yield name, (taken, None)

    def _should_take(self, taken: Taken) -> bool:
        """Whether somebody has to pay; time beside incidents is recorded for what it cost."""
        if isinstance(taken.fact, ChargedIncident):
            terms = self.terms.incidents_in(self.contract.currency)
            return terms is None or terms.price_of(taken.fact.incident.type) is None
        return not (self.terms.incidents and isinstance(taken.fact, TimeEntry))

    def _units(self, taken: Taken) -> Fraction | None:
        return units_of(self.terms, self.contract.currency, taken.fact)

    def _bills(self, taken: Taken, line: OverageLine) -> bool:
        """Whether the line bills what it does not cover."""
        if not self.line.runs_on(line.day) or any(line.day in one for one in self._pauses):
            return False
        if isinstance(taken.fact, TimeEntry) or self.terms.apply_multiplier:
            return self._asks_its_price()
        incident = isinstance(taken.fact, ChargedIncident)
        return incident or taken.in_money(self.terms, line.units) is not None

    def _as_billed(self, taken: Taken, line: OverageLine) -> OverageLine:
        """Overage of an expense is billed as it was spent."""
        worth = taken.in_money(self.terms, line.units)
        if worth is None or self.terms.apply_multiplier:
            return line
        why = Explainer("overage of a prepaid fund", 1)
        why.fact("draw", line.draw_id)
        why.fact("day of work", line.day.isoformat())
        currency = self.contract.currency
        why.given("exact", "not covered", worth, currency)
        why.given("step", "smallest unit", Money(1, currency).exact.value, currency)
        why.step("amount", "settled", "round_half_up", "exact", "step", unit=currency)
        amount = Money.of(why.value("amount"), currency)
        return attrs.evolve(
            line, quantity=worth, amount=amount, explanation=why.explanation("amount")
        )

    def _asks_its_price(self) -> bool:
        """Whether it bills overage; one that passes nothing on asks aloud, once there is some.

        Raises:
            PriceNotFound: it has to be billed, and nobody said at which price.
        """
        if not self._has_price and self.terms.needs_a_price:
            self.terms.overage_price(self.contract.currency)
        return self._has_price

    @property
    def _has_price(self) -> bool:
        bills = self.terms.overage_mode is OverageMode.BILL
        return bills and self.terms.has_overage_price(self.contract.currency)

    def _draws(self, day: date) -> list[Taken]:
        """The draws for work up to a day, as known on it."""
        taken = self._taken(self._unknown(day))
        return [one for one in taken if one.fact.day <= day]

    def _replayed(
        self, blocks: Sequence[Block], taken: Sequence[Taken], as_of: date | None = None
    ) -> FundStatement:
        currency, terms = self.contract.currency, self.terms
        nothing = ExactAmount(Fraction(0), currency)
        price = terms.overage_price(currency) if self._has_price else nothing
        overage = Overage(terms.overage_mode, price, terms.apply_multiplier)
        draws = [one.draw(units) for one in taken if (units := self._units(one)) is not None]
        if terms.rollover is not None:
            return draw_allowance(
                blocks,
                draws,
                terms.rollover,
                overage=overage,
                as_of=as_of,
                pauses=self._pauses,
            )
        top_up = terms.top_up_in(currency)
        if top_up is not None and self.line.last_day is not None:
            last_day = min(self.line.last_day, top_up.last_day or date.max)
            top_up = attrs.evolve(top_up, last_day=last_day)
        if (incidents := terms.incidents_in(currency)) is not None:
            charged = [one.fact.incident for one in taken if isinstance(one.fact, ChargedIncident)]
            found = charge_incidents(
                blocks,
                charged,
                incidents,
                terms.order,
                as_of=as_of,
                refunds=self.given_up,
                top_up=top_up,
                opened_from=self.line.start,
                pauses=self._pauses,
                closed_from=self.closed_from,
            )
            return attrs.evolve(found.fund, overage=tuple(shortfalls(found)), denied=())
        drawn = draw_down(
            blocks,
            draws,
            terms.order,
            overage=overage,
            as_of=as_of,
            refunds=self.given_up,
            top_up=top_up,
            opened_from=self.line.start,
            pauses=self._pauses,
            closed_from=self.closed_from,
        )
        return self._paid_back(blocks, drawn)

    def _paid_back(self, blocks: Iterable[Block], statement: FundStatement) -> FundStatement:
        """What is left when the line ends is refunded and not lapsed, where its end says so."""
        if self.terms.at_end is not LeftOver.REFUNDED:
            return statement
        names = {
            one.id
            for one in blocks
            if one.id == block_id(self.line, one.start) and is_refunded(self.line, one.start)
        }
        balances = [
            (name, balance.with_lapsed_refunded() if name in names else balance)
            for name, balance in statement.balances
        ]
        return attrs.evolve(statement, balances=tuple(balances))

    def is_spent(self, line: OverageLine) -> bool:
        """Whether overage is of an expense, and billed as it was spent."""
        return line.draw_id in self._expenses and not self.terms.apply_multiplier

    @property
    def measured(self) -> str:
        """What overage is billed in: clock hours, or units of the fund."""
        return self._unit if self.terms.apply_multiplier else "h"
