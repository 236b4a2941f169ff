"""Prices that include tax: what is charged is what they leave when the tax is taken out.

Revenue is what is left to the seller, so a charge is net from its first moment: preview, books,
recognition and margins see no tax. The price keeps its place beside it, and the invoice asks for
it to the cent. The tax is divided charge by charge, by the rates of the charge's own tax point: a
rate that changes leaves the price alone.
"""

from __future__ import annotations

from harmony_core.billing._invoicing import decided_tax
from harmony_core.billing._plan import PlannedCharge
from harmony_core.billing._terms import BillingTerms
from harmony_core.errors import InvalidValue, NotFound
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import HALF_UP, Money
from harmony_core.parties import Directory
from harmony_core.periods import Span


def without_tax(
    planned: PlannedCharge,
    service: Span,
    price: Explanation,
    directory: Directory,
    terms: BillingTerms,
) -> tuple[Money, Explanation]:
    """Take the tax out of the price of a charge for a service, and say how.

    Raises:
        InvalidValue: the terms have no taxes.
        NotFound: the directory lacks the customer, or the taxes a rate.
    """
    contract, line = planned.contract, planned.line
    if terms.taxes is None:
        raise InvalidValue(
            f"the prices of line {line.id!r} of contract {contract.id!r} include tax: "
            "give the terms the taxes that divide them, BillingTerms(..., taxes=TaxTable(...))"
        )
    if contract.party_id not in directory:
        raise NotFound(
            f"the prices of line {line.id!r} of contract {contract.id!r} include tax, and that "
            f"depends on the customer: give the facts the directory with {contract.party_id!r}, "
            "Facts(..., directory=Directory([...]))"
        )
    found = decided_tax(
        terms.taxes,
        terms.group.entity(contract.entity_id).country,
        directory.resolve(contract.party_id),
        line.tax_category,
        document=planned.trigger,
        service=service,
    )
    why = Explainer("price with tax", 1)
    why.fact("tax rule", found.rule)
    why.fact("tax point", found.tax_point.isoformat())
    gross = why.adopt(price, "gross_")
    why.given("share", "taxes, as a part of the price with tax", found.part_of_gross)
    why.step("tax", "tax in the price", "multiply", gross, "share", unit=contract.currency)
    step = why.given(
        "smallest", "smallest unit", Money(1, contract.currency).exact.value, contract.currency
    )
    mode = f"round_{HALF_UP.mode.value}"
    why.step("rounded", "rounded", mode, "tax", step, unit=contract.currency)
    why.step("net", "price without tax", "subtract", gross, "rounded", unit=contract.currency)
    return Money.of(why.value("net"), contract.currency), why.explanation("net")
