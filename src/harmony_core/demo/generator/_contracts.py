"""The ordinary contracts, drawn around the planted ones until the counts are full."""

from datetime import date, timedelta
from decimal import Decimal

from harmony_core.demo.generator._company import COMPUTERS, NETWORK
from harmony_core.demo.generator._customers import (
    DIFFICULT,
    DUPLICATE,
    IN_DINAR,
    IN_YEN,
    SPLIT_VIEW,
    SUPPLIERS,
)
from harmony_core.demo.generator._dice import Dice
from harmony_core.demo.generator._orders import Book, Fleet, Sold
from harmony_core.demo.generator._prices import LEVELS
from harmony_core.demo.generator._rows import FIRST_DAY, OrderLine

DEVICE_CONTRACTS = 35
SPECIAL = (DUPLICATE, IN_DINAR, IN_YEN, SPLIT_VIEW, *DIFFICULT)
# Customers who began with metered services: when, and whether they left after a year.
METERED_FROM = (date(2024, 4, 1), date(2024, 7, 1), date(2024, 10, 15), date(2025, 4, 1))
# What one customer has counted: never two lines that count the same device.
PACKAGES = (
    (("CN-01", "CN-03"),),
    (("CN-02", "CN-04"),),
    (("CN-05",),),
    (("CN-04",), ("CN-06",)),
    (("CN-02", "CN-04", "CN-03"),),
    (("CN-01",),),
)


