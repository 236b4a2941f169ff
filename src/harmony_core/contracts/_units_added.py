"""More or fewer units of a line from a day on, as amendments of what is agreed then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from harmony_core.contracts._amendment import Amendment, NewQuantity
from harmony_core.contracts._contract import Contract
from harmony_core.errors import RuleBroken
from harmony_core.explanation import exact_text
from harmony_core.finance import Exact, exact


def units_added(
    contract: Contract,
    line_id: str,
    units: Exact,
    first_day: date,
    *,
    id: str,  # noqa: A002  the field's own name
    agreed_on: date,
) -> tuple[Amendment, ...]:
    """Add units to a line from a day on, or take them off.

    An amendment states the quantity that holds, so there is one for ``first_day``, and one more
    for every later day from which another quantity is agreed already (a reduction that waits for
    the end of a term): the units are added there too. What was billed of them already comes as a
    correction, the rest with the regular bills, so that all units end together.

    Args:
        contract: with the amendments that are known.
        line_id: of a line with an agreed quantity.
        units: added; below zero they are taken off.
        first_day: the first day with them, or without them.
        id: of the amendment; those for later days have ``/2``, ``/3`` and so on after it.
        agreed_on: the day on which both sides agreed.

    Raises:
        NotFound: the contract has no such line.
        RuleBroken: the line does not run on that day, is measured, or has fewer units.
    """
    agreed = contract.line_on(line_id, first_day)
    if agreed is None:
        raise RuleBroken(
            f"line {line_id!r} of contract {contract.id!r} does not run on {first_day}: add a "
            "line, or take a day on which it runs"
        )
    if not agreed.is_fixed:
        raise RuleBroken(
            f"line {line_id!r} of contract {contract.id!r} is measured: its units follow the facts"
        )
    by = exact(units, "added units")
    made: list[Amendment] = []
    for day, quantity in ((first_day, agreed.quantity), *_later(contract, line_id, first_day)):
        if quantity + by < 0:
            raise RuleBroken(
                f"line {line_id!r} of contract {contract.id!r} has {exact_text(quantity)} units "
                f"from {day}, fewer than the {exact_text(-by)} to take off"
            )
        name = f"{id}/{len(made) + 1}" if made else id
        changes = [NewQuantity(line_id, quantity + by)]
        made.append(Amendment(name, contract.id, agreed_on, day, changes))
    return tuple(made)


def _later(contract: Contract, line_id: str, day: date) -> Iterator[tuple[date, Fraction]]:
    """The quantities that are agreed from later days on; of one day the one agreed last."""
    found: dict[date, Fraction] = {}
    for amendment in contract.amendments:
        for change in amendment.changes:
            if (
                amendment.first_day > day
                and isinstance(change, NewQuantity)
                and change.line_id == line_id
            ):
                found[amendment.first_day] = change.quantity
    yield from found.items()
