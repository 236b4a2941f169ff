"""An invoice as a page in the customer's language, every amount explained.

It holds what the customer may see and nothing else: no performer, no cost, no transfer.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from harmony_core.billing import Charge, Invoice
from harmony_core.contracts import Contract, ContractLine, Side
from harmony_core.culture import Culture
from harmony_core.demo._report import page
from harmony_core.demo._results import Results
from harmony_core.finance import Money

_EVIDENCE_SHOWN = 40


def most_varied(results: Results, language: str) -> Invoice | None:
    """The invoice of a customer of that language with the most kinds of lines; ties by id."""
    by_key = {charge.key: charge for charge in results.charges}

    def variety(invoice: Invoice) -> tuple[int, int, str]:
        lines = [_parts(results.contracts, by_key, item.charge_key) for item in invoice.lines]
        kinds = {(line.type, type(line.source), type(line.scheme)) for _, _, line in lines}
        return len(kinds), len(lines), invoice.id

    candidates = [
        invoice
        for invoice in results.invoices
        if invoice.side is Side.SELL
        and results.customers[invoice.party_id].language.split("-")[0] == language
    ]
    return max(candidates, key=variety, default=None)


def invoice_html(results: Results, invoice: Invoice, culture: Culture) -> str:
    """The page of one invoice."""
    entity = results.company.group.entity(invoice.entity_id)
    customer = results.customers[invoice.party_id]
    words = culture.words
    by_key = {charge.key: charge for charge in results.charges}
    rows, reasons = [], []
    for item in invoice.lines:
        charge, contract, line = _parts(results.contracts, by_key, item.charge_key)
        rates = (tax.percent for tax in item.taxes)
        tax = " + ".join("–" if rate is None else culture.percent(rate / 100) for rate in rates)
        span = charge.service
        days = f"{culture.day(span.first_day)} – {culture.day(span.last_day)}"
        quantity = "" if charge.quantity is None else culture.number(charge.quantity)
        cells = (
            f"<td>{escape(line.name(culture.language))}<br>"
            f"<span class=note>{escape(contract.id)}, {escape(words('line'))} {escape(line.id)}"
            f"{_correction(culture, charge)}</span></td>"
            f"<td>{escape(days)}</td><td class=n>{escape(quantity)}</td>"
            f"<td class=n>{escape(tax)}</td><td class=n>{escape(culture.money(item.net))}</td>"
        )
        rows.append(f"<tr>{cells}</tr>")
        reasons.append(_reason(culture, charge, line))
    totals = "".join(_total(culture, label, amount) for label, amount in _totals(culture, invoice))
    head = "".join(
        f"<th{' class=n' if right else ''}>{escape(words(title))}</th>"
        for title, right in (
            ("service", False),
            ("period", False),
            ("quantity", True),
            ("tax", True),
            ("net", True),
        )
    )
    title = f"{words('Invoice')} {invoice.id}"
    body = (
        f"<p class=lead>{escape(entity.name)}</p><h1>{escape(title)}</h1>"
        f"<p>{escape(customer.name)}, {escape(customer.country)}<br>"
        f"{escape(culture.day(invoice.day))}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
        f"<tfoot>{totals}</tfoot></table>"
        f"<h2>{escape(words('How each amount came about'))}</h2>{''.join(reasons)}"
    )
    return page(title, body, culture.language)


def _parts(
    contracts: Mapping[str, Contract], charges: Mapping[str, Charge], key: str
) -> tuple[Charge, Contract, ContractLine]:
    charge = charges[key]
    contract = contracts[charge.contract_id]
    return charge, contract, contract.line(charge.line_id)


def _correction(culture: Culture, charge: Charge) -> str:
    return f", {escape(culture.words('correction'))}" if charge.corrects else ""


def _reason(culture: Culture, charge: Charge, line: ContractLine) -> str:
    text = charge.explanation.as_text(culture)
    terms = line.describe(culture).as_text()
    ids = ", ".join(charge.evidence[:_EVIDENCE_SHOWN])
    if len(charge.evidence) > _EVIDENCE_SHOWN:
        ids += f" … ({culture.number(len(charge.evidence))})"
    evidence = f"\n{culture.words('Behind it')}: {ids}" if ids else ""
    return (
        f"<details open><summary>{escape(line.name(culture.language))}: "
        f"{escape(culture.money(charge.amount))}</summary>"
        f"<pre>{escape(terms)}</pre><pre>{escape(text + evidence)}</pre></details>"
    )


def _totals(culture: Culture, invoice: Invoice) -> list[tuple[str, Money]]:
    rows = [(culture.words("Net"), invoice.net)]
    several = len({group.jurisdiction for group in invoice.tax_breakdown}) > 1
    for group in invoice.tax_breakdown:
        rate = "–" if group.percent is None else culture.percent(group.percent / 100)
        label = culture.words("Tax {rate} on {net}", rate=rate, net=culture.money(group.taxable))
        if several:
            label = f"{group.jurisdiction} {group.category}: {label}"
        reasons = "; ".join(culture.words(reason) for reason in group.reasons)
        rows.append((f"{label} ({reasons})" if reasons else label, group.tax))
    return [*rows, (culture.words("Total"), invoice.total)]


def _total(culture: Culture, label: str, amount: Money) -> str:
    return (
        f"<tr><td colspan=4 class=n>{escape(label)}</td>"
        f"<td class=n>{escape(culture.money(amount))}</td></tr>"
    )
