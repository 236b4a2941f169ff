"""An invoice as its reader sees it: lines in order, with subtotals; drawing it is the host's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import attrs

from harmony_core.billing._invoice import Invoice, InvoiceLine
from harmony_core.billing._profile import BillingProfile, LineKey
from harmony_core.contracts import Contract
from harmony_core.finance import Money, money_sum


@attrs.frozen
class InvoiceSection:
    """Lines that share a value of a key, with what they add up to; ``key`` is ``None`` on top.

    A section holds either further sections or lines.
    """

    key: LineKey | None
    value: str
    sections: tuple[InvoiceSection, ...]
    lines: tuple[InvoiceLine, ...]
    subtotal: Money


def invoice_layout(
    invoice: Invoice, contracts: Mapping[str, Contract], profile: BillingProfile
) -> InvoiceSection:
    """Put the lines of an invoice in the order of a profile, with its subtotals.

    Neither a line nor the total is changed by it: the subtotals of every level add up to the net.
    """
    placed = [
        (profile.place_of(contracts[line.contract_id], line.line_id), line)
        for line in invoice.lines
    ]
    placed.sort(key=lambda item: item[0])  # stable: the rest stands as on the invoice
    return _section(None, "", placed, profile.sort[: profile.subtotals], invoice.currency)


def _section(
    key: LineKey | None,
    value: str,
    placed: Sequence[tuple[tuple[str, ...], InvoiceLine]],
    keys: Sequence[LineKey],
    currency: str,
) -> InvoiceSection:
    """Divide what stands here by the first of the keys; what stands below is divided by the rest.

    The values in front of the lines are those of ``keys``, and maybe of further ones.
    """
    lines = tuple(line for _, line in placed)
    subtotal = money_sum((line.net for line in lines), currency)
    if not keys:
        return InvoiceSection(key, value, (), lines, subtotal)
    sections = tuple(
        _section(keys[0], shared, [(rest[1:], line) for rest, line in members], keys[1:], currency)
        for shared, members in groupby(placed, key=lambda item: item[0][0])
    )
    return InvoiceSection(key, value, sections, (), subtotal)
