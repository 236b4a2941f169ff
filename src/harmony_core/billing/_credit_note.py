"""Credit notes: an invoice given back, whole or in part, as its mirror.

Everything comes from the invoice: the same charges, tax rates and exchange rates, in all three
columns. Each figure is the share of the original that is credited by now, less what was credited
before, so that any number of partial credits ends at exactly the original, with its sign turned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from urllib.parse import quote

import attrs

from harmony_core.billing._charge import Charge
from harmony_core.billing._credited import Credited
from harmony_core.billing._invoice import Invoice, InvoiceLine
from harmony_core.billing._plan import carried_charges
from harmony_core.contracts import Contract
from harmony_core.errors import InvalidValue, NotFound, RuleBroken
from harmony_core.explanation import Explainer
from harmony_core.finance import (
    Booked,
    JournalEntry,
    JournalLine,
    LineTax,
    Money,
    Role,
    TaxDocument,
    TaxGroup,
    booked_sum,
    money_sum,
)


@attrs.frozen
class CreditNote:
    """The document, the charges that take back its lines, and its entry: kept together."""

    document: Invoice
    charges: tuple[Charge, ...]
    entry: JournalEntry


def credit_note(
    invoice: Invoice,
    entry: JournalEntry,
    charges: Mapping[str, Charge],
    *,
    id: str,  # noqa: A002  the field's own name
    day: date,
    reason: str,
    rounding_account: str,
    amounts: Mapping[str, Money] | None = None,
    earlier: Iterable[Invoice] = (),
    periods: Mapping[str, Money] | None = None,
) -> CreditNote:
    """Mirror an invoice, or some of its lines, or a part of them.

    Tax is that of the original percentages on all that is credited so far; the credit that takes
    the last of the lines takes what is left of the tax, however the invoice rounded it.

    Args:
        invoice: what is credited.
        entry: of the invoice, see ``book_invoice``.
        charges: those of its lines, by key.
        id: of the credit note.
        day: of the credit note.
        reason: why; the explanation of each charge shows it.
        rounding_account: the code for the role ``rounding`` in the entity's books.
        amounts: by charge key, what to take off the net of that line, with the sign of the line;
            without it, everything that is left.
        earlier: credit notes of the invoice that there are already, and documents with corrections
            of its charges: what these gave back is not given back again.
        periods: what is left to credit of periods that other documents bill or give back too, see
            :func:`left_to_credit`; without it, the documents given are all there are.

    Raises:
        NotFound: a key is not on the invoice.
        RuleBroken: more would be credited than was billed less what was credited; nothing is left
            to credit; or it is before the invoice.
        InvalidValue: the entry is not that of the invoice, or an earlier document does not credit
            it.
    """
    if entry.source != invoice.id or len(entry.lines) < len(invoice.lines):
        raise InvalidValue(f"entry {entry.id!r} is not that of invoice {invoice.id!r}")
    if day < invoice.day:
        raise RuleBroken(f"{invoice.id!r} is of {invoice.day}: it cannot be credited on {day}")
    before = _credited(invoice, earlier)
    left = {line.charge_key: line.net - before[line.charge_key] for line in invoice.lines}
    rests = dict(periods or {})
    wanted = _wanted(invoice, _within(left, charges, rests) if amounts is None else left, amounts)
    if amounts is not None:
        _refuse_beyond(wanted, charges, rests)
    after = {key: before[key] + amount for key, amount in wanted.items()} | {
        key: amount for key, amount in before.items() if key not in wanted
    }
    was, now = Credited.of(invoice, before), Credited.of(invoice, after)
    document = _document(was, now, id, day)
    made = tuple(
        _charge(
            charges[line.charge_key],
            line,
            (before[line.charge_key], after[line.charge_key]),
            document=document,
            reason=reason,
        )
        for line in invoice.lines
        if wanted.get(line.charge_key)
    )
    _refuse_what_has_no_share(now)
    posted = _entry(entry, was, now, id=id, day=day, rounding_account=rounding_account)
    return CreditNote(document, made, posted)


def _credited(invoice: Invoice, earlier: Iterable[Invoice]) -> dict[str, Money]:
    """What was credited of each line; as the lines have it, above zero for a charge."""
    billed = {line.charge_key: line.net for line in invoice.lines}
    before = {key: net * 0 for key, net in billed.items()}
    corrected = dict(before)
    for document in earlier:
        touched = [line for line in document.lines if line.corrects in billed]
        if document.credits != invoice.id and not touched:
            raise InvalidValue(
                f"{document.id!r} neither credits nor corrects {invoice.id!r}: leave it out"
            )
        if document.credits == invoice.id:
            for line in document.lines:
                before[_original(line.charge_key, document)] -= line.net
        else:
            for line in touched:
                corrected[line.corrects or ""] -= line.net
    for key, amount in corrected.items():  # more charged later is credited where it was charged
        if amount.minor * billed[key].minor > 0:
            left = billed[key] - before[key]
            before[key] += amount if abs(amount.minor) <= abs(left.minor) else left
    return before


def _credit_key(charge_key: str, credit_id: str) -> str:
    return f"{charge_key}~{quote(credit_id, safe='')}"


def _original(credit_key: str, document: Invoice) -> str:
    return credit_key.removesuffix(f"~{quote(document.id, safe='')}")


def left_to_credit(contract: Contract, line_id: str, charges: Iterable[Charge]) -> dict[str, Money]:
    """Give what is left to credit of each period of a line, by the key of its first charge.

    That is all that was charged and given back of it by any document, less what a refund or a
    migration that is agreed will still give back of it.

    Args:
        contract: with the amendments that are known.
        line_id: a line of it, also one that was added.
        charges: all that there are of that line.

    Raises:
        NotFound: there is no such line.
    """
    by_key = {charge.key: charge for charge in charges}
    left: dict[str, Money] = {}
    for charge in by_key.values():
        key = _period(by_key.get(charge.credits or "", charge))
        left[key] = left.get(key, charge.amount * 0) + charge.amount
    line = contract.line(line_id)
    for planned in carried_charges(contract, line):
        lot, paid_by = planned.lot, planned.corrects
        if lot is None or paid_by is None or lot in line.opening or planned.key in by_key:
            continue
        left[paid_by] = left.get(paid_by, lot.value * 0) - lot.value
    return left


def _period(charge: Charge) -> str:
    return charge.corrects or charge.key


def _within(
    left: Mapping[str, Money], charges: Mapping[str, Charge], periods: dict[str, Money]
) -> dict[str, Money]:
    """What is left of each line, and of its period: that counts where two lines share one."""
    found = {}
    for key, amount in left.items():
        rest = periods.get(period := _period(charges[key]))
        if amount.minor > 0 and rest is not None:
            found[key] = min(amount, max(rest, Money.zero(rest.currency)))
            periods[period] = rest - found[key]
        else:
            found[key] = amount
    return found


def _refuse_beyond(
    wanted: Mapping[str, Money], charges: Mapping[str, Charge], periods: dict[str, Money]
) -> None:
    found = _within(wanted, charges, periods)
    for key, amount in wanted.items():
        if found[key] != amount:
            raise RuleBroken(
                f"{amount} cannot be credited of {key!r}: other documents, or a refund that is "
                f"agreed, give back so much of its period that {found[key]} is left; give no more"
            )


def _wanted(
    invoice: Invoice, left: Mapping[str, Money], amounts: Mapping[str, Money] | None
) -> dict[str, Money]:
    if amounts is None:
        wanted = {key: amount for key, amount in left.items() if amount}
        if not wanted:
            raise RuleBroken(f"nothing of {invoice.id!r} is left to credit")
        return wanted
    for key, amount in amounts.items():
        if key not in left:
            raise NotFound(f"invoice {invoice.id!r} has no line of charge {key!r}")
        sign = -1 if left[key].minor < 0 else 1
        if not 0 < sign * amount.minor <= sign * left[key].minor or (
            amount.currency != invoice.currency
        ):
            raise RuleBroken(
                f"{amount} cannot be credited of {key!r}: of what was billed {left[key]} is left, "
                "give no more than that, with its sign"
            )
    if not amounts:
        raise RuleBroken(f"no line of {invoice.id!r} is given to credit")
    return dict(amounts)


def _document(
    before: Credited,
    after: Credited,
    id: str,  # noqa: A002  the field's own name
    day: date,
) -> Invoice:
    invoice = before.invoice
    lines = tuple(
        attrs.evolve(
            line,
            charge_key=_credit_key(line.charge_key, id),
            corrects=line.charge_key,
            net=before.nets[line.charge_key] - after.nets[line.charge_key],
            gross=_gross(line, before.nets[line.charge_key], after.nets[line.charge_key]),
        )
        for line in invoice.lines
        if after.nets[line.charge_key] != before.nets[line.charge_key]
    )
    borne = {tax for line in lines for tax in line.taxes}
    held = {tax for line in lines for tax in line.withheld}
    groups = tuple(_given_back(before.groups, after.groups, borne))
    withheld = tuple(_given_back(before.withheld, after.withheld, held))
    net = money_sum((line.net for line in lines), invoice.currency)
    taxes = money_sum((group.tax for group in groups), invoice.currency)
    total = net + taxes
    tax_document = TaxDocument(
        tuple(line.net for line in lines), groups, net, taxes, total, total, withheld
    )
    return attrs.evolve(invoice, id=id, day=day, lines=lines, tax=tax_document, credits=invoice.id)


def _given_back(
    before: Iterable[TaxGroup], after: Iterable[TaxGroup], borne: Collection[LineTax]
) -> Iterator[TaxGroup]:
    """What two states differ by, in the groups that lines of the credit note stand in."""
    for was, now in zip(before, after, strict=True):
        if any(map(was.bears, borne)):
            yield attrs.evolve(was, taxable=was.taxable - now.taxable, tax=was.tax - now.tax)


def _refuse_what_has_no_share(after: Credited) -> None:
    """Lines that cancel to no tax, or to nothing in all, have no share to give back of it."""
    invoice = after.invoice
    for group, credited in zip(invoice.tax.groups, after.groups, strict=True):
        if not group.tax and credited.tax:
            raise RuleBroken(
                f"the lines of {invoice.id!r} of tax category {group.category!r} cancel to no "
                "tax: credit all that is left of them at once"
            )
    if not invoice.total and after.total:
        raise RuleBroken(f"{invoice.id!r} asks for nothing in all: credit all of it at once")


def _charge(
    charge: Charge,
    line: InvoiceLine,
    credited: tuple[Money, Money],
    *,
    document: Invoice,
    reason: str,
) -> Charge:
    """What takes back a part of a charge; ``credited`` is how much before it, and with it."""
    before, after = (_share(charge.booked, amount, line.net) for amount in credited)
    code = document.currency
    why = Explainer("credit of an invoice line", 1)
    why.fact("invoice", document.credits or "")
    why.fact("charge", line.charge_key)
    why.fact("reason", reason)
    why.given("billed", "billed", line.net.exact.value, code)
    why.given("before", "credited before", credited[0].exact.value, code)
    why.given("after", "credited with this", credited[1].exact.value, code)
    result = why.step("amount", "given back", "subtract", "before", "after", unit=code)
    return attrs.evolve(
        charge,
        key=_credit_key(line.charge_key, document.id),
        trigger=document.day,
        booked=before - after,
        explanation=why.explanation(result),
        credits=line.charge_key,
        gross=_gross(line, *credited),
    )


def _gross(line: InvoiceLine, before: Money, after: Money) -> Money | None:
    """What is given back of a price that includes tax."""
    was, now = line.gross_of(before), line.gross_of(after)
    return None if was is None or now is None else was - now


def _entry(
    entry: JournalEntry,
    before: Credited,
    after: Credited,
    *,
    id: str,  # noqa: A002  the field's own name
    day: date,
    rounding_account: str,
) -> JournalEntry:
    was = _lines_of(entry, before, rounding_account)
    now = _lines_of(entry, after, rounding_account)
    lines = [
        attrs.evolve(line, amount=earlier.amount - line.amount)
        for earlier, line in zip(was, now, strict=True)
    ]
    kept = tuple(line for line in lines if line.amount)
    return JournalEntry(id, entry.entity, day, "credit note", id, kept)


def _lines_of(
    entry: JournalEntry, credited: Credited, rounding_account: str
) -> tuple[JournalLine, ...]:
    """The lines of the entry as far as they are credited; what rounding leaves is last.

    They stand as ``book_invoice`` writes them: each line of the invoice, each tax, what is
    claimed, what rounding left. What is claimed is one line here, whatever rates it has.
    """
    invoice = credited.invoice
    nets, rest = entry.lines[: len(invoice.lines)], entry.lines[len(invoice.lines) :]
    pairs = zip(invoice.tax.groups, credited.groups, strict=True)
    taxed = [(group.tax, part.tax) for group, part in pairs if group.tax]
    made = [
        attrs.evolve(line, amount=_share(line.amount, credited.nets[item.charge_key], item.net))
        for line, item in zip(nets, invoice.lines, strict=True)
    ]
    made += [
        attrs.evolve(line, amount=_share(line.amount, part, whole))
        for line, (whole, part) in zip(rest, taxed, strict=False)
    ]
    claims = [line for line in rest[len(taxed) :] if line.role != Role.ROUNDING]
    claimed = booked_sum((line.amount for line in claims), entry.currencies)
    if claims:
        nothing = Booked.zero(*entry.currencies)
        anything = any(credited.nets.values())
        part = _share(claimed, credited.total, invoice.total) if anything else nothing
        made.append(attrs.evolve(claims[0], amount=part))
    residue = booked_sum((line.amount for line in made), entry.currencies)
    return *made, JournalLine(Role.ROUNDING, rounding_account, -residue)


def _share(booked: Booked, credited: Money, whole: Money) -> Booked:
    """What of a line of the entry goes with the part of the whole that is credited."""
    if credited == whole:
        return booked
    share = Fraction(credited.minor, whole.minor)
    columns = (booked.transaction, booked.entity, booked.group)
    return Booked(*((column.exact * share).settle() for column in columns))
