"""Posting and consolidating invoices one by one: what it costs, and that its memory stays flat.

An invoice is converted into three currencies, booked as a balanced entry of three lines (and one of
rounding where a cent is left) and added to the group's figures; then it is forgotten. Each size
runs in a process of its own, which is told to forget the peak of its memory before it begins.
Invoices to customers leave nothing behind but sums; intercompany pairs do, since each is listed.
"""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from time import perf_counter

from benchmarks._pricing_memory import FORGET, megabytes
from harmony_core.finance import (
    BookingRates,
    Column,
    Group,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    Rate,
    Role,
    consolidate,
    dimensions,
    journal_entry,
)

SIZES = (10_000, 100_000, 200_000)
ACCOUNTS = {
    Role.RECEIVABLE: "1200",
    Role.REVENUE: "4400",
    Role.TAX_PAYABLE: "3806",
    Role.ROUNDING: "6980",
}
BOOKS = LegalEntity("DE", "GmbH", "DE", "EUR", accounts=ACCOUNTS)
DAY = date(2026, 1, 1)
GROUP = Group("NB", "Northbridge", "GBP", (BOOKS,), DAY)


def main() -> None:
    sizes = (300, 3_000, 6_000) if os.environ.get("BENCH_ROUNDS") else SIZES
    print("\npost and consolidate invoices, one by one")
    print(f"{'':<12}{'seconds':>10}{'invoices/s':>13}{'peak MB':>10}")
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks._posting", str(size)]
        run = subprocess.run(command, check=True, capture_output=True, text=True)
        print(run.stdout, end="")


def invoices(count: int) -> Iterator[JournalEntry]:
    """Make and book so many invoices of dollars in a company of euros in a group of pounds."""
    to_entity = Rate("USD", "EUR", DAY, "0.9173", source="bank").found
    to_group = Rate("USD", "GBP", DAY, "0.7891", source="bank").found
    rates = BookingRates(to_entity, to_group)
    for number in range(count):
        net = Money(10_000 + number % 9_973, "USD")
        tax = net.times("0.19")
        about = dimensions(customer=f"CU-{number % 500}", contract=f"C-{number % 3000}")
        parts = ((Role.RECEIVABLE, net + tax), (Role.REVENUE, -net), (Role.TAX_PAYABLE, -tax))
        yield journal_entry(
            id=f"INV-{number}",
            entity="DE",
            day=DAY + timedelta(days=number % 365),
            kind="invoice",
            source=f"INV-{number}",
            lines=[
                JournalLine(role, BOOKS.account(role), rates.book(amount), about)
                for role, amount in parts
            ],
            rounding_account=BOOKS.account(Role.ROUNDING),
        )


def measure(count: int) -> None:
    """Print one row: seconds, invoices a second, and megabytes at the peak beyond the start."""
    consolidate(invoices(100), GROUP)
    gc.collect()
    before = 0.0
    if FORGET.exists():
        ctypes.CDLL(None).malloc_trim(0)
        FORGET.write_text("5")
        before = megabytes("VmRSS:")
    start = perf_counter()
    found = consolidate(invoices(count), GROUP)
    taken = perf_counter() - start
    peak = f"{max(megabytes('VmHWM:') - before, 0):.1f}" if FORGET.exists() else "n/a"
    if not found.is_zero or found.breaks:
        raise AssertionError("the group is out of balance")
    earned = sum(10_000 + number % 9_973 for number in range(count))
    booked = sum(-line.amount.column(Column.TRANSACTION).minor for line in _revenue(count))
    if earned != booked:
        raise AssertionError(f"{earned} was invoiced, {booked} was booked")
    print(f"{count:<12,}{taken:>10.2f}{count / taken:>13,.0f}{peak:>10}")


def _revenue(count: int) -> Iterator[JournalLine]:
    return (line for entry in invoices(count) for line in entry.lines if line.role == Role.REVENUE)


if __name__ == "__main__":
    measure(int(sys.argv[1]))
