"""A contract line against what it inherited from: overrides, and differences to the product.

A later version of a product leaves what was sold alone. Which lines it would change, and in what,
is a list that somebody reads before he offers the change to the customers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from harmony_core.contracts._contract import Contract
from harmony_core.contracts._line import ContractLine
from harmony_core.contracts._possible_end import lines_from
from harmony_core.errors import InvalidValue, PriceNotFound
from harmony_core.pricing import anchored
from harmony_core.products import (
    Behaviour,
    Level,
    Origin,
    Product,
    given_by,
    refuse_impossible,
)


def overridden(line: ContractLine, origin: Origin) -> ContractLine:
    """Give a line that behaves as a level decided, with the decision on its trail.

    It is for a line that is being agreed: it holds from the line's first day on.

    Args:
        line: what is inherited.
        origin: the level and its override, see :meth:`harmony_core.products.Origin.of`.

    Raises:
        InvalidValue: the behaviours contradict each other, the price is in another currency, or
            the origin has no override.
    """
    override = origin.override
    if override is None:
        raise InvalidValue(f"{origin.level.value} {origin.source!r} overrides nothing: say what")
    changes = {
        _FIELDS[behaviour]: value
        for behaviour, value in override.changes.items()
        if behaviour in origin.behaviours
    }
    scheme = changes.get("scheme", line.scheme)
    if scheme.currency != line.scheme.currency:
        raise InvalidValue(
            f"line {line.id!r} is priced in {line.scheme.currency}, but the override in "
            f"{scheme.currency}: write it in the line's currency"
        )
    try:
        made = attrs.evolve(line, **changes, trail=(*line.trail, origin))
        refuse_impossible(
            made.type, made.source, made.billing, made.accounting, made.fund, renewal=made.renewal
        )
    except InvalidValue as reason:
        raise InvalidValue(
            f"line {line.id!r} cannot behave as {override.by} decided on {override.on}: {reason}"
        ) from None
    return made


_FIELDS = {behaviour: behaviour.value for behaviour in Behaviour} | {
    Behaviour.PRICE: "scheme",
    Behaviour.QUANTITY: "source",
}


@attrs.frozen
class Difference:
    """A behaviour in which a line and a version of its product differ.

    Attributes:
        behaviour: which one.
        agreed: what the line has.
        offered: what the product has; ``None`` for a price that it has not in that currency.
        decided: whether the line has it because somebody decided so, and not from the product.
    """

    behaviour: Behaviour
    agreed: Any
    offered: Any
    decided: bool


@attrs.frozen
class Affected:
    """A line of a contract that differs from a version of its product."""

    contract_id: str
    line_id: str
    differences: tuple[Difference, ...]

    @property
    def inherited(self) -> tuple[Difference, ...]:
        """The differences that a change of the product alone made."""
        return tuple(one for one in self.differences if not one.decided)


def differences(line: ContractLine, product: Product) -> tuple[Difference, ...]:
    """List the behaviours in which a line differs from a version of its product.

    Raises:
        InvalidValue: it is another product.
    """
    if product.id != line.product_id:
        raise InvalidValue(f"line {line.id!r} is of {line.product_id!r}, not of {product.id!r}")
    offered = _offered(line, product)
    agreed = {behaviour: getattr(line, _FIELDS[behaviour]) for behaviour in offered}
    return tuple(
        Difference(behaviour, agreed[behaviour], offer, _is_decided(line, behaviour))
        for behaviour, offer in offered.items()
        if agreed[behaviour] != offer
    )


def affected_by(
    product: Product, contracts: Iterable[Contract], day: date | None = None
) -> tuple[Affected, ...]:
    """List the lines that differ from a version of their product, by contract and line.

    Compared is what is agreed by now, amendments included: a price that an amendment agreed on is
    decided, and a line that was added later is there too. Nothing is changed by it: what was agreed
    stays until somebody agrees otherwise.

    Args:
        product: the version that is offered, usually the newest.
        contracts: with their amendments.
        day: lines that have ended by it are left out, and the others stand as on that day, or as
            on their first one; without it every line counts, as it stood last.
    """
    return tuple(
        Affected(contract.id, line.id, found)
        for contract in sorted(contracts, key=lambda contract: contract.id)
        for line in _as_agreed(contract, product.id, day)
        if (found := _since(contract.line(line.id), line, product))
    )


def _as_agreed(contract: Contract, product_id: str, day: date | None) -> Iterator[ContractLine]:
    if day is not None:
        yield from (one for one in lines_from(contract, day) if one.product_id == product_id)
        return
    for line in contract.lines_ever:
        if line.product_id == product_id:
            amended = {
                amendment.first_day
                for amendment in contract.amendments
                if any(change.line_id == line.id for change in amendment.changes)
            }
            days = sorted({line.start, *(one for one in amended if one > line.start)})
            standing = [contract.line_on(line.id, one) for one in days]
            yield from [one for one in standing if one is not None][-1:]


def _since(first: ContractLine, line: ContractLine, product: Product) -> tuple[Difference, ...]:
    """The differences of a line; what an amendment agreed on since is decided."""
    return tuple(
        attrs.evolve(one, decided=one.decided or one.agreed != getattr(first, name))
        for one in differences(line, product)
        for name in (_FIELDS[one.behaviour],)
    )


def _offered(line: ContractLine, product: Product) -> Mapping[Behaviour, Any]:
    try:
        scheme = anchored(product.scheme(line.scheme.currency), line.start)
    except PriceNotFound:
        scheme = None
    said = {
        behaviour: getattr(product, behaviour.value)
        for behaviour in Behaviour
        if behaviour is not Behaviour.PRICE
    }
    return {Behaviour.PRICE: scheme} | said


def _is_decided(line: ContractLine, behaviour: Behaviour) -> bool:
    return bool(line.trail) and given_by(line.trail, behaviour).level is not Level.PRODUCT