class Seller:
    """Fills the book with contracts of each type, as the market would."""

    def __init__(self, book: Book, seed: int) -> None:
        self._book, self._dice = book, Dice(seed, "contracts")
        self._open = [key for key in book.customers if key not in SPECIAL]
        self._users = {
            key: self._dice.weighted((9, 18, 34, 55, 90), (5, 8, 9, 6, 3)) + self._dice.whole(0, 12)
            for key in book.customers
        }

    def fill(self) -> None:
        self._transactional()
        self._recurring()
        self._prepayment()
        self._devices()
        self._usage()

    def _start(self, first: date, last: date) -> date:
        """Most contracts begin on the first of a month, some on any day, some on its last."""
        day = self._dice.day(first, last)
        style = self._dice.whole(1, 10)
        if style <= 6:
            return max(first, day.replace(day=1))
        if style == 7:
            return max(first, day.replace(day=1) - timedelta(1))
        return day

    def _end(self, start: date, percent: int) -> date | None:
        """The last day of a contract that ends within the 24 months, at whatever day."""
        earliest = max(start + timedelta(120), date(2024, 8, 1))
        if self._dice.chance(percent) and earliest < date(2026, 2, 20):
            return self._dice.day(earliest, date(2026, 2, 20))
        return None

    def _secured_by(self, customer: str) -> str | None:
        """Now and then an entity of another country wins the order."""
        country = self._book.customers[customer].country
        if not self._dice.chance(7):
            return None
        return self._dice.pick([entity for entity in ("GB", "DE", "US") if entity != country])

    def _transactional(self) -> None:
        dice, book, kind = self._dice, self._book, "transactional"
        buyers = dice.shuffled(self._open)
        for number in range(book.open_places(kind)):
            customer = buyers[number]
            if number < 22:
                start = self._start(date(2023, 6, 1), date(2025, 6, 30))
                roles = dice.shuffled([f"TM-{role:02}" for role in range(1, 11)])
                end = self._end(start, 35)
                sold = [Sold(role, end=end) for role in roles[: dice.whole(1, 2)]]
                sold.append(Sold(dice.pick(("TM-11", "TM-12")), end=end))
            else:
                start = dice.day(FIRST_DAY, date(2026, 3, 20))
                items = dice.shuffled([f"HW-{item:02}" for item in range(1, 10)])
                sold = [Sold(item, self._pieces(item)) for item in items[: dice.whole(1, 4)]]
            book.sell(kind, customer, start, sold, self._secured_by(customer))

    def _pieces(self, item: str) -> int:
        return self._dice.whole(1, 3) if item == "HW-03" else self._dice.whole(2, 22)

    def _recurring(self) -> None:
        dice, book, kind = self._dice, self._book, "recurring"
        for customer in DIFFICULT:
            book.sell(
                kind,
                customer,
                self._start(date(2022, 5, 1), date(2024, 2, 1)),
                [Sold(dice.pick(("RC-08", "RC-11")), 1), Sold("CL-01", dice.whole(3, 8))],
            )
        served = set(book.customer.values())
        waiting = [key for key in self._open if key not in served]
        waiting += dice.shuffled([key for key in self._open if key in served])
        while len(waiting) < book.open_places(kind):
            waiting.append(dice.pick(self._open))
        for number, customer in enumerate(waiting[: book.open_places(kind)]):
            late = number % 3 == 0
            first, last = (FIRST_DAY, date(2025, 9, 30)) if late else (date(2022, 2, 1), FIRST_DAY)
            start = self._start(first, last)
            sold = self._services(customer, self._end(start, 14))
            book.sell(kind, customer, start, sold, self._secured_by(customer))

    def _services(self, customer: str, end: date | None) -> list[Sold]:
        dice, users = self._dice, self._users[customer]
        if end is None and dice.chance(22):
            bundles = dice.shuffled([f"BD-{number:02}" for number in range(1, 9)])
            return [
                Sold(key, max(2, users // (2 + place))) for place, key in enumerate(bundles[:2])
            ]
        desk = dice.pick(("RC-01", "RC-02", "RC-03", "RC-12"))
        sold = [Sold(desk, users, end=end)] if dice.chance(70) else []
        if dice.chance(45):
            flat = dice.pick(
                ("RC-05", "RC-06", "RC-07", "RC-08", "RC-09", "RC-11", "RC-14", "RC-18")
            )
            sold.append(Sold(flat, 1, end=end))
        if dice.chance(40):
            item = dice.pick(("RC-04", "RC-10", "RC-13", "RC-15", "RC-16", "RC-17"))
            count = users if item == "RC-16" else 1 + users // 9
            sold.append(Sold(item, 1 + users // 40 if item == "RC-10" else count, end=end))
        clouds = dice.shuffled([f"CL-{number:02}" for number in range(1, 19)])
        for key in clouds[: dice.whole(0 if sold else 1, 3)]:
            few = key in ("CL-08", "CL-09", "CL-11")
            sold.append(Sold(key, max(2, users // (6 if few else dice.whole(1, 2))), end=end))
        return sold

    def _prepayment(self) -> None:
        dice, book, kind = self._dice, self._book, "prepayment"
        buyers = dice.shuffled([key for key in self._open if key != "CU07"])
        for number in range(book.open_places(kind)):
            customer = buyers[number % len(buyers)]
            product = f"PP-{number % 6 + 1:02}"
            start = self._start(date(2024, 5, 1), date(2025, 3, 31)).replace(
                day=dice.pick((1, 1, 1, 15))
            )
            if product == "PP-06":
                expiry = date(start.year + 1, start.month, start.day) - timedelta(1)
                sold = Sold(product, dice.whole(8, 45), end=expiry)
            else:
                sold = Sold(product, self._block(product, book.customers[customer].currency))
            book.sell(kind, customer, start, [sold], self._secured_by(customer))

    def _block(self, product: str, currency: str) -> int:
        low, high = {
            "PP-01": (3, 7),
            "PP-02": (2, 3),
            "PP-03": (14, 66),
            "PP-04": (12, 30),
            "PP-05": (4, 12),
        }[product]
        units = self._dice.whole(low, high)
        return int(units * 100 * LEVELS[currency] / 50) * 50 if product == "PP-05" else units

    def _devices(self) -> None:
        dice, book = self._dice, self._book
        counted = {fleet.customer for fleet in book.fleets}
        buyers = dice.shuffled([key for key in self._open if key not in counted])
        left = DEVICE_CONTRACTS - len(counted)
        number = 0
        while left > 0:
            customer, package = buyers[number], PACKAGES[number % len(PACKAGES)]
            for products in package[:left]:
                start = self._start(date(2022, 4, 1), date(2024, 12, 1))
                end = self._end(start, 10)
                sold = [Sold(key, end=end) for key in products]
                book.sell("consumption", customer, start, sold)
                left -= 1
            self._fleet(customer)
            number += 1
        for customer in buyers[number : number + 3]:
            self._fleet(customer)
            book.note(
                "Devices that no contract counts",
                f"customer {customer}",
                "They are billed nowhere: a gap for the asset report, not an error.",
            )

    def _fleet(self, customer: str) -> None:
        kinds = dict.fromkeys((*COMPUTERS, *NETWORK), 0)
        weights = {
            "laptop": 12,
            "workstation": 7,
            "server": 3,
            "switch": 3,
            "firewall": 1,
            "access_point": 4,
        }
        for kind, weight in weights.items():
            kinds[kind] = 1 + self._users[customer] * weight * self._dice.whole(8, 12) // 160
        self._book.fleets.append(Fleet(customer, tuple(kinds.items()), steady=False))

    def _usage(self) -> None:
        dice, book, kind = self._dice, self._book, "consumption"
        buyers = dice.shuffled(self._open)
        products = ("CN-07", "CN-08", "CN-09", "CN-10", "CL-19", "CL-20", "CL-21", "CL-22")
        for number in range(book.open_places(kind)):
            customer, product = buyers[number], products[number % len(products)]
            start = METERED_FROM[number % len(METERED_FROM)]
            leaves = start < date(2025, 1, 1)
            end = start.replace(year=start.year + 1) - timedelta(1) if leaves else None
            sold = [Sold(product, end=end)]
            if number == 0:
                change = date(start.year, start.month + 5, 12)
                sold = [
                    Sold(product, end=change - timedelta(1)),
                    Sold("CL-21", None, None, end, change),
                ]
            contract = book.sell(kind, customer, start, sold, self._secured_by(customer))
            if number == 0:
                book.note(
                    "Tariff changed in mid-period",
                    f"contract {contract}",
                    f"The same meter is "
                    f"counted by line 1 until {change - timedelta(1)} and by line 2 from {change}.",
                )


def purchases(book: Book, seed: int) -> None:
    """30 buy contracts: most lines serve one sell contract, the last of each entity serve none."""
    dice = Dice(seed, "purchases")
    currency = {supplier.id: supplier.currency for supplier in SUPPLIERS}
    bought: dict[tuple[str, str], list[OrderLine]] = {}
    for line in book.sell_lines("fixed"):
        product, entity = book.products[line.product], book.entity[line.contract]
        if product.scheme != "per_unit" or not resold(line.product):
            continue
        supplier = dice.pick(_suppliers(entity, line.product))
        low, high = (80, 91) if line.product.startswith("HW") else (58, 80)
        share = Decimal(114 if dice.chance(4) else dice.whole(low, high)) / 100
        price = (product.unit_price(currency[supplier]) * share).quantize(Decimal("0.01"))
        row = line._replace(unit_price=price, for_contract=line.contract)
        bought.setdefault((entity, supplier), []).append(row)
    number = 1
    for entity, count in (("GB", 12), ("DE", 7), ("US", 8), ("IN", 3)):
        batches = [(key[1], rows) for key, rows in sorted(bought.items()) if key[0] == entity]
        while len(batches) < count - 1:
            batches.sort(key=lambda batch: (-len(batch[1]), batch[0], batch[1][0].contract))
            supplier, rows = batches.pop(0)
            batches += [(supplier, rows[::2]), (supplier, rows[1::2])]
        supplier = _suppliers(entity, "CL-18")[0]
        for key, seats in (("CL-18", 11), ("CL-16", 9)):
            price = book.products[key].unit_price(currency[supplier]) * Decimal("0.7")
            tool = OrderLine(
                "",
                "",
                "",
                key,
                seats,
                price.quantize(Decimal("0.01")),
                date(2024, 2, 1),
                None,
                None,
            )
            if key == "CL-18":
                batches.append((supplier, [tool]))
            else:
                batches[-1][1].append(tool)
        for key, rows in batches:
            book.buy(number, (key, currency[key]), entity, rows)
            number += 1


def resold(product: str) -> bool:
    """What Northbridge buys to sell it on; the rest is made of its own work."""
    return product[:2] in ("CL", "HW") or product in ("RC-10", "RC-12", "RC-17")


def _suppliers(entity: str, product: str) -> tuple[str, ...]:
    if product.startswith("HW"):
        return {"GB": ("S02",), "DE": ("S03",), "US": ("S05",), "IN": ("S06",)}[entity]
    if product.startswith("RC"):
        return {"GB": ("S07",), "DE": ("S03",), "US": ("S05",), "IN": ("S06",)}[entity]
    return {"GB": ("S01", "S02"), "DE": ("S01", "S08"), "US": ("S04",), "IN": ("S06",)}[entity]
