"""Where work goes that a prepaid line does not cover: to other lines, in a stated order.

A customer has an allowance, then a block, then pays by the hour. The allowance says so itself, in
:attr:`FundTerms.passes_to <harmony_core.products.FundTerms>`, by the ids of products, so that a
block that is bought later takes its place in the order by being there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from graphlib import CycleError, TopologicalSorter

from harmony_core.contracts._line import ContractLine
from harmony_core.errors import InvalidValue
from harmony_core.periods import Span, add_months
from harmony_core.products import DrawOrder, TimeWorked


def passes_on_to(lines: Iterable[ContractLine], line: ContractLine) -> tuple[ContractLine, ...]:
    """Give the lines that are asked, in order, for what a prepaid line leaves of its work.

    Several lines of one product stand in the draw order that their fund agreed on, by their first
    blocks; lines of the hour in the order of their first days.

    Args:
        lines: all lines of the contract.
        line: one of them; what is not prepaid passes nothing on.
    """
    if line.fund is None or not line.fund.passes_to:
        return ()
    others = [one for one in lines if one.id != line.id]
    found: dict[str, ContractLine] = {}
    for name in line.fund.passes_to:
        called = [one for one in others if one.id == name]
        for one in called or sorted(_of_product(others, name), key=_place):
            found.setdefault(one.id, one)
    return tuple(found.values())


def fed_by(lines: Iterable[ContractLine], line: ContractLine) -> tuple[ContractLine, ...]:
    """Give the prepaid lines whose draws can change what is left for a line, in their order."""
    every = list(lines)
    if not any(one.fund is not None and one.fund.passes_to for one in every):
        return ()
    direct: dict[str, set[str]] = {}
    for before, after in _steps(every):
        direct.setdefault(after, set()).add(before)
    found: set[str] = set()
    to_ask = [line.id]
    while to_ask:
        new = direct.get(to_ask.pop(), set()) - found
        found |= new
        to_ask += new
    return tuple(one for one in every if one.id in found and one.fund is not None)


def refuse_circles(contract_id: str, lines: Iterable[ContractLine]) -> None:
    """Refuse lines that pass work on in a circle, or to what takes no work.

    Raises:
        InvalidValue: they do.
    """
    every = list(lines)
    graph: TopologicalSorter[str] = TopologicalSorter()
    for before, after in _steps(every):
        graph.add(after, before)
    try:
        graph.prepare()
    except CycleError as circle:
        around = " -> ".join(circle.args[1])
        raise InvalidValue(
            f"contract {contract_id!r} passes work on in a circle, {around}: let the last of them "
            "pass nothing on"
        ) from None
    for line in every:
        for one in passes_on_to(every, line):
            by_incident = one.fund is not None and bool(one.fund.incidents)
            if by_incident or (one.fund is None and not isinstance(one.source, TimeWorked)):
                raise InvalidValue(
                    f"line {line.id!r} of contract {contract_id!r} passes work on to {one.id!r}, "
                    "which takes none: name a prepaid line, or one of time worked"
                )


def _steps(lines: list[ContractLine]) -> Iterator[tuple[str, str]]:
    """Every pair of lines of which the first can leave something for the second."""
    for line in lines:
        asked = (line, *passes_on_to(lines, line))
        for number, after in enumerate(asked):
            yield from ((before.id, after.id) for before in asked[:number])


def _of_product(lines: Iterable[ContractLine], product_id: str) -> Iterator[ContractLine]:
    return (one for one in lines if one.product_id == product_id)


def _place(line: ContractLine) -> tuple[date, date, str]:
    terms = line.fund
    if terms is None or terms.order is DrawOrder.START or terms.rollover is not None:
        return line.start, line.start, line.id
    ends = Span(line.start, add_months(line.start, terms.valid_months)).end
    return ends, line.start, line.id
