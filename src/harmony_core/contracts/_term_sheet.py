"""The term sheet: everything that a contract says on a day, for people and for programs.

The sheet is a value of the contract, the day and the two parties. It is written in the reader's
language when it is read, so one sheet serves both sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import attrs

from harmony_core.contracts._amendment import Amendment
from harmony_core.contracts._amendment_words import amendment_in_words, line_title, lots_in_words
from harmony_core.contracts._contract import Contract, Side
from harmony_core.contracts._lifecycle import ContractEvent
from harmony_core.contracts._line import ContractLine
from harmony_core.contracts._possible_end import (
    PossibleEnd,
    contract_end,
    first_deadline,
    lines_from,
    possible_end,
)
from harmony_core.contracts._standing import drawn_through, line_end
from harmony_core.contracts._term import Term, term_at
from harmony_core.contracts._without_effect import last_day_of
from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, expect
from harmony_core.explanation import exact_text
from harmony_core.finance import LegalEntity
from harmony_core.parties import Customer, Supplier


@attrs.frozen
class LineSheet:
    """A line of a term sheet.

    Attributes:
        line: as it stands on the sheet's day, or on its first day where it begins later.
        term: in which the sheet's day lies; the first one before the line begins; ``None`` for a
            line without terms, or after the last of them.
        end: the next possible end for a notice received on that day.
        ended_by: what fixed that end: a notice, an agreement, a successor; ``None`` while it is
            open, or where the line says so itself.
        drawn_through: of a prepaid line with an end, the last day on which it can be drawn.
    """

    line: ContractLine
    term: Term | None
    end: PossibleEnd
    ended_by: Amendment | None = None
    drawn_through: date | None = None

    def as_data(self, culture: Culture) -> dict[str, Any]:
        """The line as plain data, with its sentences by topic in the reader's language."""
        line, term = self.line, self.term
        return {
            "id": line.id,
            "product": line.product_id,
            "type": line.type.value,
            "quantity": exact_text(line.quantity),
            "unit": line.unit,
            "first_day": line.start.isoformat(),
            "last_day": _iso(line.last_day),
            "term": None
            if term is None
            else {
                "number": term.number,
                "first_day": term.first_day.isoformat(),
                "last_day": _iso(term.last_day),
            },
            "next_possible_end": _iso(self.end.ends_on),
            "deadline": _iso(self.end.deadline),
            "ended_by": None if self.ended_by is None else self.ended_by.id,
            "drawn_through": _iso(self.drawn_through),
            "words": line.describe(culture).as_data(),
        }

    def sentences(self, culture: Culture) -> Iterator[str]:
        """What the line says, a sentence each."""
        line = self.line
        if line.is_fixed:
            count, unit = culture.number(line.quantity), culture.words(line.unit)
            yield culture.words("Agreed quantity: {count} ({unit}).", count=count, unit=unit)
        opening = lots_in_words(culture, line, line.opening)
        for lot, said in zip(line.opening, opening, strict=True):
            if lot.last_day is None:
                yield culture.words("It opens with {lot}.", lot=said)
            else:
                day = culture.day(lot.last_day)
                yield culture.words("It opens with {lot}, valid until {day}.", lot=said, day=day)
        first = culture.day(line.start)
        if line.last_day is None:
            yield culture.words("It runs from {first} on.", first=first)
        else:
            last = culture.day(line.last_day)
            yield culture.words("It runs from {first} to {last}.", first=first, last=last)
            if self.drawn_through is not None and self.drawn_through > line.last_day:
                day = culture.day(self.drawn_through)
                yield culture.words("What is left of its blocks can be drawn until {day}.", day=day)
        yield from (sentence for _, sentence in line.describe(culture).sentences)
        if self.term is not None and self.term.last_day is not None:
            day = culture.day(self.term.last_day)
            yield culture.words("The term that runs then ends on {day}.", day=day)
        yield end_in_words(culture, self.end, self.ended_by)


@attrs.frozen
class LineOver:
    """A line that has ended, was delivered, is suspended, or never runs, as first agreed.

    ``last_day`` is the last day on which it ran; ``None`` where it never does.
    """

    line: ContractLine
    last_day: date | None
    is_suspended: bool = False

    def in_words(self, culture: Culture) -> str:
        """Say so in a sentence."""
        who = line_title(culture, self.line)
        if self.last_day is None:
            return culture.words("{line}: it never runs.", line=who)
        label = "{line}: it ended on {day}."
        if self.is_suspended:
            label = "{line}: it is suspended after {day}."
        elif self.line.is_billed_once and self.line.fund is None:
            label = "{line}: it was delivered on {day}."
        return culture.words(label, line=who, day=culture.day(self.last_day))

    def as_data(self, culture: Culture) -> dict[str, Any]:
        """The line as plain data, with its sentence in the reader's language."""
        return {
            "id": self.line.id,
            "product": self.line.product_id,
            "first_day": self.line.start.isoformat(),
            "last_day": _iso(self.last_day),
            "words": [self.in_words(culture)],
        }


