"""From charges to invoices: one document a party, currency and day, or as the customer wants it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import NamedTuple

import attrs

from harmony_core.billing._charge import Charge
from harmony_core.billing._invoice import Invoice, InvoiceLine
from harmony_core.billing._profile import BillingProfile
from harmony_core.contracts import Contract, Side
from harmony_core.errors import NotFound, RuleBroken
from harmony_core.finance import Group, Supply, TaxDecision, TaxTable, tax_document
from harmony_core.parties import Customer, Directory
from harmony_core.periods import Span

NOT_TAXED = "O"
"""Tax category of purchases until a supplier's invoice says more (5305: outside scope)."""


def invoices(
    charges: Iterable[Charge],
    contracts: Mapping[str, Contract],
    directory: Directory,
    group: Group,
    taxes: TaxTable,
    *,
    profiles: Mapping[str, BillingProfile] | None = None,
) -> Iterator[Invoice]:
    """Gather charges into invoices and credit notes; charges of zero stay out.

    One invoice holds what one entity asks of one customer (merged ones answer as one) in one
    currency on one trigger day; on the buy side, what a supplier asks of the entity. A profile
    may ask for one by contract, order or site: that changes no net, and tax only by what each
    document rounds. What comes to less than nothing is a credit note, and its id says so; see
    :func:`referring_back` for the documents that it corrects.

    Args:
        charges: to be billed.
        contracts: of the charges, by id.
        directory: customers.
        group: the entities.
        taxes: rates by country and day.
        profiles: by customer; who has none gets one invoice for everything.

    Raises:
        NotFound: a contract, customer or tax rate is missing.
        RuleBroken: a price that includes tax was divided by other taxes than these.
    """
    known = profiles or {}
    worth = [charge for charge in charges if charge.amount]
    keyed = sorted(
        ((_heading(c, contracts, directory, known), c) for c in worth),
        key=lambda item: (item[0], _place(item[1], contracts, item[0].party_id, known)),
    )
    for heading, members in groupby(keyed, key=lambda item: item[0]):
        sells = heading.side == Side.SELL.value
        country = group.entity(heading.entity_id).country
        buyer = directory.resolve(heading.party_id) if sells else None
        lines = tuple(
            _line(
                charge,
                contracts[charge.contract_id],
                country=country,
                buyer=buyer,
                day=heading.day,
                taxes=taxes,
            )
            for _, charge in members
        )
        profile = known.get(heading.party_id, BillingProfile(heading.party_id))
        document = tax_document(
            heading.currency,
            [line.taxed(line.net) for line in lines],
            method=profile.tax_method,
        )
        yield Invoice(
            heading.document_id(is_credit=document.total_incl.minor < 0),
            Side(heading.side),
            heading.entity_id,
            heading.party_id,
            heading.currency,
            heading.day,
            lines,
            document,
        )


def referring_back(
    documents: Iterable[Invoice], earlier: Mapping[str, str] | None = None
) -> tuple[Invoice, ...]:
    """Name on each document those whose charges its lines correct, oldest first.

    Args:
        documents: with the ids under which they go out; they may correct each other.
        earlier: the documents of charges that were billed before, by charge key.
    """
    found = tuple(documents)
    billed_on = dict(earlier or {})
    billed_on |= {line.charge_key: one.id for one in found for line in one.lines}
    return tuple(
        attrs.evolve(
            one,
            corrects=dict.fromkeys(
                billed_on[line.corrects] for line in one.lines if line.corrects in billed_on
            ),
        )
        for one in found
    )


_KINDS = {
    (Side.SELL.value, False): "INV",
    (Side.SELL.value, True): "CN",
    (Side.BUY.value, False): "BILL",
    (Side.BUY.value, True): "BILLCN",
}
"""What the id of a document begins with, by side and by whether it gives money back."""


class _Heading(NamedTuple):
    """What the charges of one invoice share."""

    side: str
    entity_id: str
    party_id: str
    currency: str
    day: date
    part: str

    def document_id(self, *, is_credit: bool) -> str:
        kind = _KINDS[self.side, is_credit]
        whole = f"{kind}-{self.entity_id}-{self.day:%Y%m%d}-{self.party_id}-{self.currency}"
        return f"{whole}-{self.part}" if self.part else whole


def _heading(
    charge: Charge,
    contracts: Mapping[str, Contract],
    directory: Directory,
    profiles: Mapping[str, BillingProfile],
) -> _Heading:
    if charge.contract_id not in contracts:
        raise NotFound(f"charge {charge.key!r} is of contract {charge.contract_id!r}, not given")
    contract = contracts[charge.contract_id]
    party, part = contract.party_id, ""
    if contract.side is Side.SELL:
        party = directory.resolve(party).id
        part = profiles[party].document_of(contract) if party in profiles else ""
    return _Heading(
        contract.side.value,
        contract.entity_id,
        party,
        charge.amount.currency,
        charge.trigger,
        part,
    )


def _place(
    charge: Charge,
    contracts: Mapping[str, Contract],
    party_id: str,
    profiles: Mapping[str, BillingProfile],
) -> tuple[tuple[str, ...], str, int, str]:
    """Lines stand as in the contract: a bundle's main article before its other parts."""
    contract = contracts[charge.contract_id]
    wanted: tuple[str, ...] = ()
    if contract.side is Side.SELL and party_id in profiles:
        wanted = profiles[party_id].place_of(contract, charge.line_id)
    order = [line.id for line in contract.lines_ever]
    return wanted, contract.id, order.index(charge.line_id), charge.key


def _line(
    charge: Charge,
    contract: Contract,
    *,
    country: str,
    buyer: Customer | None,
    day: date,
    taxes: TaxTable,
) -> InvoiceLine:
    if buyer is None:
        parts = NOT_TAXED, None, charge.corrects
        return InvoiceLine(charge.key, charge.contract_id, charge.line_id, charge.amount, *parts)
    code = contract.line(charge.line_id).tax_category
    found = decided_tax(taxes, country, buyer, code, document=day, service=charge.service)
    _refuse_another_division(charge, found)
    return InvoiceLine(
        charge.key,
        charge.contract_id,
        charge.line_id,
        charge.amount,
        found.category,
        found.percent,
        charge.corrects,
        found.reason,
        found.reason_code,
        found.rule,
        found.tax_point,
        found.jurisdiction,
        found.further,
        found.withheld,
        charge.gross,
    )


def _refuse_another_division(charge: Charge, tax: TaxDecision) -> None:
    """A price that includes tax was divided when it was charged, and is so on the invoice."""
    if charge.gross is None:
        return
    inside = (charge.gross.exact * tax.part_of_gross).settle()
    if charge.gross - inside != charge.amount:
        raise RuleBroken(
            f"charge {charge.key!r} left {charge.amount} of {charge.gross} with tax, and by the "
            f"taxes of the invoice it is {charge.gross - inside}: charge and invoice it by the "
            "same taxes and customers"
        )


def decided_tax(
    taxes: TaxTable,
    country: str,
    buyer: Customer,
    code: str,
    *,
    document: date,
    service: Span,
) -> TaxDecision:
    """Decide the taxes of a charge on a document for a service."""
    point = taxes.tax_point(country, document, service.first_day, service.last_day)
    return taxes.decide(sale(country, buyer, code, point))


def sale(country: str, buyer: Customer, code: str, tax_point: date) -> Supply:
    """What a sale is taxed by: the seller's country, the buyer's place, and what is sold."""
    place = buyer.tax_place or buyer.country
    return Supply(country, place, code, tax_point, buyer.tax_id is not None)
