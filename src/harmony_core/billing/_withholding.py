"""Tax that customers hold back: an invoice is settled by money and by what was withheld of it.

What a customer withholds he pays to the tax office in our name. It settles the invoice like money
and stands on an account of its own, as an asset: it counts against the tax that we owe ourselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from harmony_core.billing._invoice import Invoice, TaxSummary
from harmony_core.billing._receivable import Payment
from harmony_core.errors import InvalidValue
from harmony_core.finance import Money, Role, money_sum


def withheld_with(
    payment: Payment,
    invoice: Invoice,
    *,
    paid_before: Money | None = None,
    credits: Iterable[Invoice] = (),  # noqa: A002  the field's own name
    withheld_before: Iterable[Payment] | None = None,
) -> tuple[Payment, ...]:
    """Give what a customer withheld when he paid an invoice, or a part of it.

    Each is a payment that no bank received: it names the invoice, and its account is that of the
    role ``tax_withheld``, or a more special one such as ``tax_withheld.ES.IRPF``. Parts withhold in
    proportion, cumulatively, so that with the last of what was expected all is withheld. What is
    paid beyond that withholds nothing. Keep them beside the payment.

    Args:
        payment: the money, of this invoice alone; below zero, money that went back, which takes
            back what was withheld with the payments that it names.
        invoice: what is settled.
        paid_before: what came in for it before, less what went back.
        credits: credit notes of it: they lower what is expected, and what is withheld.
        withheld_before: all that this function gave for it before. Without it, as much as would
            have been withheld of ``paid_before`` had the credit notes been there: give it where
            one came after a payment. What was withheld too much is then taken back.

    Raises:
        CurrencyMismatch: money and invoice are in different currencies.
        InvalidValue: a document given is no credit note of the invoice, or more would be taken
            back than was paid.
    """
    notes = tuple(credits)
    earlier = None if withheld_before is None else tuple(withheld_before)
    for note in notes:
        if note.credits != invoice.id:
            raise InvalidValue(f"{note.id!r} is no credit note of {invoice.id!r}: leave it out")
    expected = money_sum((one.expected for one in (invoice, *notes)), invoice.currency)
    before = paid_before or Money.zero(invoice.currency)
    after = before + payment.amount
    if before.minor < 0 or after.minor < 0:
        raise InvalidValue(
            f"{payment.id!r} would leave {after} paid for {invoice.id!r}: "
            "say what came in before, and give back no more"
        )
    made = []
    for held in invoice.withholding:
        whole = money_sum(
            (one.tax for document in (invoice, *notes) for one in _like(document, held)),
            invoice.currency,
        )
        name = f"{held.jurisdiction}.{held.category}"
        account = f"{Role.TAX_WITHHELD}.{name}"
        returned = [f"{one}~{name}" for one in payment.references]
        if earlier is None:
            already = _part(whole, before, expected)
        else:
            own = [one for one in earlier if one.account == account]
            already = money_sum((one.amount for one in own), invoice.currency)
            returned = [one.id for one in own if one.amount.minor > 0]
        amount = _part(whole, after, expected) - already
        if not amount:
            continue
        made.append(
            Payment(
                f"{payment.id}~{name}",
                payment.entity_id,
                payment.party_id,
                payment.day,
                amount,
                returned if amount.minor < 0 else [invoice.id],
                account,
            )
        )
    return tuple(made)


def _like(document: Invoice, held: TaxSummary) -> Iterable[TaxSummary]:
    key = held.jurisdiction, held.category, held.percent, held.on
    return (
        one
        for one in document.withholding
        if (one.jurisdiction, one.category, one.percent, one.on) == key
    )


def _part(whole: Money, paid: Money, expected: Money) -> Money:
    """What is withheld of the whole by the time that so much is paid."""
    if paid >= expected:
        return whole
    return (whole.exact * Fraction(paid.minor, expected.minor)).settle()
