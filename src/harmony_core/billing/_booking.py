"""Charges and invoices in the books: what is billed, and what is earned.

The contract balance is one signed account: an invoice credits it, recognition debits it. Above
what was earned it is deferred revenue, below it is accrued income, and nothing has to know which.
On the buy side the purchase balance does the same with cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from harmony_core.billing._charge import Charge
from harmony_core.billing._invoice import Invoice
from harmony_core.billing._recognition import Recognised
from harmony_core.billing._tax_in_books import tax_role
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Contract, ContractLine, Side
from harmony_core.finance import (
    Booked,
    Dimensions,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    Role,
    dimensions,
    journal_entry,
    money_sum,
)
from harmony_core.periods import Month


def line_dimensions(
    contract: Contract, line: ContractLine, contracts: Mapping[str, Contract]
) -> Dimensions:
    """What a journal line of a contract line is about.

    A buy line that serves a sell contract is about that contract and its customer, so that its
    cost meets the revenue it belongs to.
    """
    about: Contract | None = contract
    supplier = None
    if contract.side is Side.BUY:
        supplier = contract.party_id
        about = contracts.get(line.serves) if line.serves is not None else None
    return dimensions(
        contract=None if about is None else about.id,
        line=line.id if about is contract else None,
        customer=None if about is None else about.party_id,
        division=line.division or None,
        product=line.product_id,
        contract_type=line.type.value,
        supplier=supplier,
    )


def book_invoice(
    invoice: Invoice,
    charges: Mapping[str, Charge],
    contracts: Mapping[str, Contract],
    terms: BillingTerms,
) -> JournalEntry:
    """The entry of an invoice: receivable against contract balance and tax, each line apart.

    Every charge keeps the three amounts that it was booked with. Each tax is a line of its own, on
    the account of the role ``tax_payable``, or of a more special one such as
    ``tax_payable.CA-QC.QST`` where it is not the tax of the entity's own country. The receivable is
    converted once for each day of rates, so that a cent may be left: it gets its own rounding line.

    Raises:
        AccountNotMapped, RateNotFound: the entity lacks a code, or the rate book a rate.
    """
    entity = terms.group.entity(invoice.entity_id)
    sells = invoice.side is Side.SELL
    claim, balance = (
        (Role.RECEIVABLE, Role.CONTRACT_BALANCE) if sells else (Role.PAYABLE, Role.PURCHASE_BALANCE)
    )
    sign = 1 if sells else -1
    lines: list[JournalLine] = []
    totals: defaultdict[date, list[Money]] = defaultdict(list)
    for item in invoice.lines:
        charge, contract = charges[item.charge_key], contracts[item.contract_id]
        about = line_dimensions(contract, contract.line(item.line_id), contracts)
        lines.append(_line(entity, balance, charge.booked, -sign, about))
        totals[charge.booked_on].append(charge.amount)
    for group in invoice.tax.groups:
        if group.tax:
            rates = terms.booking_rates(invoice.currency, entity.id, invoice.day)
            role = tax_role(group, invoice, entity.country) if sells else Role.TAX_RECOVERABLE
            lines.append(_line(entity, role, rates.book(group.tax), -sign, ()))
            totals[invoice.day].append(group.tax)
    party = (
        dimensions(customer=invoice.party_id) if sells else dimensions(supplier=invoice.party_id)
    )
    for day in sorted(totals):
        rates = terms.booking_rates(invoice.currency, entity.id, day)
        total = rates.book(money_sum(totals[day], invoice.currency))
        if total:
            lines.append(_line(entity, claim, total, sign, party))
    return journal_entry(
        id=invoice.id,
        entity=entity.id,
        day=invoice.day,
        kind="invoice" if sells else "bill",
        source=invoice.id,
        lines=lines,
        rounding_account=entity.account(Role.ROUNDING),
    )


def book_recognition(
    rows: Iterable[Recognised],
    contracts: Mapping[str, Contract],
    terms: BillingTerms,
    month: Month,
) -> Iterator[JournalEntry]:
    """The entries that move a month's share from the balance to revenue, or to direct cost.

    One entry a contract; its lines add up the charges of one product. Of what is sold as an agent
    the cost is taken off revenue (IFRS 15.B36).
    """
    by_contract: defaultdict[str, list[Recognised]] = defaultdict(list)
    for row in rows:
        by_contract[row.contract_id].append(row)
    for contract_id in sorted(by_contract):
        contract = contracts[contract_id]
        entity = terms.group.entity(contract.entity_id)
        sells = contract.side is Side.SELL
        lines = []
        for line_id, role, amount in _by_line(by_contract[contract_id], contract):
            about = line_dimensions(contract, contract.line(line_id), contracts)
            balance = Role.CONTRACT_BALANCE if sells else Role.PURCHASE_BALANCE
            sign = 1 if sells else -1
            lines.append(_line(entity, balance, amount, sign, about))
            lines.append(_line(entity, role, amount, -sign, about))
        if lines:
            yield JournalEntry(
                f"REC-{contract_id}-{month}",
                entity.id,
                month.last_day,
                "recognition",
                contract_id,
                tuple(lines),
            )


def _by_line(rows: Iterable[Recognised], contract: Contract) -> Iterator[tuple[str, str, Booked]]:
    """Amounts by contract line and account role, breakage apart; nothing where they cancel."""
    totals: dict[tuple[str, str], Booked] = {}
    for row in rows:
        accounting = contract.line(row.line_id).accounting
        net = accounting.agent or contract.side is Side.SELL
        role = accounting.revenue_role if net else accounting.cost_role
        earned = row.amount if row.breakage is None else row.amount - row.breakage
        _add(totals, (row.line_id, role), earned)
        if row.breakage is not None:
            _add(totals, (row.line_id, Role.BREAKAGE_REVENUE), row.breakage)
    for (line_id, role), amount in sorted(totals.items(), key=lambda item: item[0]):
        if amount:
            yield line_id, role, amount


def _add(totals: dict[tuple[str, str], Booked], key: tuple[str, str], amount: Booked) -> None:
    totals[key] = totals[key] + amount if key in totals else amount


def _line(
    entity: LegalEntity, role: str, amount: Booked, sign: int, about: Dimensions
) -> JournalLine:
    return JournalLine(role, entity.account(role), amount if sign > 0 else -amount, about)
