"""The tax of a supplier's bill: what he asks for, what the company takes off, and what is cost.

A bill is expected without tax, since only the supplier's own document says how it is taxed. When it
is there, the tax is booked on top: what may be deducted as an asset, the rest as cost of the lines
that bear it. Where the buyer owes the tax himself, he is asked for none, and owes it to the tax
office. A credit note of the bill is the mirror image.

Source: Directive 2006/112/EC, articles 168, 173 (deduction, in whole or part), 194-199 and 200
(tax that the buyer owes).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

import attrs

from harmony_core.billing._booking import line_dimensions
from harmony_core.billing._invoice import Invoice, InvoiceLine
from harmony_core.billing._receivable import Receivable
from harmony_core.billing._terms import BillingTerms
from harmony_core.contracts import Contract, Side
from harmony_core.errors import InvalidValue, NotFound, expect, expect_name, kinds_checked
from harmony_core.explanation import exact_text
from harmony_core.finance import (
    AccountRole,
    Dimensions,
    Exact,
    JournalEntry,
    JournalLine,
    Money,
    Role,
    booked_sum,
    dimensions,
    exact,
    fit,
    journal_entry,
    money_sum,
    tax_on,
)

_OWED_BY_BUYER = ("AE", "K")
"""Reverse charge, and what is bought within the Union: the document shows no tax."""

_WITHOUT_TAX = ("Z", "E", "G", "O")
"""Zero rated, exempt, export, outside scope: nobody owes tax (EN 16931, BR-Z-05 and its like)."""


def _percent(value: Exact) -> Fraction:
    percent = exact(value, "a share of tax in per cent")
    if percent < 0:
        raise InvalidValue(f"a share of tax is zero or more per cent, got {exact_text(percent)}")
    return percent


def _deductible(value: Exact) -> Fraction:
    percent = _percent(value)
    if percent > 100:
        raise InvalidValue(f"at most 100 % of a tax is deductible, got {exact_text(percent)}")
    return percent


@attrs.frozen(field_transformer=kinds_checked)
class InputTax:
    """How a line of a supplier's bill is taxed, and how much of it the company may take off.

    Args:
        category: as the bill shows it, such as ``S``; of ``AE`` and ``K`` the buyer owes the tax.
        percent: the rate; of what the buyer owes, that of his own country.
        deductible_percent: of the tax, from 0 to 100.
        jurisdiction: whose tax it is, where it is not that of the company's own country.

    Raises:
        InvalidValue: a rate is below zero, or above it in a category without tax (``Z``, ``E``,
            ``G``, ``O``), or more than all of a tax is deductible.

    >>> InputTax("S", 19, 50).deductible_percent
    Fraction(50, 1)
    """

    category: str
    percent: Fraction = attrs.field(converter=_percent)
    deductible_percent: Fraction = attrs.field(default=Fraction(100), converter=_deductible)
    jurisdiction: str = ""

    def __attrs_post_init__(self) -> None:
        expect_name(self.category, "the tax category of a bill's line")
        if self.percent and self.category in _WITHOUT_TAX:
            raise InvalidValue(
                f"category {self.category} asks for no tax, got {exact_text(self.percent)} "
                "per cent: give the rate 0, or the category of the supplier's document"
            )

    @property
    def owed_by_buyer(self) -> bool:
        """Whether the supplier asks for none, and the buyer owes it to the tax office."""
        return self.category in _OWED_BY_BUYER


@attrs.frozen
class BillTax:
    """The tax of a bill: the sums, the entry that books it, and what it adds to what is owed.

    Args:
        asked: what the supplier asks for on top of the net amounts.
        owed: what the company owes to the tax office itself.
        deductible: what it takes off again, of both.
        cost: what it may not take off: part of what the lines cost.
        entry: of all of it; ``None`` where there is no tax.
        payable: what it adds to the supplier's account, see ``PayablesLedger``; ``None`` where he
            asks for none.
    """

    asked: Money
    owed: Money
    deductible: Money
    cost: Money
    entry: JournalEntry | None
    payable: Receivable | None


def bill_tax(
    bill: Invoice,
    taxes: Mapping[str, InputTax],
    contracts: Mapping[str, Contract],
    terms: BillingTerms,
    *,
    day: date,
    due_day: date | None = None,
) -> BillTax:
    """Work out and book the tax of a supplier's bill, or of his credit note.

    Tax is rounded once for each category, rate and deductible share, half up on the magnitude, as
    EN 16931 has it. The entry's id is that of the bill with ``TAX-`` before it, so that no bill is
    taxed twice.

    Args:
        bill: as it was expected and booked, without tax.
        taxes: by charge key; a line without bears none.
        contracts: of the lines, by id.
        terms: the group and its rates.
        day: of the supplier's document: its rates and its entry.
        due_day: until when it is to be paid; without it, the day.

    Raises:
        InvalidValue: it is an invoice to a customer, or it bears tax already.
        NotFound: a key is not on the bill, or the contract of a line with cost is not given.
        AccountNotMapped, RateNotFound: the entity lacks a code, or the rate book a rate.
    """
    expect(bill, Invoice, "the bill")
    expect(taxes, Mapping, "the taxes of a bill", '{charge_key: InputTax("S", 19)}')
    expect(day, date, "the day of the supplier's document", "date(2026, 3, 31)")
    for how in taxes.values():
        expect(how, InputTax, "the tax of a line", 'InputTax("S", 19)')
    _refuse_what_is_no_bill(bill, taxes)
    parts = tuple(_parts(bill, taxes))
    entity = terms.group.entity(bill.entity_id)
    rates = terms.booking_rates(bill.currency, entity.id, day)
    asked = money_sum((one.tax for one in parts if not one.how.owed_by_buyer), bill.currency)
    owed = money_sum((one.tax for one in parts if one.how.owed_by_buyer), bill.currency)
    supplier = dimensions(supplier=bill.party_id)
    amounts: list[tuple[AccountRole, Money, Dimensions]] = [(Role.PAYABLE, -asked, supplier)]
    for one in parts:
        own = one.how.jurisdiction in ("", entity.country)
        place = "" if own else f".{one.how.jurisdiction}"
        if one.how.owed_by_buyer:
            amounts.append((f"{Role.TAX_PAYABLE}{place}", -one.tax, ()))
        amounts.append((f"{Role.TAX_RECOVERABLE}{place}", one.deductible, ()))
        amounts += _costs(one, contracts)
    lines = [
        JournalLine(role, entity.account(role), rates.book(amount, terms.rounding), about)
        for role, amount, about in amounts
        if amount
    ]
    entry = None
    if lines:
        entry = journal_entry(
            id=f"TAX-{bill.id}",
            entity=entity.id,
            day=day,
            kind="input tax",
            source=bill.id,
            lines=lines,
            rounding_account=entity.account(Role.ROUNDING),
        )
    return BillTax(
        asked,
        owed,
        money_sum((one.deductible for one in parts), bill.currency),
        money_sum((one.cost for one in parts), bill.currency),
        entry,
        None if entry is None or not asked else _payable(bill, entry, due_day or day),
    )


@attrs.frozen
class _Part:
    """The lines of a bill that are taxed alike."""

    how: InputTax
    lines: tuple[InvoiceLine, ...]
    tax: Money
    deductible: Money

    @property
    def cost(self) -> Money:
        return self.tax - self.deductible


def _refuse_what_is_no_bill(bill: Invoice, taxes: Mapping[str, InputTax]) -> None:
    if bill.side is not Side.BUY:
        raise InvalidValue(f"{bill.id!r} is an invoice to a customer: it has its tax already")
    if bill.tax.total_tax:
        raise InvalidValue(f"bill {bill.id!r} bears tax of {bill.tax.total_tax} already")
    unknown = sorted(taxes.keys() - {line.charge_key for line in bill.lines})
    if unknown:
        raise NotFound(f"bill {bill.id!r} has no charge {unknown[0]!r}")


def _parts(bill: Invoice, taxes: Mapping[str, InputTax]) -> Iterator[_Part]:
    found: defaultdict[InputTax, list[InvoiceLine]] = defaultdict(list)
    for line in bill.lines:
        if line.charge_key in taxes:
            found[taxes[line.charge_key]].append(line)
    for how, lines in found.items():
        net = money_sum((line.net for line in lines), bill.currency)
        tax = tax_on(net, how.percent).settle()
        deductible = tax_on(tax, how.deductible_percent).settle()
        if tax:
            yield _Part(how, tuple(lines), tax, deductible)


def _costs(
    part: _Part, contracts: Mapping[str, Contract]
) -> Iterator[tuple[AccountRole, Money, Dimensions]]:
    """What may not be taken off, divided among the lines that bear it."""
    net = money_sum((line.net for line in part.lines), part.tax.currency)
    shares = [part.cost.exact.value * Fraction(line.net.minor, net.minor) for line in part.lines]
    for line, amount in zip(part.lines, fit(shares, part.cost), strict=True):
        if line.contract_id not in contracts:
            raise NotFound(f"contract {line.contract_id!r} of the bill was not given")
        contract = contracts[line.contract_id]
        agreed = contract.line(line.line_id)
        accounting = agreed.accounting
        role = accounting.revenue_role if accounting.agent else accounting.cost_role
        yield role, amount, line_dimensions(contract, agreed, contracts)


def _payable(bill: Invoice, entry: JournalEntry, due_day: date) -> Receivable:
    asked = (-line.amount for line in entry.lines if line.role == Role.PAYABLE)
    booked = booked_sum(asked, entry.currencies)
    credit = booked.transaction.minor < 0
    return Receivable(
        entry.id,
        bill.entity_id,
        bill.party_id,
        entry.day,
        entry.day if credit else due_day,
        booked,
        [f"TAX-{one}" for one in bill.preceding] if credit else (),
        Side.BUY,
    )
