"""A contract takes the place of another: for another party, with other prices, or another type.

The one ends by an amendment, the other begins on the day after and names it. Lines that go on keep
the days from which their periods, terms and anniversaries are counted, so that nothing is billed
twice, nothing is left out, and a term is not begun anew by the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import attrs

from harmony_core.contracts._amendment import Amendment
from harmony_core.contracts._contract import Contract
from harmony_core.contracts._ending import lines_ended
from harmony_core.contracts._lifecycle import ContractEvent
from harmony_core.contracts._line import ContractLine
from harmony_core.errors import InvalidValue, NotFound, RuleBroken
from harmony_core.periods import Schedule
from harmony_core.pricing import Scheme

_DAY = timedelta(days=1)


@attrs.frozen
class StayingLine:
    """A line that stays with the old contract, and why."""

    line_id: str
    reason: str


@attrs.frozen
class Succession:
    """``ending`` ends the old contract, ``successor`` goes on.

    ``stayed`` lists the lines of the old contract that the successor does not take over.
    """

    ending: Amendment
    successor: Contract
    stayed: tuple[StayingLine, ...] = ()


def succeed(
    contract: Contract,
    first_day: date,
    new_id: str,
    *,
    id: str,  # noqa: A002  the field's own name
    agreed_on: date,
    party_id: str | None = None,
    entity_id: str | None = None,
    schemes: Mapping[str, Scheme] | None = None,
    new_terms: bool = False,
    evidence: Iterable[str] = (),
) -> Succession:
    """Let another contract take the place of one, with the lines that run, as they stand then.

    A novation names another party (or another legal entity of the group); a renewal by a new
    contract names new prices and begins new terms. Lines that are billed once stay where they are,
    blocks that were bought once too: ``stayed`` lists them.

    A prepaid line that buys or grants anew goes over with the first period that begins on
    ``first_day`` or later, since a period is bought whole, and the old one buys nothing from
    ``first_day`` on. Blocks that it bought stay with the old contract until they end, see
    ``harmony_core.billing.migrate`` for carrying their balance; an allowance lapses with its line.

    Args:
        contract: with the amendments that are known.
        first_day: of the new contract; the day before is the last of the old one's lines.
        new_id: of the new contract.
        id: of the amendment that ends the old one.
        agreed_on: the day on which all sides agreed.
        party_id: the new party; the same where none is given.
        entity_id: the new legal entity; the same where none is given.
        schemes: new prices, by the ids of lines.
        new_terms: whether terms, periods and anniversaries are counted from ``first_day`` anew.
        evidence: ids of what it rests on.

    Raises:
        NotFound: a price is for a line that does not run on that day, or no line does.
        RuleBroken: the state of the old contract forbids it, or its id is the new one's.
    """
    if new_id == contract.id:
        raise RuleBroken(f"contract {new_id!r} cannot follow itself: give the new one its own id")
    standing = contract.on(first_day).lines
    starts = {line.id: _goes_over(line, first_day, new_terms) for line in standing}
    stayed = tuple(
        StayingLine(line.id, _why_it_stays(line)) for line in standing if starts[line.id] is None
    )
    prices = dict(schemes or {})
    going_on = []
    for line in standing:
        if (start := starts[line.id]) is None:
            continue
        counts_from = None if new_terms else line.anchor
        scheme = prices.pop(line.id, line.scheme)
        going_on.append(
            attrs.evolve(line, scheme=scheme, start=start, counts_from=counts_from, opening=())
        )
    if not going_on:
        reasons = "; ".join(f"line {one.line_id!r}: {one.reason}" for one in stayed)
        raise NotFound(f"no line of contract {contract.id!r} goes on from {first_day}: {reasons}")
    if prices:
        raise NotFound(
            f"no line {', '.join(map(repr, prices))} of contract {contract.id!r} goes on from "
            f"{first_day}: leave out its price"
        )
    successor = Contract(
        new_id,
        contract.side,
        contract.party_id if party_id is None else party_id,
        contract.entity_id if entity_id is None else entity_id,
        contract.currency,
        going_on,
        contract.order_id,
        continues=contract.id,
        texts=contract.texts,
    )
    ending = lines_ended(
        contract,
        first_day - _DAY,
        id=id,
        agreed_on=agreed_on,
        line_ids=[line.id for line in going_on],
        event=ContractEvent.SUCCESSION,
        evidence=(new_id, *evidence),
    )
    return Succession(ending, successor, stayed)


def _goes_over(line: ContractLine, first_day: date, new_terms: bool) -> date | None:
    """The first day of a line in the new contract; ``None`` where it stays with the old one.

    What a prepaid line buys for a period, it buys whole: one that has begun is the old one's.
    """
    if line.is_billed_once:
        return None
    interval = line.billing.interval
    if line.fund is None or interval is None or new_terms:
        return first_day
    period = Schedule(line.anchor, interval).period_at(first_day)
    start = first_day if period.start == first_day else period.end
    return None if line.last_day is not None and line.last_day < start else start


def _why_it_stays(line: ContractLine) -> str:
    if not line.is_billed_once:
        return f"its last period has begun, and it ends on {line.last_day}: it buys nothing more"
    if line.fund is None:
        return "it is billed once, by the contract that has it"
    return (
        "its block was bought once and belongs to the old contract: it is drawn there until it "
        "ends, or its balance is carried over by a migration"
    )


def succession(contracts: Iterable[Contract], contract_id: str) -> tuple[Contract, ...]:
    """Give the contracts that one continues and those that continue it, oldest first.

    Raises:
        NotFound: there is no such contract.
        InvalidValue: contracts continue each other in a circle.
    """
    known = {contract.id: contract for contract in contracts}
    if contract_id not in known:
        raise NotFound(f"there is no contract {contract_id!r}")
    first, seen = known[contract_id], {contract_id}
    while first.continues in known:
        first = known[first.continues]
        if first.id in seen:
            raise InvalidValue(f"contract {first.id!r} continues itself: correct one of {seen}")
        seen.add(first.id)
    chain = [first]
    for one in chain:
        followers = [other for other in known.values() if other.continues == one.id]
        chain.extend(sorted(followers, key=lambda other: (other.start, other.id)))
    return tuple(chain)
