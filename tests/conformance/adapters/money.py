"""Money: rounding, allocation, currencies, conversion, entries in three currencies, tax."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from harmony_core.finance import (
    AllocationMode,
    BookingRates,
    DocumentAdjustment,
    ExactAmount,
    FoundRate,
    JournalLine,
    Money,
    Rate,
    RateBook,
    RateKind,
    RatePolicy,
    Rounding,
    TaxLine,
    TaxMethod,
    TaxRate,
    TaxTable,
    allocate,
    allocate_apart,
    convert,
    convert_keeping_residue,
    currency,
    exact,
    journal_entry,
    money_sum,
    tax_document,
    triangulate,
)
from tests.conformance.registry import Vector, adapter

DAY = date(2026, 3, 31)  # conversions name no day: any one will do
CODES = {"1": ("JPY", "KRW", "CLP", "ISK"), "0.001": ("KWD", "BHD", "OMR", "TND")}


def currencies_of(vector: Vector) -> tuple[str, ...]:
    """Where a vector names no currencies, four with the digits of its step stand for them."""
    return CODES.get(vector.get("step") or "0.01", ("EUR", "GBP", "USD", "AUD"))


@adapter("round")
def round_to_a_step(vector: Vector) -> object:
    return Rounding.of(vector["mode"], vector["step"]).apply(exact(vector["amount"]))


@adapter("allocate")
def split(vector: Vector) -> object:
    total = Money.of(vector["amount"], vector["currency"])
    mode = AllocationMode(vector["mode"])
    ratios, step = vector["ratios"], vector.get("step")
    if mode in (AllocationMode.SEPARATE, AllocationMode.BLOCK_SEPARATE):
        shares, rest = allocate_apart(total, ratios, mode, step)
        return [*shares, rest]
    return allocate(total, ratios, mode, step)


@adapter("currency")
def currency_data(vector: Vector) -> object:
    found = currency(vector["code"])
    return {"numeric": found.numeric, "exponent": found.exponent}


@adapter("convert")
def convert_once(vector: Vector) -> object:
    rate = Rate.per(
        vector.get("rate_denominator") or 1,
        vector["from"],
        vector["to"],
        DAY,
        vector["rate_numerator"],
        source="vector",
    )
    amount = ExactAmount.of(vector["amount"], vector["from"])
    return convert(amount, rate.found, _rounding(vector))


@adapter("group_path")
def group_amount_direct_and_by_the_books(vector: Vector) -> object:
    transaction, books, group, _ = currencies_of(vector)
    rounding = _rounding(vector)
    amount = ExactAmount.of(vector["amount"], transaction)
    booked = convert(amount, _given(transaction, books, vector["rate_tx_to_accounting"]), rounding)
    onward = _given(books, group, vector["rate_accounting_to_group"])
    straight = _given(transaction, group, vector["rate_tx_to_group"])
    return {
        "accounting": booked,
        "group_chained": convert(booked, onward, rounding),
        "group_direct": convert(amount, straight, rounding),
    }


@adapter("convert_with_residue")
def conversion_that_keeps_what_it_rounds(vector: Vector) -> object:
    transaction, books, group, _ = currencies_of(vector)
    rounding = _rounding(vector)
    onward = _given(books, group, vector["rate_accounting_to_group"])
    booked = convert_keeping_residue(
        ExactAmount.of(vector["amount"], transaction),
        _given(transaction, books, vector["rate_tx_to_accounting"]),
        rounding,
    )
    reported = convert_keeping_residue(booked.exact, onward, rounding)
    return {
        "accounting": booked.money,
        "accounting_residue": booked.residue,
        "group": reported.money,
        "group_residue": reported.residue,
        "group_if_residue_dropped": convert(booked.money, onward, rounding),
    }


@adapter("triangulate")
def convert_by_a_pivot(vector: Vector) -> object:
    book = RateBook(
        Rate(base, quote, DAY, value, source="vector")
        for base, quote, value in (
            (*pair.split("/"), value) for pair, value in vector["rates"].items()
        )
    )
    between = vector.get("intermediate_step")
    return triangulate(
        ExactAmount.of(vector["amount"], vector["from"]),
        book.find(vector["from"], vector["via"], DAY),
        book.find(vector["via"], vector["to"], DAY),
        _rounding(vector),
        Rounding.of("half_up", between) if between else None,
    )


@adapter("rate_lookup")
def look_a_rate_up(vector: Vector) -> object:
    base, quote = vector["pair"].split("/")
    oldest = vector.get("max_age_days")
    book = RateBook(
        Rate(base, quote, date.fromisoformat(row["from"]), row["rate"], source="vector")
        for row in vector["table"]
    )
    policy = RatePolicy(
        max_age_days=int(oldest) if oldest else None,
        exact_day=vector["policy"] != "on_or_before",
    )
    return book.find(base, quote, date.fromisoformat(vector["on"]), policy=policy).value


@adapter("tri_entry")
def entry_in_three_currencies(vector: Vector) -> object:
    columns = {"accounting": "entity", "group": "group"}
    transaction = vector["transaction_currency"]
    rates = BookingRates(
        *(
            _given(transaction, vector[f"{name}_currency"], vector[f"{name}_rate"])
            for name in columns
        )
    )
    amounts = [rates.book(Money.of(line, transaction), _mode(vector)) for line in vector["lines"]]
    entry = journal_entry(
        id="J-1",
        entity="E",
        day=DAY,
        kind="vector",
        source="vector",
        lines=(JournalLine("revenue", "4000", amount) for amount in amounts),
        rounding_account="9999",
        rounding=_mode(vector),
    )
    return {
        name: {
            "currency": vector[f"{name}_currency"],
            "amounts": [getattr(amount, column) for amount in amounts],
            "residual": getattr(entry.rounding, column),
        }
        for name, column in columns.items()
    }


@adapter("elimination")
def elimination_of_a_pair(vector: Vector) -> object:
    transaction, lender, borrower, group = currencies_of(vector)
    rounding = _rounding(vector)
    to_group = _given(transaction, group, vector["rate_tx_to_group"])
    lent = BookingRates(_given(transaction, lender, vector["rate_tx_to_lender"]), to_group).book(
        Money.of(vector["transaction_amount"], transaction), rounding
    )
    owed = BookingRates(
        _given(transaction, borrower, vector["rate_tx_to_borrower"]), to_group
    ).mirror(lent, rounding)
    lent_again = convert(
        lent.entity, _given(lender, group, vector["rate_lender_to_group"]), rounding
    )
    owed_again = convert(
        owed.entity, _given(borrower, group, vector["rate_borrower_to_group"]), rounding
    )
    return {
        "lender_accounting": lent.entity,
        "borrower_accounting": -owed.entity,
        "group_direct_each_leg": lent.group,
        "elimination_difference_direct": money_sum((lent.group, owed.group), group),
        "lender_group_via_local": lent_again,
        "borrower_group_via_local": -owed_again,
        "elimination_difference_via_local": money_sum((lent_again, owed_again), group),
    }


@adapter("tax_document")
def tax_of_a_document(vector: Vector) -> object:
    code = vector["currency"]

    def moneys(amounts: list[str] | None) -> list[Money]:
        return [Money.of(amount, code) for amount in amounts or ()]

    def money(amount: str | None) -> Money | None:
        return None if amount is None else Money.of(amount, code)

    document = tax_document(
        code,
        [
            TaxLine.priced(
                line["quantity"],
                ExactAmount.of(line["unit_price"], code),
                line["category"],
                line["rate_percent"],
                base_quantity=line.get("base_quantity") or 1,
                allowances=moneys(line.get("allowances")),
                charges=moneys(line.get("charges")),
            )
            for line in vector["lines"]
        ],
        [
            DocumentAdjustment(
                Money.of(extra["amount"], code),
                extra["charge"],
                extra["category"],
                extra["rate_percent"],
            )
            for extra in vector.get("document_allowances_charges") or ()
        ],
        prepaid=money(vector.get("prepaid")),
        payable_rounding=money(vector.get("payable_rounding")),
        method=TaxMethod(vector.get("method") or "per_category_and_rate"),
        rounding=_mode(vector),
    )
    return {
        "line_net": document.line_net,
        "groups": [
            {
                "category": group.category,
                "rate_percent": group.rate_percent,
                "taxable": group.taxable,
                "tax": group.tax,
            }
            for group in document.groups
        ],
        "total_excl": document.total_excl,
        "total_tax": document.total_tax,
        "total_incl": document.total_incl,
        "payable": document.payable,
    }


@adapter("tax_rate_lookup")
def tax_rate_of_a_day(vector: Vector) -> object:
    place, code = vector["jurisdiction"], vector["code"]
    table = TaxTable(
        TaxRate(place, code, row["rate_percent"], date.fromisoformat(row["from"]))
        for row in vector["table"]
    )
    return table.rate(place, code, date.fromisoformat(vector["on"])).percent


def _given(base: str, quote: str, value: str) -> FoundRate:
    if base == quote:
        return RateBook().find(base, quote, DAY)
    return Rate(base, quote, DAY, value, RateKind.CONTRACT, source="vector").found


def _mode(vector: Mapping[str, Any]) -> Rounding:
    return Rounding.of(vector.get("mode") or "half_up")


def _rounding(vector: Mapping[str, Any]) -> Rounding:
    return Rounding.of(vector.get("mode") or "half_up", vector.get("step"))
