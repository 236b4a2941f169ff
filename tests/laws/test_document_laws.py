"""Laws of documents: grouping changes no total, and a credit note is the mirror of its invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

import attrs
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import (
    BillingProfile,
    Charge,
    Facts,
    Invoice,
    InvoiceGrouping,
    InvoiceSection,
    LineKey,
    book_invoice,
    credit_note,
    due,
    invoice_layout,
    invoices,
    recognise,
)
from harmony_core.contracts import Contract, Side
from harmony_core.finance import (
    Booked,
    JournalEntry,
    Money,
    TaxMethod,
    booked_sum,
    money_sum,
)
from harmony_core.periods import Month, months_between
from harmony_core.pricing import Flat
from harmony_core.products import Recognition
from tests.strategies import (
    CUSTOMERS,
    END,
    GROUP,
    TAXES,
    TERMS,
    contract,
    contracts,
    line,
)

FACTS = Facts()
Documents = tuple[dict[str, Contract], dict[str, Charge]]


@st.composite
def billed(draw: st.DrawFn) -> Documents:
    """Up to three contracts that one customer has, and what falls due of them until autumn."""
    found = {}
    for number in range(draw(st.integers(1, 3))):
        one = draw(contracts())
        order = draw(st.sampled_from([None, "O-1", "O-2"]))
        id_ = f"C-{number}"
        found[id_] = attrs.evolve(one, id=id_, side=Side.SELL, party_id="K-1", order_id=order)
    charges = [charge for one in found.values() for charge in due(one, FACTS, TERMS, END)]
    return found, {charge.key: charge for charge in charges}


def made(there: Documents, profile: BillingProfile | None) -> list[Invoice]:
    known = {} if profile is None else {profile.id: profile}
    contracts_, charges = there
    return list(invoices(charges.values(), contracts_, CUSTOMERS, GROUP, TAXES, profiles=known))


def totals(found: list[Invoice]) -> Mapping[tuple[str, str, date], tuple[Money, Money]]:
    sums: defaultdict[tuple[str, str, date], list[Invoice]] = defaultdict(list)
    for one in found:
        sums[one.entity_id, one.currency, one.day].append(one)
    return {
        key: (
            money_sum((one.net for one in members), key[1]),
            money_sum((one.tax.total_tax for one in members), key[1]),
        )
        for key, members in sums.items()
    }


@given(
    billed(),
    st.sampled_from(InvoiceGrouping),
    st.lists(st.sampled_from(LineKey), unique=True, max_size=3),
    st.sampled_from(TaxMethod),
)
def test_regrouping_changes_no_total_beyond_the_rounding_of_tax(
    there: Documents, grouping: InvoiceGrouping, sort: list[LineKey], method: TaxMethod
) -> None:
    whole = BillingProfile("K-1", tax_method=method)
    parts = attrs.evolve(whole, grouping=grouping, sort=sort, sites=(("C-0", "Bonn"),))
    before, after = made(there, whole), made(there, parts)
    one, other = totals(before), totals(after)
    assert one.keys() == other.keys()
    for key, (net, tax) in one.items():
        assert other[key][0] == net
        groups = sum(
            len(document.tax.groups)
            for document in (*before, *after)
            if (document.entity_id, document.currency, document.day) == key
        )
        moved = abs((other[key][1] - tax).minor)
        if method is TaxMethod.PER_LINE:
            assert not moved, "tax by line does not know its document"
        assert 2 * moved <= groups, "half a unit for each rounding at most"
    lines = [line.charge_key for document in after for line in document.lines]
    assert sorted(lines) == sorted(line.charge_key for one in before for line in one.lines)


@given(billed(), st.lists(st.sampled_from(LineKey), unique=True, max_size=3), st.integers(0, 3))
def test_subtotals_add_up_to_the_net(there: Documents, sort: list[LineKey], subtotals: int) -> None:
    profile = BillingProfile("K-1", sort=sort, subtotals=min(subtotals, len(sort)))
    for invoice in made(there, profile):
        top = invoice_layout(invoice, there[0], profile)
        assert top.subtotal == invoice.net
        assert list(_lines(top)) == [line.charge_key for line in invoice.lines]
        _adds_up(top)


def _lines(section: InvoiceSection) -> list[str]:
    below = [key for part in section.sections for key in _lines(part)]
    return [*below, *(line.charge_key for line in section.lines)]


def _adds_up(section: InvoiceSection) -> None:
    parts = [part.subtotal for part in section.sections] or [line.net for line in section.lines]
    assert money_sum(parts, section.subtotal.currency) == section.subtotal
    for part in section.sections:
        _adds_up(part)


@given(billed(), st.data())
def test_credits_end_at_the_mirror_of_the_invoice_in_every_column(
    there: Documents, data: st.DataObject
) -> None:
    """In any number of parts; a charge and its credit at the same instant are nothing."""
    contracts_, charges = there
    for invoice in made(there, None)[:3]:
        entry = book_invoice(invoice, charges, contracts_, TERMS)
        notes: list[Invoice] = []
        entries: list[JournalEntry] = [entry]
        booked: defaultdict[str, list[Charge]] = defaultdict(list)
        mixed = len({line.net.minor > 0 for line in invoice.lines}) > 1
        shares = [] if mixed else data.draw(st.lists(st.integers(1, 99), max_size=2))
        left = {line.charge_key: line.net for line in invoice.lines}
        for share in (*shares, None):
            part = None
            if share is not None:
                part = {
                    key: Money(_part(net.minor, share), net.currency)
                    for key, net in left.items()
                    if _part(net.minor, share)
                }
                if not part:
                    continue
                left = {key: net - part.get(key, net * 0) for key, net in left.items()}
            note = credit_note(
                invoice,
                entry,
                charges,
                id=f"CN-{len(notes)}",
                day=invoice.day,
                reason="law",
                rounding_account="rounding",
                amounts=part,
                earlier=notes,
            )
            notes.append(note.document)
            entries.append(note.entry)
            for charge in note.charges:
                assert charge.credits is not None
                assert charge.replay() == charge.amount
                booked[charge.credits].append(charge)
        assert sum((one.net for one in notes), invoice.net) == invoice.net * 0
        assert sum((one.tax.total_tax for one in notes), invoice.tax.total_tax) == invoice.net * 0
        for key, given_back in booked.items():
            whole = charges[key].booked
            for one in given_back:
                whole += one.booked
            assert not whole
        columns: defaultdict[tuple[str, str], int] = defaultdict(int)
        for posted in entries:
            for row in posted.lines:
                for column in ("transaction", "entity", "group"):
                    columns[row.role, column] += getattr(row.amount, column).minor
        assert not any(columns.values())


def _part(minor: int, share: int) -> int:
    return minor * share // 100 if minor > 0 else -(-minor * share // 100)


@given(
    st.integers(1, 30_000),
    st.lists(st.tuples(st.integers(1, 99), st.integers(0, 150)), max_size=3),
    st.booleans(),
)
def test_a_charge_and_its_credits_are_earned_as_what_is_left(
    minor: int, parts: list[tuple[int, int]], whole: bool
) -> None:
    """In every column and month: no cent of it is earned before or after what is left would be."""
    price = Flat(Money(minor, "EUR").exact)
    one = line(price, date(2026, 1, 13), months=6, recognition=Recognition.STRAIGHT_LINE)
    agreed = contract(one)
    there = {agreed.id: agreed}
    (first, *_) = due(agreed, FACTS, TERMS, date(2026, 1, 13))
    (invoice,) = invoices([first], there, CUSTOMERS, GROUP, TAXES)
    entry = book_invoice(invoice, {first.key: first}, there, TERMS)
    notes: list[Invoice] = []
    charges, left = [first], invoice.net
    for number, (share, after) in enumerate(sorted(parts, key=lambda it: it[1])):
        amount = Money(_part(left.minor, share), "EUR")
        if not amount or amount == left:
            continue
        note = credit_note(
            invoice, entry, {first.key: first}, id=f"CN-{number}", reason="law",
            day=first.trigger + timedelta(days=after), rounding_account="rounding",
            amounts={first.key: amount}, earlier=notes,
        )  # fmt: skip
        notes.append(note.document)
        charges += note.charges
        left = left - amount
    if whole:
        note = credit_note(
            invoice, entry, {first.key: first}, id="CN-9", day=date(2026, 6, 20), reason="law",
            rounding_account="rounding", earlier=notes,
        )  # fmt: skip
        charges += note.charges
    so_far: dict[str, Booked] = {}
    for month in months_between(Month(2026, 1), Month(2026, 7)):
        close = month.last_day
        known = [charge for charge in charges if charge.trigger <= close]
        for row in recognise(agreed, known, FACTS, month, so_far):
            before = so_far.get(row.charge_key)
            so_far[row.charge_key] = row.amount if before is None else before + row.amount
        days = min((close - first.service.start).days + 1, first.service.days)
        part = Fraction(days, first.service.days)
        currencies = first.booked.currencies
        remaining = booked_sum((charge.booked for charge in known), currencies)
        columns = (remaining.transaction, remaining.entity, remaining.group)
        expected = Booked(*((column.exact * part).settle() for column in columns))
        assert booked_sum(so_far.values(), currencies) == expected
