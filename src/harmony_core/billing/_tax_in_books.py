"""The tax of a document in the currency of the entity's books, as it was booked."""

from __future__ import annotations

from harmony_core.finance import Column, JournalEntry, Money, Role, money_sum


def tax_in_books(entry: JournalEntry, column: Column = Column.ENTITY) -> Money:
    """Give the tax that an invoice states in the accounting currency (EN 16931, BT-111).

    It is the sum of what the entry of the invoice books as tax, so that document, books and return
    agree to the cent: above zero for an invoice, below zero for a credit note.

    Args:
        entry: of the invoice, from ``book_invoice``.
        column: whose currency; the entity's books, unless the group wants to know.
    """
    currency = entry.currencies[list(Column).index(column)]
    taxes = (line.amount.column(column) for line in entry.lines if line.role == Role.TAX_PAYABLE)
    return -money_sum(taxes, currency)
