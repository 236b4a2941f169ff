"""An accepted order becomes its contracts: once, and everything at once or a list of problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import attrs

from harmony_core.contracts import Contract, ContractLine, Side, overridden
from harmony_core.errors import (
    AccountNotMapped,
    AlreadyExecuted,
    HarmonyError,
    InputRejected,
    InvalidValue,
    PriceNotFound,
    Problem,
    RuleBroken,
)
from harmony_core.finance import LegalEntity, Role
from harmony_core.orders._order import Order, OrderLine
from harmony_core.pricing import PerUnit, PriceBook, Scheme
from harmony_core.products import (
    Behaviour,
    Catalogue,
    DeliveryMode,
    DevicesCounted,
    FixedQuantity,
    Level,
    Origin,
    Product,
)


@attrs.frozen
class Executed:
    """What an execution gives: the order, now executed, and its contracts."""

    order: Order
    contracts: tuple[Contract, ...]

    @property
    def project_lines(self) -> tuple[str, ...]:
        """The lines, ``contract/line``, that are delivered within a project: somebody opens one."""
        return self._references(lambda line: line.delivery is DeliveryMode.PROJECT)

    @property
    def device_lines(self) -> tuple[str, ...]:
        """The lines that count the customer's devices: somebody expects sightings of them."""
        return self._references(lambda line: isinstance(line.source, DevicesCounted))

    def _references(self, wanted: Callable[[ContractLine], bool]) -> tuple[str, ...]:
        lines = ((contract.id, line) for contract in self.contracts for line in contract.lines)
        return tuple(f"{contract_id}/{line.id}" for contract_id, line in lines if wanted(line))


@attrs.frozen
class Prices:
    """A price book, and the one price group of the customer who orders, if he is in any.

    Of an order's line the agreed price goes first, then the book's price on the day of the quote
    or of the acceptance, then the product's own scheme. The book is of sales prices: orders on the
    buy side leave it aside.

    Args:
        book: the prices.
        customer_group: the customer's price group.
        customer_id: whose prices, where that is not the order's party: the customer that a
            duplicate was merged into, or a parent that negotiates for all.
        quoted_on: the day of the prices while the order is not accepted yet.
    """

    book: PriceBook
    customer_group: str | None = None
    customer_id: str | None = None
    quoted_on: date | None = None


def execute(
    order: Order, catalogue: Catalogue, entity: LegalEntity, prices: Prices | None = None
) -> Executed:
    """Turn an accepted order into its contracts: everything at once, or a list of problems.

    Each line takes over the product's behaviour in the version of the day: that of the quote, or
    else that of the acceptance. What the line overrides goes before it, and the trail of the
    contract line says so. A bundle becomes one line for each of its parts, which share the
    bundle's price: the main article, which is the first, keeps the line's id, so that work on the
    bundle finds it; the others are ``2.2``, ``2.3`` and so on. Stages of a delivery become lines
    too, the later ones as ``2/2``, ``2/3``. With ``prices``, a line without an agreed price takes
    that of the book.

    Raises:
        RuleBroken: the order has not been accepted.
        AlreadyExecuted: it gave its contracts before.
        InputRejected: lines that cannot be executed, every problem with its path.
    """
    if order.executed:
        raise AlreadyExecuted(f"order {order.id!r} was executed: it gives its contracts once")
    if order.accepted_on is None:
        raise RuleBroken(f"order {order.id!r} is not accepted: call accept(day) first")
    lines, problems = _contract_lines(order, catalogue, entity, prices)
    if problems:
        raise InputRejected(problems)
    contracts = tuple(
        Contract(
            contract_id,
            order.side,
            order.party_id,
            order.entity_id,
            order.currency,
            tuple(lines[contract_id]),
            order.id,
        )
        for contract_id in lines
    )
    return Executed(attrs.evolve(order, executed=True), contracts)


def problems_of(
    order: Order, catalogue: Catalogue, entity: LegalEntity, prices: Prices | None = None
) -> tuple[Problem, ...]:
    """Everything that would keep the order from being executed; nothing when it is sound."""
    return tuple(_contract_lines(order, catalogue, entity, prices)[1])


