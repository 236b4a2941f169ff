"""A prepaid line as a fund: what is left of it, who drew it, and what of its price is earned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction

from harmony_core.billing._charge import ChargeKind
from harmony_core.billing._facts import Facts
from harmony_core.billing._fund_blocks import block_id
from harmony_core.billing._fund_draws import (
    as_bought,
    as_ended,
    draw_id,
    drawings,
    fund_line,
    is_refunded,
)
from harmony_core.billing._fund_replay import FundReplay
from harmony_core.contracts import (
    Contract,
    ContractLine,
    fed_by,
    passes_on_to,
)
from harmony_core.errors import InvalidValue
from harmony_core.funds import (
    Balance,
    Basis,
    Block,
    FundAccount,
    FundStatement,
    LevelReached,
    Refund,
    levels_reached,
)
from harmony_core.periods import Span
from harmony_core.products import FundTerms, WarningLevel
from harmony_core.work import TimeEntry


class LineFund(FundReplay):
    """The fund behind a prepayment line, as known on any day."""

    def _is_closed(self, through: date) -> bool:
        """Whether it has been closed by the end of a day, and that was known."""
        if self._closing is None:
            return False
        amendment, _ = self._closing
        return max(amendment.first_day, amendment.known_on) <= through

    def drawn_share(
        self, charge: tuple[ChargeKind, Span], through: date, lot_id: str | None = None
    ) -> Fraction:
        """The share of what a charge bought that work up to a day has drawn, as known then."""
        statement = self.statement(through)
        lots = {lot.id: lot.units for lot in self.line.opening if lot.id == lot_id}
        bought = lots or self._bought(charge, statement)
        drawn = self.drawn(bought, through, through)
        total = sum(bought.values(), Fraction(0))
        return min(Fraction(1), drawn / total) if total else Fraction(1)

    def earned_share(
        self, charge: tuple[ChargeKind, Span], through: date, lot_id: str | None = None
    ) -> Fraction:
        """The same with what has lapsed by the end of the day: nobody can draw that any more."""
        kind, service = charge
        if self._is_closed(through):
            return Fraction(1)
        if kind is ChargeKind.CARRIED:
            lot = next(one for one in self.line.opening if one.id == lot_id)
            if lot.last_day is not None and lot.last_day <= through:
                return Fraction(1)
            back = self._given_back([lot.id], through) / lot.units
            drawn = self.drawn_share(charge, through, lot_id) / self._expected
            return min(Fraction(1), drawn + back)
        if kind is ChargeKind.TOP_UP:
            return self._earned_top_ups(charge, through)
        if self.terms.rollover is None:
            last = self.last_day_of(service.start)
            # what the end pays back waits for its correction, which comes on the day after
            if last < through or (last == through and not is_refunded(self.line, service.start)):
                return Fraction(1)
            name = block_id(self.line, service.start)
            back = self._given_back([name], through) / self._units_of(service.start)
            drawn = self.drawn_share(charge, through) / self._expected
            return min(Fraction(1), drawn + back)
        last_day = self.line.last_day
        paused = any(through + timedelta(days=1) in one for one in self._pauses)
        if last_day is not None and last_day <= through and not paused:
            return Fraction(1)
        if as_bought(self.contract, self.line, service.start) is None:
            return Fraction(1)  # it was taken back: there is nothing to wait for
        balance = self._at_end_of(through).get(block_id(self.line, service.start))
        return Fraction(0) if balance is None else 1 - balance.remaining / balance.purchased

    def balance(self, day: date) -> Fraction:
        """The units that more work on a day could still take, as known then."""
        return self.statement_on(day).total.available

    def statement_on(self, day: date) -> FundStatement:
        """The fund on a day, as known then: what has begun, with expiry at the day's beginning."""
        begun = [block for block in self.blocks(day) if block.start <= day]
        return self._replayed(begun, self._draws(day), day)

    def left_on(self, day: date, known: date) -> tuple[tuple[Block, Fraction], ...]:
        """What is left at the beginning of a day of each block bought before, in draw order.

        Blocks that nobody can draw on that day are left out; work is counted as known then.
        """
        unknown = (fact for fact in self._drawings if fact.known_on > known)
        taken = self._taken(self._unknown(known).union(map(draw_id, unknown)))
        draws = [one for one in taken if one.fact.day < day]
        statement = self._replayed(self.blocks(day), draws, day)
        blocks = [*self.blocks(day), *(one.block for one in statement.top_ups)]
        bought = {block.id: block for block in blocks if block.start < day}
        return tuple(
            (bought[name], balance.available)
            for name, balance in statement.balances
            if name in bought and balance.available > 0
        )

    def account(
        self, days: Span, basis: Basis = Basis.WORKED, known: date | None = None
    ) -> FundAccount:
        """State the fund over some days, of one day for the statement of that day: it adds up.

        Args:
            days: from the beginning of the first to the end of the last.
            basis: on which day a draw counts: when it was worked, or when it became known.
            known: leave out what became known after this day.

        Raises:
            InvalidValue: on the basis of bills, which belong to lines that bill and not to a fund.
        """
        if basis is Basis.BILLED:
            raise InvalidValue("the fund of a line is stated as worked or as posted: choose one")
        before = self._position(days.first_day - timedelta(days=1), basis, known or date.max)
        after = self._position(days.last_day, basis, known or date.max)
        return FundAccount.between(before, after, self._unit, days, basis, known)

    def _position(self, end: date, basis: Basis, known: date) -> Balance:
        """All that was bought by the end of a day, as a block that ends with it has lapsed."""
        if basis is Basis.POSTED:
            known = min(known, end)
        draws = [
            one
            for one in self._taken(self._unknown(known))
            if (one.fact.known_on if basis is Basis.POSTED else one.fact.day) <= end
        ]
        tomorrow = end + timedelta(days=1)
        blocks = self.blocks(tomorrow)
        later = {block.id for block in blocks if block.start > end}
        statement = self._replayed(blocks, draws, tomorrow)
        return sum(
            (balance for name, balance in statement.balances if name not in later),
            Balance(*(Fraction(0),) * 5),
        )

    def warnings(
        self, known: date, more: Iterable[WarningLevel] = ()
    ) -> tuple[tuple[date, LevelReached], ...]:
        """The levels that it reached, each with the day from which that could be told.

        Args:
            known: the last day of which is known what was recorded.
            more: levels beside those of its terms.
        """
        levels = dict.fromkeys((*self.terms.levels, *more))
        if not levels:
            return ()
        told = {one.id: one.fact.known_on for one in self._taken(self._unknown(known))}
        found = levels_reached(
            self.blocks(known), self.statement(known), levels, self.terms.rollover
        )
        return tuple((max(one.day, told[one.draw_id]), one) for one in found)

    def _bought(
        self, charge: tuple[ChargeKind, Span], statement: FundStatement
    ) -> dict[str, Fraction]:
        kind, service = charge
        if kind is ChargeKind.TOP_UP:
            return {one.block.id: one.quantity for one in statement.top_ups_in(service)}
        return {block_id(self.line, service.start): self._units_of(service.start)}

    def _units_of(self, start: date) -> Fraction:
        """The units of the block of a period."""
        return (as_bought(self.contract, self.line, start) or self.line).quantity

    def given_back_share(self, start: date, through: date) -> Fraction:
        """The share of the block of ``start`` that was refunded by the end of a day."""
        back = self._given_back([block_id(self.line, start)], through)
        return back / self._units_of(start) if back else back

    def _given_back(self, block_ids: Iterable[str], through: date) -> Fraction:
        """The units of blocks that were refunded by the end of a day; their credit is known then.

        What was paid for them is earned, and what is paid back for them takes that back.
        """
        names = set(block_ids)
        return sum(
            (
                one.quantity
                for one in self.given_up
                if one.block_id in names and max(one.day, one.known_on) <= through
            ),
            Fraction(0),
        )

    @property
    def _expected(self) -> Fraction:
        """The share of a block that is expected to be drawn."""
        return 1 - self.line.accounting.expected_breakage

    def _earned_top_ups(self, charge: tuple[ChargeKind, Span], through: date) -> Fraction:
        statement = self.statement(through)
        earned = total = Fraction(0)
        for one in statement.top_ups_in(charge[1]):
            ended = one.block.last_day is not None and one.block.last_day <= through
            drawn = self.drawn([one.block.id], through, through)
            back = self._given_back([one.block.id], through)
            gone = min(one.quantity, drawn / self._expected + back)
            earned, total = earned + (one.quantity if ended else gone), total + one.quantity
        return earned / total if total else Fraction(1)

    def _at_end_of(self, day: date) -> dict[str, Balance]:
        """The balances of an allowance when a day is over, as known on it."""
        if day not in self._balances:
            tomorrow = day + timedelta(days=1)
            draws = self._draws(day)
            statement = self._replayed(self.blocks(tomorrow), draws, tomorrow)
            self._balances[day] = dict(statement.balances)
        return self._balances[day]


