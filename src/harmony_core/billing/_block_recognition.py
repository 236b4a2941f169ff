"""How a prepaid block is earned: it and all that corrects it or gives it back, as one schedule.

What was paid for a block is what was charged for it, corrected and credited. Draws earn their share
of that. What a refund, a migration or the end of the line pays back takes away what nobody can draw
any more. So whatever came between, what is earned in the end is the money that was kept, breakage
is what of it no draw has earned, and neither is ever below zero (but for what exchange took where
a refund at the rates of its day gave back more than was paid).

Source: IFRS 15.B44-B47 (customers' unexercised rights).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.billing._charge import Charge, ChargeKind, first_key
from harmony_core.billing._facts import Facts
from harmony_core.billing._fund_draws import fund_line, is_refunded
from harmony_core.billing._funds import LineFund, fund_as_given
from harmony_core.billing._plan import periods_of
from harmony_core.contracts import Contract, ContractLine
from harmony_core.finance import Booked, Column, Money, Rounding
from harmony_core.periods import Month, Span
from harmony_core.products import Recognition

_DRAWS_FIRST = Rounding.of("half_down")
_BLOCKS = (ChargeKind.SERVICE, ChargeKind.TOP_UP, ChargeKind.CARRIED)


def pays_for_a_block(charge: Charge, line: ContractLine) -> bool:
    """Say whether a charge is for a block that is earned as it is drawn, or gives one back."""
    return line.accounting.recognition is Recognition.AS_DRAWN and charge.kind in _BLOCKS


def blocks_earned(
    contract: Contract,
    line: ContractLine,
    charges: Iterable[Charge],
    facts: Facts,
    *,
    month: Month,
    so_far: Mapping[str, Booked],
) -> Iterator[tuple[Charge, Booked, Booked | None]]:
    """Give what a month earns of each charge for blocks of a line, and what of it is breakage.

    A row may move between the two alone: draws that become known late were no breakage.
    """
    accounts: defaultdict[str, list[Charge]] = defaultdict(list)
    for charge in charges:
        accounts[_account_of(charge)].append(charge)
    for key in accounts:
        account = _Account(contract, line, sorted(accounts[key], key=_in_turn), facts)
        now = account.earned(month.last_day)
        before = account.earned(month.previous().last_day)
        for charge in account.charges:
            if charge.key not in now:
                continue
            amount, lapsed = now[charge.key]
            if charge.key in so_far:
                amount -= so_far[charge.key]
                if charge.key in before:
                    lapsed -= before[charge.key][1]
            if amount or lapsed:
                yield charge, amount, lapsed or None


def _account_of(charge: Charge) -> str:
    """The key of the first charge for a block."""
    return charge.corrects or first_key(charge.credits or charge.key)


def _is_first(charge: Charge) -> bool:
    return charge.corrects is None and charge.credits is None


def _in_turn(charge: Charge) -> tuple[bool, date, str]:
    return not _is_first(charge), charge.trigger, charge.key


@attrs.frozen
class _Account:
    """All charges for one block, or for what a month topped up: the first of them first."""

    contract: Contract
    line: ContractLine
    charges: list[Charge]
    facts: Facts

    def earned(self, through: date) -> dict[str, tuple[Booked, Booked]]:
        """By charge what is earned by the end of a day, as known then, and what of it has lapsed.

        What corrects or gives back counts from its trigger on.
        """
        contract = self.contract.known_by(through)
        if all(one.id != self.line.id for one in contract.lines_ever):
            contract = self.contract  # a line that is news is earned as it stands
        line = fund_line(contract, self.line.id) or self.line
        drawn, gone = self._shares(fund_as_given(contract, line, self.facts), through)
        nothing = Booked.zero(*self.charges[0].booked.currencies)
        paid, back, before = nothing, nothing, (nothing, nothing)
        found = {}
        for charge in self.charges:
            if charge.trigger > through and not _is_first(charge):
                continue
            if self._takes_back(charge, line):
                back += charge.booked
            else:
                paid += charge.booked
            now = _split(paid, back, drawn, gone)
            found[charge.key] = now[0] - before[0], now[1] - before[1]
            before = now
        return found

    def _shares(self, fund: LineFund, through: date) -> tuple[Fraction, Fraction]:
        """The shares of the block that were drawn, and that nobody can draw any more."""
        if (block := self._block) is None:
            return Fraction(0), Fraction(1)  # it is in the opening balance, or in other books
        kind, service, lot_id = block
        drawn = fund.drawn_share((kind, service), through, lot_id)
        return drawn, fund.earned_share((kind, service), through, lot_id)

    @property
    def _block(self) -> tuple[ChargeKind, Span, str | None] | None:
        """Which block it is: the kind of what paid for it, and its period, or the lot carried."""
        for charge in self.charges:
            if charge.kind is not ChargeKind.CARRIED:
                if _is_first(charge):
                    return charge.kind, charge.service, None
                start = charge.service.start
                for period in periods_of(self.line, charge.kind):
                    if start in period.span:
                        return charge.kind, period.span, None
            elif self._opens_with(charge):
                return charge.kind, charge.service, charge.evidence[0]
        return None

    def _opens_with(self, charge: Charge) -> bool:
        return any(lot.id in charge.evidence for lot in self.line.opening)

    def _takes_back(self, charge: Charge, line: ContractLine) -> bool:
        """Whether it pays for units that are gone, and not for what the block costs.

        So does a lot that is given up, and what settles a block that the end of its line pays back.
        """
        if charge.kind is ChargeKind.CARRIED:
            return not self._opens_with(charge)
        last, start = line.last_day, charge.service.start
        settles = charge.corrects is not None and is_refunded(line, start)
        return settles and last is not None and charge.trigger > last


def _split(paid: Booked, back: Booked, drawn: Fraction, gone: Fraction) -> tuple[Booked, Booked]:
    """What is earned of a block, and what of it lapsed: three schedules, each settled alone."""
    columns = [
        _split_column(paid.column(one), back.column(one), drawn, gone)
        for one in (Column.TRANSACTION, Column.ENTITY, Column.GROUP)
    ]
    return Booked(*(earned for earned, _ in columns)), Booked(*(lapsed for _, lapsed in columns))


def _split_column(paid: Money, back: Money, drawn: Fraction, gone: Fraction) -> tuple[Money, Money]:
    """Draws earn their share, though no more than was kept; what else is gone has lapsed.

    Half a cent goes to the draws, here as in what they earn alone.
    """
    if paid.minor < 0:  # what is corrected was billed before the books opened
        earned, lapsed = _split_column(-paid, -back, drawn, gone)
        return -earned, -lapsed
    nothing = paid * 0
    kept = paid + back
    by_draws = (paid.exact * drawn).settle()
    earned = min(max(by_draws, (paid.exact * gone).settle() + back), kept)
    lapsed = (paid.exact * (gone - drawn)).settle(_DRAWS_FIRST) + min(back, nothing)
    return earned, max(lapsed, nothing)