@attrs.frozen
class TermSheet:
    """What a contract says on ``day``: make one with :func:`term_sheet`."""

    contract: Contract
    day: date
    lines: tuple[LineSheet, ...]
    party: Customer | Supplier | None = None
    entity: LegalEntity | None = None

    @property
    def end(self) -> PossibleEnd:
        """The next possible end of the whole contract, and by when a notice must arrive for it."""
        return contract_end(self.contract, self.day)

    @property
    def first_deadline(self) -> date | None:
        """The first day by which a notice must arrive for the next end of any line."""
        return first_deadline(self.contract, self.day)

    @property
    def lines_over(self) -> tuple[LineOver, ...]:
        """The lines that no longer run, and that are not known to begin again."""
        shown = {one.line.id for one in self.lines}
        return tuple(
            LineOver(
                line,
                last_day_of(self.contract, line.id),
                line_end(self.contract, line.id).is_suspension,
            )
            for line in self.contract.lines_ever
            if line.id not in shown
        )

    @property
    def ended_by(self) -> Amendment | None:
        """What fixed the end of the whole contract; ``None`` while it is open, or its own."""
        end = self.end
        last = (line for line in self.lines if line.end == end)
        return next((line.ended_by for line in last if line.ended_by is not None), None)

    @property
    def still_drawn(self) -> tuple[tuple[str, date], ...]:
        """The prepaid lines that have ended, with the last day on which each can be drawn."""
        listed = {one.line.id for one in self.lines}
        found = (
            (line.id, drawn_through(self.contract, line.id))
            for line in self.contract.lines_ever
            if line.id not in listed and line.start <= self.day
        )
        return tuple((name, last) for name, last in found if last is not None and last >= self.day)

    def as_data(self, culture: Culture) -> dict[str, Any]:
        """The sheet as plain data: ids, days and numbers as text, sentences in the language."""
        contract, texts = self.contract, self.contract.texts
        return {
            "contract": contract.id,
            "order": contract.order_id,
            "side": contract.side.value,
            "as_of": self.day.isoformat(),
            "entity": {
                "id": contract.entity_id,
                "name": None if self.entity is None else self.entity.name,
                "currency": None if self.entity is None else self.entity.currency,
            },
            "party": {
                "id": contract.party_id,
                "name": None if self.party is None else self.party.name,
                "currency": None if self.party is None else self.party.currency,
            },
            "currency": contract.currency,
            "next_possible_end": _iso(self.end.ends_on),
            "deadline": _iso(self.end.deadline),
            "first_deadline": _iso(self.first_deadline),
            "lines": [line.as_data(culture) for line in self.lines],
            "lines_over": [line.as_data(culture) for line in self.lines_over],
            "still_drawn": [
                {"line": name, "last_day": last.isoformat()} for name, last in self.still_drawn
            ],
            "amendments": [
                {
                    "id": one.id,
                    "agreed_on": one.agreed_on.isoformat(),
                    "first_day": one.first_day.isoformat(),
                    "words": list(amendment_in_words(culture, contract, one)[1:]),
                }
                for one in contract.amendments
            ],
            "service_levels": list(texts.service_levels),
            "exclusions": list(texts.exclusions),
            "conditions": list(texts.conditions),
        }

    def as_text(self, culture: Culture) -> str:
        """The sheet as text, a sentence a line."""
        lines = [self._title(culture), *(f"  {words}" for words in self._head(culture))]
        for line in self.lines:
            lines.append(line_title(culture, line.line))
            lines += (f"  {sentence}" for sentence in line.sentences(culture))
        lines += (over.in_words(culture) for over in self.lines_over)
        for name, last in self.still_drawn:
            label = "Line {id} has ended; what is left of its blocks can be drawn until {day}."
            lines.append(culture.words(label, id=name, day=culture.day(last)))
        for amendment in self.contract.amendments:
            head, *sentences = amendment_in_words(culture, self.contract, amendment)
            lines += [head, *(f"  {sentence}" for sentence in sentences)]
        texts = self.contract.texts
        for label, ids in (
            (culture.words("Service levels"), texts.service_levels),
            (culture.words("Not included"), texts.exclusions),
            (culture.words("Terms and conditions"), texts.conditions),
        ):
            if ids:
                lines.append(f"{label}: {', '.join(ids)}")
        return "\n".join(lines)

    def _title(self, culture: Culture) -> str:
        day = culture.day(self.day)
        return culture.words("Contract {id} as of {day}", id=self.contract.id, day=day)

    def _head(self, culture: Culture) -> Iterator[str]:
        contract = self.contract
        ours = contract.entity_id if self.entity is None else self.entity.name
        theirs = contract.party_id if self.party is None else self.party.name
        seller, buyer = (ours, theirs) if contract.side is Side.SELL else (theirs, ours)
        yield culture.words("Seller: {name}", name=seller)
        yield culture.words("Buyer: {name}", name=buyer)
        if contract.order_id is not None:
            yield culture.words("Order: {id}", id=contract.order_id)
        yield culture.words("Currency: {currency}", currency=contract.currency)
        if self.entity is not None and self.entity.currency != contract.currency:
            yield culture.words(
                "{name} keeps its books in {currency}.", name=ours, currency=self.entity.currency
            )
        if len(self.lines) > 1:
            yield end_in_words(culture, self.end, self.ended_by)
            first = self.first_deadline
            if first is not None and first != self.end.deadline:
                day = culture.day(first)
                yield culture.words("The first deadline of any line is {day}.", day=day)


