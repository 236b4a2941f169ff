"""The same quantities and amounts as the functions of proration, each with its derivation."""

from __future__ import annotations

from collections.abc import Iterable

from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.pricing._banded import FillUp, refuse_no_table
from harmony_core.pricing._bands import Band, BandTable
from harmony_core.pricing._proration import (
    UNITS_AND_DAYS,
    BandChosenBy,
    changes_in_bands,
    part_of_period,
    prorated_readings,
)
from harmony_core.pricing._scheme import ZeroQuantity, amount_of, pairs, units


def explain_prorated_quantity(
    period_days: Exact, added: Iterable[tuple[Exact, Exact]], persisted: Exact = 0
) -> Explanation:
    """Give the same quantity as :func:`prorated_quantity` with its derivation.

    >>> print(explain_prorated_quantity(31, [("4.5", 1)], persisted=2).as_text())
    prorated quantity (v1)
      units from before: 2
      days of the period: 31
      units added: 4.5
      days left for them: 1
      part of the period: 1 ÷ 31 = 1/31
      units for that part: 4.5 × 1/31 = 9/62
      all units: 2 + 9/62 = 133/62
    """
    why = Explainer("prorated quantity", 1)
    parts = [why.given("persisted", "units from before", exact(persisted, "persisting units"))]
    why.given("period", "days of the period", exact(period_days, "days of a period"))
    for number, (count, days) in enumerate(pairs(added, "units added", UNITS_AND_DAYS), 1):
        part_of_period(days, period_days)  # refuses what cannot be
        why.given(f"added{number}", "units added", exact(count, "added units"))
        why.given(f"days{number}", "days left for them", exact(days, "days of a part"))
        why.step(f"part{number}", "part of the period", "divide", f"days{number}", "period")
        label = "units for that part"
        names = f"added{number}", f"part{number}"
        parts.append(why.step(f"units{number}", label, "multiply", *names))
    return why.explanation(why.step("quantity", "all units", "add", *parts))


def explain_prorated_amount(amount: ExactAmount, days: Exact, period_days: Exact) -> Explanation:
    """Give the same amount as :func:`prorated_amount` with its derivation.

    >>> print(explain_prorated_amount(ExactAmount.of("310", "EUR"), 10, 31).as_text())
    prorated amount (v1)
      amount of the full period: 310 EUR
      days of the part: 10
      days of the period: 31
      part of the period: 10 ÷ 31 = 10/31
      amount for that part: 310 × 10/31 = 100 EUR
    """
    amount_of(amount, "what is prorated")
    part_of_period(days, period_days)  # refuses what cannot be
    why = Explainer("prorated amount", 1)
    whole = why.given("whole", "amount of the full period", amount.value, amount.currency)
    why.given("days", "days of the part", exact(days, "days of a part"))
    why.given("period", "days of the period", exact(period_days, "days of a period"))
    part = why.step("part", "part of the period", "divide", "days", "period")
    return why.explanation(why.step("amount", "amount for that part", "multiply", whole, part))


