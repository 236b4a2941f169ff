"""Tax: where it is rounded, inside prices, stacked, reversed, and in another currency."""

from __future__ import annotations

from datetime import date

from harmony_core.finance import (
    ExactAmount,
    IncludedTax,
    Money,
    Rate,
    Rounding,
    StackedTax,
    TaxBase,
    TaxDocument,
    TaxLine,
    TaxMethod,
    compound_tax,
    convert,
    in_percent,
    reverse_charge,
    tax_document,
    tax_inside,
    tax_on,
)
from tests.conformance.registry import Vector, adapter

DAY = date(2026, 3, 31)  # the vectors name no day: any one will do
CURRENCY_OF_STEP = {"1": ("JPY", "KRW"), "0.001": ("KWD", "BHD")}


def currencies_of(vector: Vector) -> tuple[str, str]:
    """The vectors name no currencies, but their smallest step; two with its digits."""
    return CURRENCY_OF_STEP.get(vector.get("step") or "0.01", ("EUR", "GBP"))


def rounding_of(vector: Vector) -> Rounding:
    """The step is the currency's own, which needs none; any other is a rounding's."""
    step = vector.get("step")
    own = step in {"0.01", *CURRENCY_OF_STEP}
    return Rounding.of(vector.get("mode") or "half_up", None if own else step)


@adapter("tax_rounding")
def tax_by_where_it_is_rounded(vector: Vector) -> object:
    code, _ = currencies_of(vector)

    def document(method: TaxMethod) -> TaxDocument:
        percent = in_percent(vector["rate"])
        lines = [TaxLine(ExactAmount.of(line, code), "S", percent) for line in vector["lines"]]
        return tax_document(code, lines, method=method, rounding=rounding_of(vector))

    by_line, whole = document(TaxMethod.PER_LINE), document(TaxMethod.PER_DOCUMENT)
    unrounded = document(TaxMethod.UNROUNDED)
    return {
        "sum_of_rounded_nets": by_line.total_excl,
        "rounded_sum_of_nets": unrounded.total_excl,
        "tax_per_line": by_line.total_tax,
        "tax_per_document": whole.total_tax,
        "tax_from_unrounded": unrounded.total_tax,
    }


@adapter("tax_inclusive")
def tax_inside_a_price(vector: Vector) -> object:
    code, _ = currencies_of(vector)
    gross, percent = Money.of(vector["gross"], code), in_percent(vector["rate"])

    def parts(method: IncludedTax) -> object:
        found = tax_inside(gross, percent, method, rounding_of(vector))
        return {"net": found.net, "tax": found.tax}

    return {method.value: parts(method) for method in IncludedTax}


@adapter("tax_compound")
def taxes_on_taxes(vector: Vector) -> object:
    code, _ = currencies_of(vector)
    taxes = [
        StackedTax(
            tax["name"],
            in_percent(tax["rate"]) if "rate" in tax else None,
            TaxBase(tax["on"]),
            fixed=Money.of(tax["fixed"], code) if "fixed" in tax else None,
        )
        for tax in vector["taxes"]
    ]
    found = compound_tax(Money.of(vector["base"], code), taxes, rounding_of(vector))
    return {
        "taxes": [{"name": name, "amount": amount} for name, amount in found.taxes],
        "total": found.total,
    }


@adapter("tax_reverse_charge")
def tax_that_the_buyer_owes(vector: Vector) -> object:
    code, _ = currencies_of(vector)
    base, percent = Money.of(vector["base"], code), in_percent(vector["rate"])
    found = reverse_charge(base, percent, rounding_of(vector))
    return {
        "invoice_tax": found.invoice_tax,
        "output_tax": found.output_tax,
        "input_tax": found.input_tax,
        "payable": found.payable,
    }


@adapter("tax_in_accounting_currency")
def tax_in_the_currency_of_the_books(vector: Vector) -> object:
    code, books = currencies_of(vector)
    rate = Rate(code, books, DAY, vector["fx_rate"], source="vector").found
    exactly = tax_on(Money.of(vector["base"], code), in_percent(vector["tax_rate"]))
    rounding = rounding_of(vector)
    shown = exactly.settle(rounding)
    return {
        "tax_transaction": shown,
        "tax_accounting_from_rounded": convert(shown, rate, rounding),
        "tax_accounting_from_unrounded": convert(exactly, rate, rounding),
    }
