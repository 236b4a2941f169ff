"""What of an invoice is credited by now: its nets, and the tax and withholding that go with them.

Tax is that of the original rates on all that is credited; once every line that bears a tax is, it
is what the invoice asked for, however that was rounded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import attrs

from harmony_core.billing._invoice import Invoice
from harmony_core.finance import LineTax, Money, TaxGroup, money_sum, tax_document


@attrs.frozen
class Credited:
    """A part of an invoice, by the net of each line; above zero for what was charged."""

    invoice: Invoice
    nets: Mapping[str, Money]
    groups: tuple[TaxGroup, ...]
    withheld: tuple[TaxGroup, ...]

    @classmethod
    def of(cls, invoice: Invoice, nets: Mapping[str, Money]) -> Credited:
        """Work out what goes with the nets that are credited."""
        found = tax_document(
            invoice.currency, [line.taxed(nets[line.charge_key]) for line in invoice.lines]
        )
        open_lines = [line for line in invoice.lines if nets[line.charge_key] != line.net]
        taxes = {tax for line in open_lines for tax in line.taxes}
        held = {tax for line in open_lines for tax in line.withheld}
        groups = _as_far(invoice.tax.groups, taxes, found.groups)
        withheld = _as_far(invoice.tax.withheld, held, found.withheld)
        return cls(invoice, nets, tuple(groups), tuple(withheld))

    @property
    def total(self) -> Money:
        """Net and tax."""
        taxes = (group.tax for group in self.groups)
        return money_sum([*self.nets.values(), *taxes], self.invoice.currency)


def _as_far(
    billed: Iterable[TaxGroup], left: Collection[LineTax], found: Iterable[TaxGroup]
) -> Iterator[TaxGroup]:
    """Each group of the invoice, as far as it is credited: all of it once all of its lines are."""
    credited = tuple(found)
    for group in billed:
        if any(map(group.bears, left)):
            yield next(one for one in credited if _alike(one, group))
        else:
            yield group


def _alike(one: TaxGroup, other: TaxGroup) -> bool:
    nothing = other.tax * 0
    return attrs.evolve(one, taxable=nothing, tax=nothing) == attrs.evolve(
        other, taxable=nothing, tax=nothing
    )