def _contract_lines(
    order: Order, catalogue: Catalogue, entity: LegalEntity, prices: Prices | None
) -> tuple[dict[str, list[ContractLine]], list[Problem]]:
    lines: dict[str, list[ContractLine]] = {}
    problems: list[Problem] = []
    if not order.lines:
        problems.append(Problem.at(f"order {order.id}", "it has no lines"))
    if entity.id != order.entity_id:
        message = f"it is of entity {order.entity_id!r}, but {entity.id!r} was given"
        problems.append(Problem.at(f"order {order.id}", message))
    taken: set[tuple[str, str]] = set()
    for number, ordered in enumerate(order.lines):
        path = f"order {order.id}.lines[{number}]"
        try:
            made = list(_lines_of(order, ordered, catalogue, prices))
        except HarmonyError as reason:
            problems.append(Problem.at(path, str(reason)))
            continue
        faults = [fault for line in made for fault in _faults_of(line, order, entity)]
        names = [(ordered.contract_id, line.id) for line in made]
        faults += [
            f"contract {contract_id!r} has a line {line_id!r} already"
            for contract_id, line_id in names
            if (contract_id, line_id) in taken
        ]
        taken.update(names)
        problems += [Problem.at(path, fault) for fault in dict.fromkeys(faults)]
        lines.setdefault(ordered.contract_id, []).extend(made)
    return lines, problems


def _lines_of(
    order: Order, ordered: OrderLine, catalogue: Catalogue, prices: Prices | None
) -> Iterator[ContractLine]:
    day = _sale_day(order, prices)
    product = catalogue.product(ordered.product_id, day)
    if day is not None:
        product.refuse_withdrawn(day)
    price = _price(product, ordered, order, prices)
    if ordered.stages and not isinstance(price.scheme, PerUnit):
        raise InvalidValue(
            f"line {ordered.id!r} is delivered in stages, so it needs a price per unit, got "
            f"{price.scheme}: agree one, or order the stages as lines of their own"
        )
    for staged in _staged(ordered):
        if product.components:
            yield from _parts_of(order, staged, catalogue, product, price)
            continue
        trail = (product.origin, *price.origins)
        line = _line(staged, product, price.scheme, trail)
        yield _as_ordered(line, order, ordered)


def _staged(ordered: OrderLine) -> Iterator[OrderLine]:
    """Each stage as a line of its own: the first keeps the id, the others are ``2/2``, ``2/3``."""
    if not ordered.stages:
        yield ordered
    for number, stage in enumerate(ordered.stages, start=1):
        yield attrs.evolve(
            ordered,
            id=ordered.id if number == 1 else f"{ordered.id}/{number}",
            quantity=stage.quantity,
            start=stage.start,
            last_day=stage.last_day or ordered.last_day,
            stages=(),
        )


def _parts_of(
    order: Order,
    ordered: OrderLine,
    catalogue: Catalogue,
    bundle: Product,
    price: _Price,
) -> Iterator[ContractLine]:
    if not isinstance(price.scheme, PerUnit):
        raise InvalidValue(
            f"bundle {bundle.id!r} needs a price per unit to share, got {price.scheme}"
        )
    shared = Origin(Level.BUNDLE, bundle.id, (Behaviour.PRICE,))
    parts = catalogue.share(bundle.id, price.scheme.unit_price, price.day)
    for number, part in enumerate(parts, start=1):
        if not isinstance(part.product.quantity, FixedQuantity):
            raise InvalidValue(
                f"bundle {bundle.id!r} holds {part.product.id!r}, which is measured: "
                "a bundle's price can only be shared among fixed quantities"
            )
        held = attrs.evolve(
            ordered,
            id=ordered.id if number == 1 else f"{ordered.id}.{number}",
            quantity=ordered.quantity * part.quantity,
        )
        line = _line(held, part.product, PerUnit(part.unit_price), part.trail[:1])
        for origin in part.trail[1:]:
            line = overridden(line, origin)
        line = attrs.evolve(line, trail=(*line.trail, shared, *price.origins))
        yield _as_ordered(line, order, ordered)