class _NothingBought(LineFund):
    """The fund of a line that was ended before it began: it is empty on every day."""

    def blocks(self, through: date = date.min) -> tuple[Block, ...]:  # noqa: ARG002  of the shared form
        return ()

    @property
    def given_up(self) -> tuple[Refund, ...]:
        return ()


def fund_of(contract: Contract, line: ContractLine, facts: Facts) -> LineFund:
    """The fund of a prepayment line of a contract, with the end that was agreed for the line.

    It makes no difference whether the line is given as it was first agreed, as it stands on a day
    or as :func:`fund_line` gives it: what the amendments of the contract end is over. A line that
    ended before it began has an empty fund.

    Raises:
        InvalidValue: the line is no prepayment.
        NotFound: the contract has no such line.
    """
    terms = _terms_of(contract, line)
    if (ended := as_ended(contract, line)) is None:
        return _NothingBought(contract, line, terms, ())
    return fund_as_given(contract, ended, facts)


def _terms_of(contract: Contract, line: ContractLine) -> FundTerms:
    if line.fund is None:
        raise InvalidValue(f"line {line.id!r} of contract {contract.id!r} is no prepayment")
    return line.fund


def fund_as_given(contract: Contract, line: ContractLine, facts: Facts) -> LineFund:
    """The fund of a line that has its end, whether or not this version of the contract knows it.

    It is kept with the facts, since a run asks for it many times.

    Raises:
        InvalidValue: the line is no prepayment.
    """
    terms = _terms_of(contract, line)
    feeders = fed_by(contract.lines_ever, line)
    alone = not feeders and not passes_on_to(contract.lines_ever, line)
    known: list[LineFund] = facts.remember(("funds", contract.id, line.id), list)
    for fund in known:
        # The same facts may be asked about another version of the contract: what if it said this?
        same = fund.contract is contract or fund.contract == contract
        alike = same or (alone and fund.is_alone and fund.is_closed_like(contract))
        if (fund.line is line or fund.line == line) and alike:
            return fund
    feeding = [
        fund_as_given(contract, ended, facts)
        for one in feeders
        if (ended := fund_line(contract, one.id)) is not None
    ]
    known.append(LineFund(contract, line, terms, drawings(contract, line, facts), feeding))
    return known[-1]


def left_for(
    contract: Contract, line: ContractLine, facts: Facts, span: Span, known: date
) -> list[TimeEntry]:
    """What prepaid lines leave of work in ``span`` for a line of time worked, as known then."""
    return [
        entry
        for one in fed_by(contract.lines_ever, line)
        if (ended := fund_line(contract, one.id)) is not None
        for taken in fund_as_given(contract, ended, facts).passed_on(known)
        if taken.path[0].id == line.id
        and taken.fact.day in span
        and (entry := taken.as_entry()) is not None
    ]
