"""Amendments put into words: what changes in which line, from which day on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from harmony_core.contracts._amendment import (
    Amendment,
    Change,
    FundCloses,
    LineBegins,
    LineEnds,
    LineRunsOn,
    NewPrice,
    NewQuantity,
    UnitsRefunded,
)
from harmony_core.contracts._contract import Contract
from harmony_core.contracts._lifecycle import ContractEvent
from harmony_core.contracts._line import ContractLine
from harmony_core.contracts._migrated import MigratedLot
from harmony_core.contracts._without_effect import is_idle, last_day_of
from harmony_core.culture import Culture
from harmony_core.products import FundUnit, LeftOver, price_in_words

_HEADS = {
    ContractEvent.NOTICE: "Notice {id}, received on {agreed}, holds from {first}:",
    ContractEvent.WITHDRAWAL: (
        "Withdrawal of a notice, {id}, agreed on {agreed}, holds from {first}:"
    ),
    ContractEvent.TERMINATION: "Agreed end {id}, agreed on {agreed}, holds from {first}:",
    ContractEvent.SUCCESSION: "Succession {id}, agreed on {agreed}, holds from {first}:",
    ContractEvent.EXTENSION: "Extension {id}, agreed on {agreed}, holds from {first}:",
    ContractEvent.SUSPENSION: "Suspension {id}, agreed on {agreed}, holds from {first}:",
    ContractEvent.RESUMPTION: "Resumption {id}, agreed on {agreed}, holds from {first}:",
    ContractEvent.CANCELLATION: "Cancellation {id}, agreed on {agreed}, holds from {first}:",
}
"""What an amendment is called that is more than a change of lines."""


def amendment_in_words(
    culture: Culture, contract: Contract, amendment: Amendment
) -> tuple[str, ...]:
    """Give a heading, and a sentence or more for each change; one without effect says so."""
    head = culture.words(
        _HEADS.get(amendment.event, "Amendment {id}, agreed on {agreed}, holds from {first}:"),
        id=amendment.id,
        agreed=culture.day(amendment.agreed_on),
        first=culture.day(amendment.first_day),
    )
    return head, *(
        sentence
        for change in amendment.changes
        for sentence in _told(culture, contract, amendment, change)
    )


def _told(
    culture: Culture, contract: Contract, amendment: Amendment, change: Change
) -> Iterator[str]:
    yield from _change(culture, contract.line(change.line_id), change, amendment.first_day)
    if not is_idle(contract, amendment, change):
        return
    last_day = last_day_of(contract, change.line_id)
    if last_day is None:
        yield culture.words("It has no effect: the line never runs.")
    else:
        day = culture.day(last_day)
        yield culture.words("It has no effect: the line ends on {day}.", day=day)


def _change(culture: Culture, line: ContractLine, change: Change, first: date) -> Iterator[str]:
    who = line_title(culture, line)
    match change:
        case NewQuantity():
            count = culture.number(change.quantity)
            unit = culture.words(line.unit)
            words = "{line}: the agreed quantity is {count} ({unit})."
            yield culture.words(words, line=who, count=count, unit=unit)
        case NewPrice():
            yield culture.words("{line}: there is a new price.", line=who)
            yield from price_in_words(culture, change.scheme, culture.words(line.unit))
        case LineEnds(left_over=left):
            before = culture.day(first - timedelta(days=1))
            yield culture.words("{line}: its last day is {day}.", line=who, day=before)
            if left is not None:
                yield culture.words(_LEFT_OVER[left])
        case LineRunsOn(last_day=None):
            yield culture.words("{line}: it runs on without an end.", line=who)
        case LineRunsOn(last_day=last) if last is not None:
            yield culture.words("{line}: it runs until {day}.", line=who, day=culture.day(last))
        case FundCloses():
            yield culture.words("{line}: its fund is closed; what is left of it lapses.", line=who)
            for lot in lots_in_words(culture, line, change.lots):
                yield culture.words("Given up: {lot}.", lot=lot)
        case UnitsRefunded():
            yield culture.words("{line}: prepaid units are refunded.", line=who)
            for lot in lots_in_words(culture, line, change.lots):
                yield culture.words("Given up: {lot}.", lot=lot)
        case LineBegins():
            yield culture.words(
                "{line}: it is added and begins on {day}.", line=who, day=culture.day(line.start)
            )


def lots_in_words(
    culture: Culture, line: ContractLine, lots: Iterable[MigratedLot]
) -> Iterator[str]:
    """Say what each lot is: so many units of a block, at a value."""
    cash = line.fund is not None and line.fund.unit is FundUnit.CASH
    unit = line.scheme.currency if cash or line.fund is None else line.fund.unit.value
    for lot in lots:
        yield culture.words(
            "{count} ({unit}) of {block} at {value}",
            count=culture.number(lot.units),
            unit=culture.words(unit),
            block=lot.id,
            value=culture.money(lot.value),
        )


_LEFT_OVER = {
    LeftOver.KEPT: "What is left of its blocks can be drawn until they end.",
    LeftOver.LAPSED: "What is left of its blocks lapses.",
    LeftOver.REFUNDED: "What is left of its blocks is paid back.",
}


def line_title(culture: Culture, line: ContractLine) -> str:
    """Name a line for the reader."""
    return culture.words("Line {id}, {name}", id=line.id, name=line.name(culture.language))
