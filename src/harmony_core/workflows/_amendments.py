"""A contract is amended: the change is kept with it, known from the first open day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.contracts import Amendment, Contract, require_possible
from harmony_core.errors import RuleBroken
from harmony_core.repositories.ports import Store, UnitOfWork
from harmony_core.workflows._facts import first_open_day


def amend_contract(store: Store, amendment: Amendment, today: date) -> Contract:
    """Keep an amendment that was accepted; gives the contract with it.

    It is known to the books from ``today``, or from the first day that is open when that day was
    billed or its month is closed: what was billed stays, and is corrected from there. The same
    amendment again changes nothing.

    Raises:
        NotFound: no such contract, or no such line.
        RuleBroken: it was agreed after ``today``; another amendment has its id; the state of the
            contract forbids it; or the contract cannot be amended so.
    """
    with store.begin() as unit:
        contract = unit.contracts.get(amendment.contract_id)
        return keep_amendments(unit, contract, (amendment,), today)


def keep_amendments(
    unit: UnitOfWork, contract: Contract, amendments: Iterable[Amendment], today: date
) -> Contract:
    """Keep amendments of one deed within a unit of work that the caller began."""
    known = first_open_day(unit, today)
    amended = contract
    for amendment in amendments:
        if amendment.agreed_on > today:
            raise RuleBroken(
                f"amendment {amendment.id!r} is agreed on {amendment.agreed_on}, after today "
                f"({today}): record it on its day; it may take effect on any later one"
            )
        if not _is_kept(contract, amendment):
            require_possible(contract, amendment.event, amendment.agreed_on)
            recorded = None if amendment.agreed_on == known else known
            amended = amended.amended(attrs.evolve(amendment, recorded_on=recorded))
    if amended is not contract:
        unit.contracts.save(amended)
    return amended


def _is_kept(contract: Contract, amendment: Amendment) -> bool:
    for kept in contract.amendments:
        if kept.id == amendment.id:
            if _unstamped(kept) == _unstamped(amendment):
                return True
            raise RuleBroken(
                f"contract {contract.id!r} has another amendment {amendment.id!r}: give this one "
                "its own id; what was agreed is not rewritten"
            )
    return False


def _unstamped(amendment: Amendment) -> Amendment:
    return attrs.evolve(amendment, recorded_on=None)
