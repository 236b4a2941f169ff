"""From charges to invoices: one document a party, currency and day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby

from harmony_core.billing._charge import Charge
from harmony_core.billing._invoice import Invoice, InvoiceLine
from harmony_core.contracts import Contract, ContractLine, Side
from harmony_core.errors import NotFound
from harmony_core.finance import Group, TaxLine, TaxRate, TaxTable, tax_document
from harmony_core.parties import Customer, Directory

EXPORT = "G"
"""Tax category of a sale to another country (UN/CEFACT list 5305: free export item)."""

NOT_TAXED = "O"
"""Tax category of purchases until a supplier's invoice says more (5305: outside scope)."""


def invoices(
    charges: Iterable[Charge],
    contracts: Mapping[str, Contract],
    directory: Directory,
    group: Group,
    taxes: TaxTable,
) -> Iterator[Invoice]:
    """Gather charges into invoices, in the order of their ids; charges of zero stay out.

    One invoice holds what one entity asks of one customer (merged ones answer as one) in one
    currency on one trigger day; on the buy side, what a supplier asks of the entity.

    Raises:
        NotFound: a contract, customer or tax rate is missing.
    """
    worth = [charge for charge in charges if charge.amount]
    keyed = sorted(
        ((_heading(c, contracts, directory), c) for c in worth),
        key=lambda item: (item[0], _place(item[1], contracts[item[1].contract_id])),
    )
    for heading, members in groupby(keyed, key=lambda item: item[0]):
        side, entity_id, party_id, currency, day = heading
        country = group.entity(entity_id).country
        buyer = directory.resolve(party_id) if side == Side.SELL.value else None
        lines = tuple(
            _line(
                charge,
                contracts[charge.contract_id],
                country=country,
                buyer=buyer,
                day=day,
                taxes=taxes,
            )
            for _, charge in members
        )
        document = tax_document(
            currency, [TaxLine.of(line.net, line.tax_category, line.tax_percent) for line in lines]
        )
        kind = "INV" if side == Side.SELL.value else "BILL"
        invoice_id = f"{kind}-{entity_id}-{day:%Y%m%d}-{party_id}-{currency}"
        yield Invoice(invoice_id, Side(side), entity_id, party_id, currency, day, lines, document)


def _heading(
    charge: Charge, contracts: Mapping[str, Contract], directory: Directory
) -> tuple[str, str, str, str, date]:
    if charge.contract_id not in contracts:
        raise NotFound(f"charge {charge.key!r} is of contract {charge.contract_id!r}, not given")
    contract = contracts[charge.contract_id]
    party = contract.party_id
    if contract.side is Side.SELL:
        party = directory.resolve(party).id
    return contract.side.value, contract.entity_id, party, charge.amount.currency, charge.trigger


def _place(charge: Charge, contract: Contract) -> tuple[str, int, str]:
    """Lines stand as in the contract: a bundle's main article before its other parts."""
    order = [line.id for line in contract.lines_ever]
    return contract.id, order.index(charge.line_id), charge.key


def _line(
    charge: Charge,
    contract: Contract,
    *,
    country: str,
    buyer: Customer | None,
    day: date,
    taxes: TaxTable,
) -> InvoiceLine:
    rate = _tax_rate(contract.line(charge.line_id), country, buyer, day, taxes)
    return InvoiceLine(
        charge.key,
        charge.contract_id,
        charge.line_id,
        charge.amount,
        NOT_TAXED if rate is None else rate.category,
        None if rate is None else rate.percent,
    )


def _tax_rate(
    line: ContractLine, country: str, buyer: Customer | None, day: date, taxes: TaxTable
) -> TaxRate | None:
    if buyer is None:
        return None
    category = line.tax_category if buyer.country == country else EXPORT
    return taxes.rate(country, category, day)