def _as_ordered(line: ContractLine, order: Order, ordered: OrderLine) -> ContractLine:
    """The line with what the order overrides; its price is found already."""
    for override in ordered.overrides:
        origin = Origin.of(Level.ORDER, order.id, override)
        others = tuple(one for one in origin.behaviours if one is not Behaviour.PRICE)
        if others:
            line = overridden(line, attrs.evolve(origin, behaviours=others))
    return line


@attrs.frozen
class _Price:
    """The price of a line, the day that found it, and what gave it, if not the product."""

    scheme: Scheme
    day: date | None
    origins: tuple[Origin, ...] = ()


def _price(product: Product, ordered: OrderLine, order: Order, prices: Prices | None) -> _Price:
    """The price agreed, or the book's, or the product's own."""
    day = _sale_day(order, prices)
    if (agreed := _agreed(ordered)) is not None:
        if agreed.currency != order.currency:
            raise InvalidValue(
                f"the price {ordered.unit_price or agreed} is not in the order's currency "
                f"{order.currency}"
            )
        by = next((it for it in reversed(ordered.overrides) if it.scheme is not None), None)
        return _Price(agreed, day, (Origin(Level.ORDER, order.id, (Behaviour.PRICE,), None, by),))
    if prices is None or order.side is Side.BUY:
        return _Price(product.scheme(order.currency), day)
    try:
        return _of_the_book(product, order, prices)
    except PriceNotFound as not_in_book:
        try:
            return _Price(product.scheme(order.currency), day)
        except PriceNotFound as nowhere:
            raise PriceNotFound(f"{nowhere}; {not_in_book}") from None


def _sale_day(order: Order, prices: Prices | None) -> date | None:
    return order.sale_day or (None if prices is None else prices.quoted_on)


def _agreed(ordered: OrderLine) -> Scheme | None:
    if ordered.unit_price is not None:
        return PerUnit(ordered.unit_price)
    return ordered.agreed_scheme


def _of_the_book(product: Product, order: Order, prices: Prices) -> _Price:
    day = _sale_day(order, prices)
    if day is None:
        raise InvalidValue(
            f"order {order.id!r} is not accepted, so no day finds its prices: accept it, or say "
            "by quoted_on of which day they are"
        )
    entry = prices.book.find(
        product.id,
        order.currency,
        day,
        customer_id=prices.customer_id or order.party_id,
        customer_group=prices.customer_group,
    ).entry
    source = entry.id or f"{entry.product_id} {entry.span}"
    return _Price(entry.scheme, day, (Origin(Level.PRICE_BOOK, source, (Behaviour.PRICE,)),))


def _line(
    ordered: OrderLine, product: Product, scheme: Scheme, trail: tuple[Origin, ...]
) -> ContractLine:
    return ContractLine(
        id=ordered.id,
        product_id=product.id,
        names=product.names,
        type=product.type,
        division=product.division,
        unit=product.unit,
        quantity=ordered.quantity,
        scheme=scheme,
        source=product.quantity,
        billing=product.billing,
        accounting=product.accounting,
        tax_category=product.tax_category,
        start=ordered.start,
        last_day=ordered.last_day,
        delivery=product.delivery,
        renewal=product.renewal,
        fund=product.fund,
        serves=ordered.serves,
        trail=trail,
    )


def _faults_of(line: ContractLine, order: Order, entity: LegalEntity) -> Iterator[str]:
    """What would stop a later night: found now, on the day of the order."""
    for role in _roles_of(line, order.side):
        try:
            entity.account(role)
        except AccountNotMapped as missing:
            yield str(missing)
    if line.fund is not None:
        for look_up in (line.fund.units_for, line.fund.overage_price, line.fund.top_up_in):
            try:
                look_up(order.currency)
            except PriceNotFound as missing:
                yield str(missing)


def _roles_of(line: ContractLine, side: Side) -> Iterator[str]:
    """The accounts that the line's invoices and months will be booked to."""
    if side is Side.BUY:
        yield from (line.accounting.cost_role, Role.PURCHASE_BALANCE, Role.PAYABLE)
    else:
        yield from (line.accounting.revenue_role, Role.CONTRACT_BALANCE, Role.RECEIVABLE)
        yield Role.TAX_PAYABLE
    if line.fund is not None:
        yield Role.BREAKAGE_REVENUE
    yield Role.ROUNDING
