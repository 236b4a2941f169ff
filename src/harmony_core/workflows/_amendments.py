"""A contract is amended: the change is kept with it, known from the first open day."""

from __future__ import annotations

from datetime import date

import attrs

from harmony_core.contracts import Amendment, Contract
from harmony_core.errors import RuleBroken
from harmony_core.repositories.ports import Store
from harmony_core.workflows._facts import first_open_day


def amend_contract(store: Store, amendment: Amendment, today: date) -> Contract:
    """Keep an amendment that was accepted; gives the contract with it.

    It is known to the books from ``today``, or from the first day that is open when that day was
    billed or its month is closed: what was billed stays, and is corrected from there. The same
    amendment again changes nothing.

    Raises:
        NotFound: no such contract, or no such line.
        RuleBroken: it was agreed after ``today``; another amendment has its id; or the contract
            cannot be amended so.
    """
    if amendment.agreed_on > today:
        raise RuleBroken(
            f"amendment {amendment.id!r} is agreed on {amendment.agreed_on}, after today "
            f"({today}): record it on its day; it may take effect on any later one"
        )
    with store.begin() as unit:
        contract = unit.contracts.get(amendment.contract_id)
        known = first_open_day(unit, today)
        stamped = attrs.evolve(
            amendment, recorded_on=None if amendment.agreed_on == known else known
        )
        for kept in contract.amendments:
            if kept.id == amendment.id:
                if attrs.evolve(kept, recorded_on=None) == attrs.evolve(
                    amendment, recorded_on=None
                ):
                    return contract
                raise RuleBroken(
                    f"contract {contract.id!r} has another amendment {amendment.id!r}: give this "
                    "one its own id; what was agreed is not rewritten"
                )
        amended = contract.amended(stamped)
        unit.contracts.save(amended)
        return amended


def _unstamped(amendment: Amendment) -> Amendment:
    return attrs.evolve(amendment, recorded_on=None)
