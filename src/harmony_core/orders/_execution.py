"""An accepted order becomes its contracts: once, and everything at once or a list of problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
from harmony_core.finance import ExactAmount, LegalEntity, Role
from harmony_core.orders._line_price import (
    LinePrice,
    Prices,
    line_price,
    sale_day,
    unit_price_in,
)
from harmony_core.orders._order import Order, OrderLine
from harmony_core.pricing import Scheme, anchored, repriced
from harmony_core.products import (
    Behaviour,
    BundlePart,
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
    day = sale_day(order, prices)
    product = catalogue.product(ordered.product_id, day)
    if day is not None:
        product.refuse_withdrawn(day)
    price = line_price(product, ordered, order, prices)
    if ordered.stages and unit_price_in(price.scheme) is None:
        raise InvalidValue(
            f"line {ordered.id!r} is delivered in stages, so it needs a price per unit, got "
            f"{price.scheme}: agree one, or order the stages as lines of their own"
        )
    if ordered.stages:  # one thing ordered has one anniversary
        price = attrs.evolve(price, scheme=anchored(price.scheme, ordered.start))
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
    price: LinePrice,
) -> Iterator[ContractLine]:
    shared = Origin(Level.BUNDLE, bundle.id, (Behaviour.PRICE,))
    for number, (part, scheme) in enumerate(_parts_sold(catalogue, bundle, price), start=1):
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
        said = tuple(origin for origin in part.trail if origin.override is None)
        line = _line(held, part.product, scheme, said)
        for origin in part.trail[len(said) :]:
            line = overridden(line, origin)
        line = attrs.evolve(line, trail=(*line.trail, shared, *price.origins))
        yield _as_ordered(line, order, ordered)


def _parts_sold(
    catalogue: Catalogue, bundle: Product, price: LinePrice
) -> Iterator[tuple[BundlePart, Scheme]]:
    """Each part with its price: every price that the bundle ever has is shared alike."""
    first = unit_price_in(price.scheme)
    if first is None:
        raise InvalidValue(
            f"bundle {bundle.id!r} needs a price per unit to share, got {price.scheme}"
        )
    for place, part in enumerate(catalogue.share(bundle.id, first, price.day)):

        def share(amount: ExactAmount, place: int = place) -> ExactAmount:
            return catalogue.share(bundle.id, amount, price.day)[place].unit_price

        yield part, repriced(price.scheme, share)


def _as_ordered(line: ContractLine, order: Order, ordered: OrderLine) -> ContractLine:
    """The line with what the order overrides; its price is found already."""
    for override in ordered.overrides:
        origin = Origin.of(Level.ORDER, order.id, override)
        others = tuple(one for one in origin.behaviours if one is not Behaviour.PRICE)
        if others:
            line = overridden(line, attrs.evolve(origin, behaviours=others))
    return line


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
        tax_included=product.tax_included,
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
    if line.tax_included and order.side is Side.BUY:
        yield (
            f"line {line.id!r} is bought at a price that includes tax: which it is says the "
            "supplier's bill; override it with tax_included=False and a net price"
        )
    if line.fund is not None:
        fund = line.fund
        needed: list[Callable[[str], object]] = [fund.incidents_in, fund.top_up_in]
        needed += [fund.units_for] if fund.units_per_hour else []
        needed += [fund.overage_price] if fund.needs_a_price else []
        for look_up in needed:
            try:
                look_up(order.currency)
            except PriceNotFound as missing:
                yield str(missing)


def _roles_of(line: ContractLine, side: Side) -> Iterator[str]:
    """The accounts that the line's invoices and months will be booked to."""
    if side is Side.BUY:
        accounting = line.accounting
        yield accounting.revenue_role if accounting.agent else accounting.cost_role
        yield from (Role.PURCHASE_BALANCE, Role.PAYABLE)
    else:
        yield from (line.accounting.revenue_role, Role.CONTRACT_BALANCE, Role.RECEIVABLE)
        yield Role.TAX_PAYABLE
    if line.fund is not None:
        yield Role.BREAKAGE_REVENUE
    yield Role.ROUNDING
