"""Orders on the sell and the buy side, and their execution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.contracts import Contract, ContractLine, Side
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
from harmony_core.finance import Exact, ExactAmount, LegalEntity, Role, exact
from harmony_core.pricing import PerUnit, PriceBook, Scheme
from harmony_core.products import Catalogue, FixedQuantity, Product


def _quantity(value: Exact) -> Fraction:
    return exact(value, "a quantity")


def _plain_date(name: str, day: object) -> None:
    if type(day) is not date:  # a datetime passes isinstance, but compares differently
        raise InvalidValue(f"{name} must be a plain date, got {day!r}")


@attrs.frozen
class OrderLine:
    """One thing ordered.

    Args:
        id: unique within its contract.
        contract_id: the contract that the line becomes part of when the order is executed.
        quantity: agreed units; zero where the product measures them.
        unit_price: the price agreed, where it differs from the catalogue's.
        last_day: last day of service, inclusive; ``None`` for an open end.
        serves: on the buy side, the sell contract whose direct cost this is.

    Raises:
        InvalidValue: a first or last day that is not a plain date.
    """

    id: str
    contract_id: str
    product_id: str
    quantity: Fraction = attrs.field(converter=_quantity)
    start: date
    last_day: date | None = None
    unit_price: ExactAmount | None = None
    serves: str | None = None

    def __attrs_post_init__(self) -> None:
        _plain_date(f"start of line {self.id!r}", self.start)
        if self.last_day is not None:
            _plain_date(f"last_day of line {self.id!r}", self.last_day)


def _side(value: Side) -> Side:
    return Side(value)


def _lines(lines: Iterable[OrderLine]) -> tuple[OrderLine, ...]:
    if not isinstance(lines, Iterable):
        raise InvalidValue(f"the lines of an order are a list, got {lines!r}")
    return tuple(lines)


@attrs.frozen
class Order:
    """A priced promise between an entity of the group and a customer or supplier.

    Raises:
        InvalidValue: an empty id, a side that is neither, or an acceptance without a plain date.
    """

    id: str
    side: Side = attrs.field(converter=_side)
    party_id: str
    entity_id: str
    currency: str
    lines: tuple[OrderLine, ...] = attrs.field(converter=_lines)
    accepted_on: date | None = None
    executed: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.id:
            raise InvalidValue("an order needs an id: its contracts name it by that")
        if self.accepted_on is not None:
            _plain_date(f"accepted_on of order {self.id!r}", self.accepted_on)

    def accept(self, day: date) -> Order:
        """The same order, accepted on ``day``.

        Raises:
            RuleBroken: it was accepted before, on another day.
        """
        if self.accepted_on not in (None, day):
            raise RuleBroken(f"order {self.id!r} was accepted on {self.accepted_on}, not on {day}")
        return attrs.evolve(self, accepted_on=day)


@attrs.frozen
class Executed:
    """What an execution gives: the order, now executed, and its contracts."""

    order: Order
    contracts: tuple[Contract, ...]


@attrs.frozen
class Prices:
    """A price book, and the one price group of the customer who orders, if he is in any.

    Of an order's line the agreed unit price goes first, then the book's price on the day of
    acceptance, then the product's own scheme. The book is of sales prices: orders on the buy side
    leave it aside.

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

    Each line takes over the product's behaviour as it is now. A bundle becomes one line for each
    of its parts, which share the bundle's price by their percentages: the main article, which is
    the first, keeps the line's id, so that work on the bundle finds it; the others are ``2.2``,
    ``2.3`` and so on. With ``prices``, a line without an agreed price takes that of the book.

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
    product = catalogue.product(ordered.product_id)
    scheme = _scheme(product, ordered, order, prices)
    if not product.components:
        yield _line(ordered, product, ordered.id, ordered.quantity, scheme)
        return
    if not isinstance(scheme, PerUnit):
        raise InvalidValue(f"bundle {product.id!r} needs a price per unit to share, got {scheme}")
    bundle_price = scheme.unit_price
    for number, (part, quantity, share) in enumerate(_shares(catalogue, product), start=1):
        if not isinstance(part.quantity, FixedQuantity):
            raise InvalidValue(
                f"bundle {product.id!r} holds {part.id!r}, which is measured: "
                "a bundle's price can only be shared among fixed quantities"
            )
        scheme = PerUnit(bundle_price * (share / quantity))
        line_id = ordered.id if number == 1 else f"{ordered.id}.{number}"
        yield _line(ordered, part, line_id, ordered.quantity * quantity, scheme)


def _shares(catalogue: Catalogue, bundle: Product) -> Iterator[tuple[Product, Fraction, Fraction]]:
    """The parts of a bundle, nested ones opened: product, quantity and share of the price."""
    for component in bundle.components:
        part, share = catalogue.product(component.product_id), component.share_percent / 100
        if not part.components:
            yield part, component.quantity, share
            continue
        for inner, quantity, inner_share in _shares(catalogue, part):
            yield inner, component.quantity * quantity, share * inner_share


def _scheme(product: Product, ordered: OrderLine, order: Order, prices: Prices | None) -> Scheme:
    """The price agreed, or the book's, or the product's own."""
    if ordered.unit_price is not None:
        if ordered.unit_price.currency != order.currency:
            raise InvalidValue(
                f"the price {ordered.unit_price} is not in the order's currency {order.currency}"
            )
        return PerUnit(ordered.unit_price)
    if prices is None or order.side is Side.BUY:
        return product.scheme(order.currency)
    try:
        return _of_the_book(product, order, prices)
    except PriceNotFound as not_in_book:
        try:
            return product.scheme(order.currency)
        except PriceNotFound as nowhere:
            raise PriceNotFound(f"{nowhere}; {not_in_book}") from None


def _of_the_book(product: Product, order: Order, prices: Prices) -> Scheme:
    day = order.accepted_on or prices.quoted_on
    if day is None:
        raise InvalidValue(
            f"order {order.id!r} is not accepted, so no day finds its prices: accept it, or say "
            "by quoted_on of which day they are"
        )
    return prices.book.find(
        product.id,
        order.currency,
        day,
        customer_id=prices.customer_id or order.party_id,
        customer_group=prices.customer_group,
    ).scheme


def _line(
    ordered: OrderLine, product: Product, line_id: str, quantity: Fraction, scheme: Scheme
) -> ContractLine:
    return ContractLine(
        id=line_id,
        product_id=product.id,
        names=product.names,
        type=product.type,
        division=product.division,
        unit=product.unit,
        quantity=quantity,
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
    )


def _faults_of(line: ContractLine, order: Order, entity: LegalEntity) -> Iterator[str]:
    """What would stop a later night: found now, on the day of the order."""
    for role in _roles_of(line, order.side):
        try:
            entity.account(role)
        except AccountNotMapped as missing:
            yield str(missing)
    if line.fund is not None:
        for look_up in (line.fund.units_for, line.fund.overage_price):
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
