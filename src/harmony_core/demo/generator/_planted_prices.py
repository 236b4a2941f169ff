"""A price book, and the orders that find their prices in it."""

from datetime import date
from decimal import Decimal

from harmony_core.demo.generator._orders import Book, Sold
from harmony_core.demo.generator._rows import Price

PRODUCT = "CL-17"  # 8.40 pounds in the catalogue


def plant_prices(book: Book) -> list[Price]:
    rows: list[Price] = []

    def price(
        amount: str,
        currency: str,
        first_day: date,
        last_day: date | None = None,
        *,
        group: str | None = None,
        customer: str | None = None,
    ) -> str:
        id_ = f"PB-{len(rows) + 1:02}"
        rows.append(
            Price(id_, PRODUCT, currency, group, customer, first_day, last_day, Decimal(amount))
        )
        return id_

    def order(customer: str, accepted: date, start: date) -> str:
        return book.sell("special", customer, start, [Sold(PRODUCT, 40)], accepted=accepted)

    year, autumn = date(2025, 1, 1), (date(2025, 9, 1), date(2025, 10, 31))
    december = date(2025, 12, 1), date(2025, 12, 31)
    promotion = price("6.90", "GBP", *december)
    schools = price("5.60", "GBP", year, group="schools")
    term = price("5.25", "GBP", *autumn, group="schools")
    charities = price("6.10", "GBP", year, group="charities")
    own = price("5.10", "GBP", year, customer="CU20")
    euros = price("6.50", "EUR", year, group="schools")
    by_group = order("CU08", date(2025, 8, 29), date(2025, 9, 15))
    by_term = order("CU08", date(2025, 9, 1), date(2025, 10, 1))
    by_customer = order("CU20", date(2025, 6, 16), date(2025, 7, 1))
    of_charity = order("CU16", date(2025, 12, 10), date(2026, 1, 1))
    promoted = order("CU18", date(2025, 12, 31), date(2026, 1, 5))
    listed = order("CU18", date(2026, 1, 1), date(2026, 1, 5))
    dollars = order("CU44", date(2025, 9, 10), date(2025, 10, 1))
    book.note(
        "Price book by customer, group, currency and day",
        f"contracts {by_group}, {by_term}, {by_customer}, {of_charity}, {promoted}, {listed}, "
        f"{dollars}",
        f"Of the day of acceptance: 5.60 GBP of {schools} for a school, 5.25 of {term} three days "
        f"later, whose days lie inside; 5.10 of {own} for one customer before 6.10 of {charities} "
        f"for his group, which another one pays in December as well; 6.90 of {promotion} for "
        f"everybody on its last day and the catalogue's 8.40 on the next; and a school in dollars, "
        f"for which {euros} is no price, pays the catalogue's.",
    )
    return rows
