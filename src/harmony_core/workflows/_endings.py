"""Notice is given and taken back, contracts end, and others take their place: kept with the books.

Each decides by the pure functions of ``harmony_core.contracts`` and keeps amendments, all of them
or none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from harmony_core.contracts import (
    Contract,
    Succession,
    notice_effect,
    notice_kept,
    notice_withdrawn,
)
from harmony_core.errors import RuleBroken
from harmony_core.repositories.ports import Store
from harmony_core.workflows._amendments import AmendedContract, keep_amendments


def give_notice(
    store: Store,
    contract_id: str,
    received: date,
    today: date,
    *,
    id: str,  # noqa: A002  the field's own name
    line_ids: Iterable[str] = (),
    evidence: Iterable[str] = (),
) -> AmendedContract:
    """Keep a notice that was received; gives the contract, and what the notice does to each line.

    The day of receipt decides, whenever it is entered: what was billed beyond the end by then is
    given back. The same notice again changes nothing, whatever has ended a line since.

    Raises:
        NotFound: no such contract, or no such line.
        RuleBroken: it was received after ``today``, the state of the contract forbids it, there
            is nothing that it could end, or another notice has its id.
    """
    if received > today:
        raise RuleBroken(f"a notice received on {received} is entered on that day, not on {today}")
    with store.begin() as unit:
        contract = unit.contracts.get(contract_id)
        named = tuple(line_ids)
        effect = notice_kept(contract, id)
        if effect is None:
            effect = notice_effect(contract, received, id=id, line_ids=named, evidence=evidence)
        elif not effect.says(received, named, evidence):
            raise RuleBroken(
                f"contract {contract.id!r} has another notice {id!r}, received on "
                f"{effect.received}: give this one its own id"
            )
        return keep_amendments(unit, contract, effect.amendments, today, effect)


def withdraw_notice(
    store: Store,
    contract_id: str,
    notice_id: str,
    today: date,
    *,
    id: str,  # noqa: A002  the field's own name
) -> AmendedContract:
    """Keep that a notice was taken back, agreed on today; gives the contract as it goes on.

    Raises:
        NotFound: no such contract.
        RuleBroken: the notice has ended the contract already, or ended nothing.
    """
    with store.begin() as unit:
        contract = unit.contracts.get(contract_id)
        amendments = notice_withdrawn(contract, notice_id, today, id=id)
        return keep_amendments(unit, contract, amendments, today)


def succeed_contract(store: Store, succession: Succession, today: date) -> Contract:
    """Keep that a contract takes the place of another; gives the new one.

    Raises:
        NotFound: there is no old contract.
        RuleBroken: the state of the old contract forbids it, or the new one's id is taken.
    """
    with store.begin() as unit:
        if any(one.id == succession.successor.id for one in unit.contracts.all()):
            raise RuleBroken(
                f"there is a contract {succession.successor.id!r} already: give the new one its "
                "own id"
            )
        old = unit.contracts.get(succession.ending.contract_id)
        keep_amendments(unit, old, (succession.ending,), today)
        unit.contracts.add(succession.successor)
        return succession.successor