def term_sheet(
    contract: Contract,
    day: date,
    *,
    party: Customer | Supplier | None = None,
    entity: LegalEntity | None = None,
) -> TermSheet:
    """Give the term sheet of a contract on a day.

    Its lines are those that run then, and those that begin later; what has ended, was delivered or
    is suspended is told in a sentence each. The sheet of an order is that of the contracts that its
    execution gives.

    Args:
        contract: with its amendments; ask :meth:`Contract.known_by` for what was known on a day.
        day: as of which it stands, and on which a notice would arrive.
        party: the customer or supplier; without it the sheet has the id only.
        entity: the legal entity of the group; without it the sheet has the id only.

    Raises:
        InvalidValue: the party or the entity is not that of the contract.
    """
    expect(contract, Contract, "what a term sheet is of")
    expect(day, date, "the day of a term sheet")
    if party is not None:
        such_as = f'Customer({contract.party_id!r}, "Name", "DE", "EUR")'
        expect(party, Customer | Supplier, "party of a term sheet", such_as)
    if entity is not None:
        expect(entity, LegalEntity, "entity of a term sheet")
    for ours, given in ((contract.party_id, party), (contract.entity_id, entity)):
        if given is not None and given.id != ours:
            raise InvalidValue(f"contract {contract.id!r} is with {ours!r}, got {given.id!r}")
    lines = tuple(
        LineSheet(
            line,
            _term(line, day),
            possible_end(line, day, runs_on=True),
            _ended_by(contract, line, day),
            drawn_through(contract, line.id),
        )
        for line in lines_from(contract, day)
    )
    return TermSheet(contract, day, lines, party, entity)


def end_in_words(culture: Culture, end: PossibleEnd, ended_by: Amendment | None = None) -> str:
    """Say when it ends and why, or when it can end next and by when a notice must have arrived."""
    if end.ends_on is None:
        return culture.words("No end is agreed.")
    day = culture.day(end.ends_on)
    if end.deadline is None and ended_by is not None:
        agreed = culture.day(ended_by.agreed_on)
        label = _ENDED.get(ended_by.event, "It ends on {day}, as was agreed on {agreed}.")
        return culture.words(label, day=day, agreed=agreed)
    if end.deadline is None:
        return culture.words("It ends by itself on {day}.", day=day)
    return culture.words(
        "The next possible end is {day}, if notice is received by {deadline}.",
        day=day,
        deadline=culture.day(end.deadline),
    )


_ENDED = {
    ContractEvent.NOTICE: "It ends on {day}: notice was received on {agreed}.",
    ContractEvent.SUCCESSION: "It ends on {day}: another contract takes its place.",
    ContractEvent.SUSPENSION: "It is suspended after {day}, as was agreed on {agreed}.",
    ContractEvent.CANCELLATION: "It ends on {day}: it was cancelled on {agreed}.",
}
"""What is said of an end that something fixed."""


def _ended_by(contract: Contract, line: ContractLine, day: date) -> Amendment | None:
    """What fixed the last day of a line, where nothing can end it earlier any more."""
    if line.is_billed_once or possible_end(line, day, runs_on=True).deadline is not None:
        return None
    fixed = line_end(contract, line.id)
    return fixed.amendment if fixed.last_day == line.last_day is not None else None


def _term(line: ContractLine, day: date) -> Term | None:
    return (
        None if line.renewal is None else term_at(line.renewal, line.anchor, max(day, line.start))
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