def explain_fill_up_prorated(
    table: BandTable,
    changes: Iterable[tuple[Exact, Exact]],
    zero_quantity: ZeroQuantity = ZeroQuantity.CHARGE_NOTHING,
) -> Explanation:
    """Give the same amount as :func:`fill_up_prorated` with its derivation: every band of a change.

    >>> seats = BandTable.of("EUR", [(5, "10"), (None, "5")])
    >>> print(explain_fill_up_prorated(seats, [(6, 3)]).as_text())
    prorated fill up (v1)
      nothing: 0 EUR
      units that were changed: 6
      prorated: 3
      units in the band: 5
      unit price: 10 EUR
      units in the band: 1
      unit price: 5 EUR
      part of the time: 3 ÷ 6 = 0.5
      price of the units in band 1: 5 × 10 = 50 EUR
      price of the units in band 2: 1 × 5 = 5 EUR
      change at its prices: 50 + 5 = 55 EUR
      for its part of the time: 55 × 0.5 = 27.5 EUR
      all changes: 0 + 27.5 = 27.5 EUR
      no credit beyond the charges: greatest (27.5; 0) = 27.5 EUR
      with the flat fees of the bands entered: 27.5 = 27.5 EUR
    """
    walked, level, peak = changes_in_bands(table, changes)
    if walked is None:
        return FillUp(table, zero_quantity).explain(0)
    why, currency = Explainer("prorated fill up", 1), table.currency
    none = why.given("none", "nothing", 0, currency)
    if level < 0:
        label = "units end below zero, so nothing is charged for them"
        return why.explanation(why.step("amount", label, "take", none))
    amounts = [none]
    for number, moved in enumerate(walked, 1):
        change = why.given(f"change{number}", "units that were changed", moved.units)
        come_to = why.given(f"prorated{number}", "prorated", moved.prorated)
        part = why.step(f"part{number}", "part of the time", "divide", come_to, change)
        prices = []
        for band, count in moved.in_bands:
            name = f"{number}_{band}"
            there = why.given(f"units{name}", "units in the band", count)
            price = table.bands[band - 1].unit_price.value
            each = why.given(f"price{name}", "unit price", price, currency)
            label = "price of the units in band {band}"
            prices.append(why.step(f"amount{name}", label, "multiply", there, each, band=str(band)))
        whole = why.step(f"whole{number}", "change at its prices", "add", *prices)
        label = "for its part of the time"
        amounts.append(why.step(f"amount{number}", label, "multiply", whole, part))
    total = why.step("changes", "all changes", "add", *amounts)
    charged = why.step("charged", "no credit beyond the charges", "greatest", total, none)
    fees = [
        why.given(f"fee{number}", "flat fee", band.flat_fee.value, currency)
        for number, band in enumerate(table.bands[: table.band_number(peak)], 1)
        if band.flat_fee is not None
    ]
    label = "with the flat fees of the bands entered"
    return why.explanation(why.step("amount", label, "add", charged, *fees))


def explain_look_up_prorated(
    table: BandTable,
    full_units: Exact,
    prorated_units: Exact,
    chosen_by: BandChosenBy = BandChosenBy.FULL_UNITS,
    zero_quantity: ZeroQuantity = ZeroQuantity.CHARGE_NOTHING,
    *,
    never_dearer_than_next_band: bool = False,
) -> Explanation:
    """Give the same amount as :func:`look_up_prorated` with its derivation.

    >>> seats = BandTable.of("EUR", [(100, "2", "10"), (None, "1", "50")])
    >>> print(explain_look_up_prorated(seats, 300, "198.6").as_text())
    prorated look up (v1)
      band chosen by: full_units
      band: 2
      full units: 300
      prorated units: 198.6
      unit price: 1 EUR
      flat fee: 50 EUR
      prorated units at the unit price: 198.6 × 1 = 198.6 EUR
      with the flat fee: 198.6 + 50 = 248.6 EUR
    """
    refuse_no_table(table)
    full, prorated = units(full_units), units(prorated_units)
    why = Explainer("prorated look up", 1)
    why.fact("band chosen by", BandChosenBy(chosen_by).value)
    why.given("full", "full units", full)
    there = why.given("prorated", "prorated units", prorated)
    if not prorated and ZeroQuantity(zero_quantity) is ZeroQuantity.CHARGE_NOTHING:
        return why.explanation(why.given("amount", "no units cost nothing", 0, table.currency))
    (number, _), *higher = prorated_readings(
        table, full, prorated, chosen_by, never_dearer_than_next_band=never_dearer_than_next_band
    )
    why.fact("band", str(number))
    amount = _in_band(why, table.bands[number - 1], there, str(number))
    if not higher:
        return why.explanation(amount)
    cheapest, count = min(higher, key=lambda one: table.bands[one[0] - 1].amount(one[1]))
    least = why.given("limit", "units at which a higher band begins, for that part", count)
    most = _in_band(why, table.bands[cheapest - 1], least, str(cheapest))
    label = "no more than band {number} would cost at least"
    step = why.step("amount", label, "least", amount, most, number=str(cheapest))
    return why.explanation(step)


def _in_band(why: Explainer, band: Band, there: str, name: str) -> str:
    currency = band.unit_price.currency
    price = why.given(f"price{name}", "unit price", band.unit_price.value, currency)
    label = "prorated units at the unit price"
    amount = why.step(f"units{name}", label, "multiply", there, price)
    if band.flat_fee is not None:
        fee = why.given(f"fee{name}", "flat fee", band.flat_fee.value, currency)
        amount = why.step(f"with_fee{name}", "with the flat fee", "add", amount, fee)
    if band.cap is not None:
        cap = why.given(f"cap{name}", "cap of the band", band.cap.value, currency)
        amount = why.step(f"capped{name}", "no more than the cap", "least", amount, cap)
    return amount
