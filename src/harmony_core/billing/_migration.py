"""A customer moves from one kind of contract to another: break/fix, prepaid, incidents, devices.

The old contract ends, the new one takes its place and names it, and what is left of a prepaid
fund opens a fund of the new one, at a value that both sides state. Before anybody signs, both
contracts are forecast over the facts of last year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import attrs

from harmony_core.billing._carrying import (
    CarriedBalance,
    FundLeft,
    fund_unit,
    line_to_join,
    opened_with,
)
from harmony_core.billing._facts import Facts
from harmony_core.billing._forecast import Forecast, forecast
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import (
    Amendment,
    Contract,
    ContractEvent,
    ContractLine,
    ContractState,
    FundCloses,
    MigratedLot,
    Succession,
    drawn_through,
    lines_ended,
    passes_on_to,
    require_possible,
    state_on,
)
from harmony_core.errors import CurrencyMismatch, InvalidValue, RuleBroken
from harmony_core.finance import Money
from harmony_core.periods import Span
from harmony_core.products import ExpensesIncurred, TimeWorked

_DAY = timedelta(days=1)


@attrs.frozen
class Migration:
    """``ending`` ends the old contract; ``opened`` is the new one, which continues it."""

    ending: Amendment
    opened: Contract

    @property
    def succession(self) -> Succession:
        """The same as a succession, which ``workflows.succeed_contract`` keeps in a store."""
        return Succession(self.ending, self.opened)


@attrs.frozen
class MigrationForecast:
    """What the same days and facts come to under the old contract and under the new one."""

    before: Forecast
    after: Forecast

    @property
    def change(self) -> Money:
        """What the customer will pay more; below zero is less."""
        return self.after.total - self.before.total


def migrate(
    contract: Contract,
    to: Contract,
    on: date,
    *,
    id: str,  # noqa: A002  the field's own name
    agreed_on: date,
    balances: Iterable[CarriedBalance] = (),
    facts: Facts | None = None,
    evidence: Iterable[str] = (),
) -> Migration:
    """End a contract with the day before ``on`` and open another in its place.

    A prepaid line of which a balance is given is closed on that day: what goes along opens a fund
    of the new contract and is drawn in its order, what is paid back is credited, and what was left
    beyond that lapses. Other prepaid lines buy nothing more, and what they bought stays until it
    lapses. Of a contract that has ended, blocks that were kept go along in the same way.

    What is carried is credited on the old contract and charged on the new one, on one day and at
    the exchange rates at which it was first booked: the revenue that it defers moves, and no total
    of the group changes. Work of the days before that becomes known later finds those units gone.

    Args:
        contract: with the amendments that are known.
        to: what takes its place; none of its lines begins before ``on``.
        on: first day of the new contract.
        id: of the amendment that ends the old one.
        agreed_on: the day on which both sides agreed.
        balances: of prepaid lines, at a stated value.
        facts: the work that drew those lines; needed where there are balances.
        evidence: ids of what it rests on.

    Raises:
        NotFound: a balance is of a line that there is not, or joins one that there is not.
        InvalidValue: the new contract is with another party or on the other side; one of its lines
            begins earlier; a balance is of a line without a fund of blocks, or joins one; or nobody
            said what it becomes in another unit.
        CurrencyMismatch: a balance or the new contract is in another currency.
        RuleBroken: the state of the old contract forbids it, both have one id, a balance is of
            more than is left, or it would go to another legal entity.
    """
    if to.id == contract.id:
        raise RuleBroken(f"contract {to.id!r} cannot follow itself: give the new one its own id")
    _refuse_other_parties(contract, to, facts or Facts())
    if to.currency != contract.currency:
        raise CurrencyMismatch(
            contract.currency,
            to.currency,
            f"contract {contract.id!r} is in {contract.currency}, but {to.id!r}, which is to "
            f"follow it, in {to.currency}: open it in {contract.currency}, or end the one and sell "
            "the other anew",
        )
    if early := [line.id for line in to.lines_ever if line.start < on]:
        raise InvalidValue(
            f"contract {to.id!r} takes over on {on}, but line {early[0]!r} begins on "
            f"{to.line(early[0]).start}"
        )
    left: dict[str, FundLeft] = {}
    given_up: defaultdict[str, list[MigratedLot]] = defaultdict(list)
    opening: defaultdict[str, list[MigratedLot]] = defaultdict(list)
    for balance in balances:
        if facts is None:
            raise InvalidValue(
                f"the balance of line {balance.line_id!r} depends on the work that drew it: give "
                "the facts"
            )
        name = balance.line_id
        if name not in left:
            left[name] = FundLeft(contract, name, on, agreed_on, facts)
        joins = None if balance.into is None else line_to_join(to, balance.into)
        if joins is not None and to.entity_id != contract.entity_id:
            raise RuleBroken(
                f"the balance of line {name!r} is owed by {contract.entity_id!r}, but contract "
                f"{to.id!r} is of {to.entity_id!r}: the books of two companies do not share it; "
                "pay it back with into=None and sell as much anew, or stay with the company"
            )
        lots = left[name].lots(balance)
        given_up[name] += lots
        if joins is not None:
            opening[joins.id] += opened_with(joins, balance, lots, fund_unit(contract.line(name)))
    ending = _ending(
        contract,
        on,
        [FundCloses(name, lots) for name, lots in given_up.items()],
        id=id,
        agreed_on=agreed_on,
        evidence=(to.id, *evidence),
    )
    lines = [attrs.evolve(line, opening=(*line.opening, *opening[line.id])) for line in to.lines]
    return Migration(ending, attrs.evolve(to, lines=lines, continues=contract.id))


def _refuse_other_parties(contract: Contract, to: Contract, facts: Facts) -> None:
    if contract.side is not to.side:
        raise InvalidValue(
            f"contract {to.id!r} is on the {to.side} side, but {contract.id!r} on the "
            f"{contract.side} side: a migration changes the kind of contract, not who serves whom"
        )
    if facts.customer(contract.party_id) != facts.customer(to.party_id):
        raise InvalidValue(
            f"contract {to.id!r} is with {to.party_id!r}, but {contract.id!r} with "
            f"{contract.party_id!r}: a migration stays with one party; pass the contract on to "
            "another with contracts.succeed, or merge the two in the directory of the facts"
        )


def _ending(
    contract: Contract,
    on: date,
    closed: Sequence[FundCloses],
    *,
    id: str,  # noqa: A002  the field's own name
    agreed_on: date,
    evidence: tuple[str, ...],
) -> Amendment:
    """Ends every line that still runs, and closes funds; blocks may outlive the last of the lines.

    Raises:
        RuleBroken: there is nothing to end.
    """
    event = ContractEvent.SUCCESSION
    if state_on(contract, agreed_on) is ContractState.ENDED:
        left = {
            line.id: last
            for line in contract.lines_ever
            if (last := drawn_through(contract, line.id)) is not None and last >= on
        }
        if closed:  # blocks that were kept go along: nothing else is left to end
            return Amendment(id, contract.id, agreed_on, on, closed, evidence=evidence)
        if left:
            name, last = next(iter(left.items()))
            raise RuleBroken(
                f"contract {contract.id!r} has ended before {agreed_on}, and what is left of line "
                f"{name!r} can be drawn until {last}: give a balance of that line to carry it"
            )
    require_possible(contract, event, agreed_on)
    try:
        ended = lines_ended(
            contract, on - _DAY, id=id, agreed_on=agreed_on, event=event, evidence=evidence
        )
    except RuleBroken:
        if not closed:
            raise
        return Amendment(id, contract.id, agreed_on, on, closed, event=event, evidence=evidence)
    return attrs.evolve(ended, changes=(*ended.changes, *closed))


def migration_forecast(
    contract: Contract,
    to: Contract,
    facts: Facts,
    terms: BillingTerms,
    year: Span,
    *,
    lines: Mapping[str, str] | None = None,
) -> MigrationForecast:
    """Forecast both contracts over a year, on the facts of the year before.

    Args:
        contract: as it is now, as if it went on.
        to: what may take its place, as if it held on all of those days.
        facts: what happened, last year's among it.
        terms: group, rates, policies.
        year: the days to forecast, usually twelve months from the day of the migration.
        lines: where time and expenses go: line of the old contract to line of the new one. What is
            not named goes to the one line of the new contract that takes it, if there is one: time
            to that of time worked, or to the fund that no other line passes work on to.

    Raises:
        NotFound: there is no such line.
    """
    named = {contract.line(old).id: to.line(new) for old, new in (lines or {}).items()}
    time, spent = list(_time_takers(to)), list(_expense_takers(to))
    moved = facts.moved(
        1, _places(contract, to, named, time, spent), _places(contract, to, named, spent, time)
    )
    return MigrationForecast(
        forecast(contract, facts.moved(1), terms, year), forecast(to, moved, terms, year)
    )


def _time_takers(contract: Contract) -> Iterator[ContractLine]:
    """The lines on which work is booked, and not only what another line leaves of it."""
    lines = contract.lines_ever
    fed = {one.id for line in lines for one in passes_on_to(lines, line)}
    for line in lines:
        takes = line.fund is not None or isinstance(line.source, TimeWorked)
        if takes and line.id not in fed:
            yield line


def _expense_takers(contract: Contract) -> Iterator[ContractLine]:
    return (line for line in contract.lines_ever if isinstance(line.source, ExpensesIncurred))


def _places(
    contract: Contract,
    to: Contract,
    named: Mapping[str, ContractLine],
    takers: Sequence[ContractLine],
    others: Sequence[ContractLine],
) -> dict[tuple[str, str], tuple[str, str]]:
    """Where facts go that ``takers`` take: as named, unless that is for facts of the other kind."""
    only = takers[0] if len(takers) == 1 else None
    places = {line.id: only for line in contract.lines_ever}
    places |= {old: new for old, new in named.items() if new not in others}
    return {(contract.id, old): (to.id, new.id) for old, new in places.items() if new is not None}
