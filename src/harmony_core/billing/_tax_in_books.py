"""The tax of a document in the currency of the entity's books, as it was booked."""

from __future__ import annotations

from harmony_core.billing._invoice import Invoice
from harmony_core.finance import AccountRole, Column, JournalEntry, Money, Role, TaxGroup, money_sum


def tax_in_books(
    entry: JournalEntry, column: Column = Column.ENTITY, role: AccountRole = Role.TAX_PAYABLE
) -> Money:
    """Give the tax that an invoice states in the accounting currency (EN 16931, BT-111).

    It is the sum of what the entry of the invoice books as tax, so that document, books and return
    agree to the cent: above zero for an invoice, below zero for a credit note.

    Args:
        entry: of the invoice, from ``book_invoice``.
        column: whose currency; the entity's books, unless the group wants to know.
        role: of which taxes: all of them, or one such as ``tax_payable.CA-QC.QST``.
    """
    currency = entry.currencies[list(Column).index(column)]
    taxes = (
        line.amount.column(column) for line in entry.lines if f"{line.role}.".startswith(f"{role}.")
    )
    return -money_sum(taxes, currency)


def tax_role(group: TaxGroup, invoice: Invoice, country: str) -> AccountRole:
    """Give the role of a tax of an invoice in the books of a company of a country.

    The categories of the country's own tax share one. Any other tax, beside it or upon it, of a
    part of the country or of another one, may have an account of its own.
    """
    categories = {line.tax_category for line in invoice.lines}
    if group.jurisdiction in ("", country) and group.category in categories:
        return Role.TAX_PAYABLE
    return f"{Role.TAX_PAYABLE}.{group.jurisdiction}.{group.category}"
