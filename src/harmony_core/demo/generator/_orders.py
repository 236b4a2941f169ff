"""The order book: every accepted order, its one contract and its lines, numbered as they come."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from harmony_core.demo.generator._customers import customers
from harmony_core.demo.generator._products import Product, products
from harmony_core.demo.generator._rows import LAST_DAY, Json, Order, OrderLine, TimeEntry

# The first number of each type, so that a contract of one type does not renumber the others.
BLOCKS = {"transactional": (1, 40), "recurring": (41, 90), "prepayment": (131, 45),
          "consumption": (176, 65), "special": (241, 60)}  # fmt: skip


class Sold(NamedTuple):
    """What is sold in one line; ``start`` is for a line that begins after its contract."""

    product: str
    quantity: int | None = None
    unit_price: str | None = None
    end: date | None = None
    start: date | None = None


class Fleet(NamedTuple):
    """Devices of one customer by type; a steady fleet changes by its planted events only."""

    customer: str
    sizes: tuple[tuple[str, int], ...]
    steady: bool


class Book:
    def __init__(self) -> None:
        self.products: dict[str, Product] = products()
        self.customers = {row.id: row for row in customers()}
        self.orders: list[Order] = []
        self.lines: list[OrderLine] = []
        self.entity: dict[str, str] = {}
        self.currency: dict[str, str] = {}
        self.customer: dict[str, str] = {}
        self.fleets: list[Fleet] = []
        self.terms: list[Json] = []
        self.work: list[TimeEntry] = []
        self.notes: list[str] = []
        self._sold = dict.fromkeys(BLOCKS, 0)

    def sell(
        self,
        kind: str,
        customer: str,
        start: date,
        sold: Sequence[Sold],
        entity: str | None = None,
        *,
        accepted: date | None = None,
    ) -> str:
        """Record one sell order and return the id of its contract."""
        first, _ = BLOCKS[kind]
        number = first + self._sold[kind]
        self._sold[kind] += 1
        contract, order = f"C-{number:03}", f"SO-{number:03}"
        buyer = self.customers[customer]
        self.entity[contract] = entity or buyer.country
        self.currency[contract], self.customer[contract] = buyer.currency, customer
        signed = accepted or start - timedelta(7 + number % 21)
        self.orders.append(
            Order(order, "sell", customer, self.entity[contract], buyer.currency, signed)
        )
        for line, item in enumerate(sold, start=1):
            price = None if item.unit_price is None else Decimal(item.unit_price)
            day = item.start or start
            self.lines.append(
                OrderLine(
                    order,
                    str(line),
                    contract,
                    item.product,
                    item.quantity,
                    price,
                    day,
                    item.end,
                    None,
                )
            )
        return contract

    def open_places(self, kind: str) -> int:
        """How many contracts of this type are still to be sold."""
        return BLOCKS[kind][1] - self._sold[kind]

    def buy(
        self, number: int, supplier: tuple[str, str], entity: str, lines: list[OrderLine]
    ) -> None:
        """Record one buy order; each line names the sell contract that it serves, if any."""
        party, currency = supplier
        accepted = min(line.start for line in lines) - timedelta(5)
        order, contract = f"PO-{number:02}", f"B-{number:02}"
        self.orders.append(Order(order, "buy", party, entity, currency, accepted))
        for place, line in enumerate(lines, start=1):
            self.lines.append(line._replace(order=order, line=str(place), contract=contract))

    def sell_lines(self, *sources: str) -> list[OrderLine]:
        """The sell lines whose quantity comes from one of ``sources``."""
        return [
            line
            for line in self.lines
            if line.contract in self.entity and self.products[line.product].source in sources
        ]

    def agree(self, contract: str, line: str, on: date, why: str, **terms: Json) -> None:
        """Say how a line of a planted contract behaves otherwise than its product."""
        decision: dict[str, Json] = {"contract": contract, "line": line, "by": "Nora Fairbairn"}
        self.terms.append(decision | {"on": on.isoformat(), "why": why} | terms)

    def log(
        self,
        person: str,
        contract: str,
        day: date,
        hours: str,
        at: str = "09:00",
        *,
        line: str | None = "1",
        work: str = "remote",
        times: str = "1",
        recorded: date | None = None,
    ) -> str:
        """Record planted work beside the drawn entries, and return its id."""
        id_ = f"T{9001 + len(self.work)}"
        amounts = Decimal(hours), Decimal(times)
        entry = TimeEntry(
            id_, person, day, at, amounts[0], contract, line, work, amounts[1], recorded
        )
        self.work.append(entry)
        return id_

    def note(self, what: str, where: str, expect: str) -> None:
        self.notes.append(f"- **{what}**: {where}. {expect}")


def active(line: OrderLine, day: date) -> bool:
    return line.start <= day <= (line.end or LAST_DAY)
