"""A contract is amended: the change is kept with it, known from the first open day.

What an amendment will change, and which credits it gives, is stated before from the same store:
:func:`stated_amendment` sees what the books see, and knows the amendment from the same day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.billing import AmendmentCharges, Impact, charges_of, impact
from harmony_core.contracts import (
    Amendment,
    Contract,
    NoticeEffect,
    require_possible,
    without_effect,
)
from harmony_core.errors import RuleBroken
from harmony_core.repositories.ports import Store, UnitOfWork
from harmony_core.workflows._facts import first_open_day
from harmony_core.workflows._scene import Scene


@attrs.frozen
class AmendedContract:
    """What a deed left.

    Attributes:
        contract: as it stands now.
        amendments: those of the deed, as they are kept: with the day from which they are known.
        notice: what a notice does to each line; ``None`` where the deed is none.
    """

    contract: Contract
    amendments: tuple[Amendment, ...]
    notice: NoticeEffect | None = None


@attrs.frozen
class StatedAmendment:
    """What an amendment changes and what it makes fall due, before anybody accepts it.

    Attributes:
        impact: by service period, as far as was asked for.
        charges: its charges and credits, as the night will make them.
    """

    amendment: Amendment
    impact: Impact
    charges: AmendmentCharges


def stated_amendment(
    store: Store, amendment: Amendment, today: date, through: date
) -> StatedAmendment:
    """State what an amendment would change if it were accepted today; nothing is kept.

    It is known from the day from which :func:`amend_contract` would have it known, and nothing that
    is billed already is stated again.

    Args:
        store: contract, facts, rates and what is billed.
        amendment: as it would be agreed.
        today: the day on which it would be entered.
        through: how far to look, such as the last day of the term.

    Raises:
        NotFound: no such contract, or no such line.
        RuleBroken: the state of the contract forbids it, or it cannot be amended so.
    """
    with store.begin() as unit:
        contract = unit.contracts.get(amendment.contract_id)
        (known,) = _as_known(unit, contract, (amendment,), today)
        scene = Scene.load(unit)
        contract = scene.contracts[contract.id]
        charged = unit.charges.keys()
        return StatedAmendment(
            known,
            impact(contract, known, scene.facts, scene.terms, through),
            charges_of(contract, known, scene.facts, scene.terms, through=through, charged=charged),
        )


def amend_contract(store: Store, amendment: Amendment, today: date) -> AmendedContract:
    """Keep an amendment that was accepted; gives the contract with it.

    It is known to the books from ``today``, or from the first day that is open when that day was
    billed or its month is closed: what was billed stays, and is corrected from there. The same
    amendment again changes nothing.

    Raises:
        NotFound: no such contract, or no such line.
        RuleBroken: it was agreed after ``today``; another amendment has its id; the state of the
            contract forbids it; the contract cannot be amended so; or a line that it changes has
            ended by then, so that it would have no effect.
    """
    with store.begin() as unit:
        contract = unit.contracts.get(amendment.contract_id)
        return keep_amendments(unit, contract, (amendment,), today)


def keep_amendments(
    unit: UnitOfWork,
    contract: Contract,
    amendments: Iterable[Amendment],
    today: date,
    notice: NoticeEffect | None = None,
) -> AmendedContract:
    """Keep amendments of one deed within a unit of work that the caller began."""
    kept = {one.id: one for one in contract.amendments}
    amended, known = contract, _as_known(unit, contract, amendments, today)
    for amendment in known:
        if amendment.id not in kept:
            amended = amended.amended(amendment)
    if amended is not contract:
        unit.contracts.save(amended)
    return AmendedContract(amended, known, notice)


def _as_known(
    unit: UnitOfWork, contract: Contract, amendments: Iterable[Amendment], today: date
) -> tuple[Amendment, ...]:
    """The amendments with the day from which they are known; those that are kept as they are."""
    known, found, amended = first_open_day(unit, today), [], contract
    for amendment in amendments:
        if amendment.agreed_on > today:
            raise RuleBroken(
                f"amendment {amendment.id!r} is agreed on {amendment.agreed_on}, after today "
                f"({today}): record it on its day; it may take effect on any later one"
            )
        stamped = _kept(contract, amendment)
        if stamped is None:
            require_possible(contract, amendment.event, amendment.agreed_on)
            recorded = None if amendment.agreed_on == known else known
            stamped = attrs.evolve(amendment, recorded_on=recorded)
            amended = amended.amended(stamped)
            _refuse_without_effect(amended, stamped)
        found.append(stamped)
    return tuple(found)


def _refuse_without_effect(amended: Contract, amendment: Amendment) -> None:
    for idle in without_effect(amended):
        if idle.amendment_id == amendment.id:
            ends = "never runs" if idle.ends_on is None else f"ends on {idle.ends_on}"
            raise RuleBroken(
                f"amendment {amendment.id!r} changes line {idle.change.line_id!r} of contract "
                f"{amended.id!r} from {amendment.first_day}, but the line {ends}: take an earlier "
                "day, let the line run on, or leave it out"
            )


def _kept(contract: Contract, amendment: Amendment) -> Amendment | None:
    for kept in contract.amendments:
        if kept.id == amendment.id:
            if _unstamped(kept) == _unstamped(amendment):
                return kept
            raise RuleBroken(
                f"contract {contract.id!r} has another amendment {amendment.id!r}: give this one "
                "its own id; what was agreed is not rewritten"
            )
    return None


def _unstamped(amendment: Amendment) -> Amendment:
    return attrs.evolve(amendment, recorded_on=None)
