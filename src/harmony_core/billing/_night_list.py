"""The list of the night: what is due within some days, and key figures with the ids behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import attrs

from harmony_core.billing._contract_facts import ContractFacts
from harmony_core.contracts import Contract, lines_from, possible_end, upcoming_renewals
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, Word
from harmony_core.periods import Span


class DueKind(Word):
    """Why a contract is on the list."""

    DEADLINE = "deadline"
    """the last day on which a notice to a line's next possible end can be received"""
    INVOICE = "invoice"
    """a period is billed"""
    RENEWAL = "renewal"
    """a term ends and the next begins on this day"""
    END = "end"
    """the last day of a line"""


@attrs.frozen
class DueItem:
    """One thing to see to, and the day of it; ``line_id`` is ``None`` for a whole contract."""

    day: date
    kind: DueKind
    contract_id: str
    line_id: str | None = None


def due_items(
    contracts: Iterable[Contract], records: Iterable[ContractFacts], day: date, within: int
) -> tuple[DueItem, ...]:
    """List what is due from a day on within so many days, the nearest first.

    Args:
        contracts: with their amendments.
        records: their :func:`contract_facts` on that day, for the invoices.
        day: of the list.
        within: days after ``day``; zero lists that day alone.

    Raises:
        InvalidValue: fewer than no days.
    """
    if within < 0:
        raise InvalidValue(f"the list looks zero or more days ahead, got {within}")
    days = Span.of_days(day, day + timedelta(days=within))
    found: set[DueItem] = set()
    all_contracts = list(contracts)
    for contract in all_contracts:
        for line in lines_from(contract, day):
            end = possible_end(line, day)
            if end.deadline is not None and days.start <= end.deadline < days.end:
                found.add(DueItem(end.deadline, DueKind.DEADLINE, contract.id, line.id))
            if line.last_day is not None and days.start <= line.last_day < days.end:
                found.add(DueItem(line.last_day, DueKind.END, contract.id, line.id))
    for one in upcoming_renewals(all_contracts, days):
        begins = one.ends_on + timedelta(days=1)
        if one.renews and days.start <= begins < days.end:
            found.add(DueItem(begins, DueKind.RENEWAL, one.contract_id, one.line_id))
    for record in records:
        if record.next_invoice is not None and days.start <= record.next_invoice < days.end:
            found.add(DueItem(record.next_invoice, DueKind.INVOICE, record.contract_id))
    return tuple(sorted(found, key=lambda it: (it.day, it.contract_id, it.line_id or "", it.kind)))


@attrs.frozen
class KeyFigure:
    """A number on a page, and the contracts behind it: their ids, in order."""

    name: str
    label: str
    ids: tuple[str, ...]

    @property
    def number(self) -> int:
        """How many they are."""
        return len(self.ids)

    def in_words(self, culture: Culture) -> str:
        """The label in the reader's language, and the number."""
        return f"{culture.words(self.label)}: {culture.number(self.number)}"


def key_figure(
    name: str,
    label: str,
    records: Iterable[ContractFacts],
    counts: Callable[[ContractFacts], bool],
) -> KeyFigure:
    """Count the contracts that a question is true of, and keep their ids.

    Args:
        name: under which a host knows it.
        label: an English message; a language pack of the host has its translation.
        records: of :func:`contract_facts`.
        counts: the question.
    """
    return KeyFigure(name, label, tuple(sorted({it.contract_id for it in records if counts(it)})))
