"""Every vector that comes from one of the five systems, computed through that system's profile.

Bands are written as the system writes them and read by the profile; all policies are the
profile's. Where a vector names a policy itself, the profile has to set the same one.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from typing import Any

import attrs
import pytest

from harmony_core.finance import ExactAmount, exact, money_sum
from harmony_core.periods import (
    ACTUAL_30,
    ACTUAL_ACTUAL,
    SECONDS,
    THIRTY_30,
    Alignment,
    CyclePolicy,
    DayCount,
    InstantSchedule,
    InstantSpan,
    Interval,
    Schedule,
    Span,
    billed_periods,
    billed_through,
    billing_schedule,
    local_day,
)
from harmony_core.pricing import (
    PROFILES,
    AtLeast,
    AtMost,
    BandRows,
    BandTable,
    Billed,
    Converted,
    Discounted,
    Dynamic,
    FreeUnits,
    GraduatedPercentage,
    Percentage,
    PercentOff,
    PerUnit,
    Profile,
    Scheme,
    SplitRounding,
    Transactions,
    net_quantity,
    prorated_quantity,
    rerate_periods,
    with_percent,
)
from tests.conformance.adapters import periods as dates
from tests.conformance.adapters import periods_counts, pricing_quantities, pricing_schemes
from tests.conformance.adapters.pricing import currency_of, params_of, point_of, rounded
from tests.conformance.comparison import assert_matches
from tests.conformance.registry import Answers, Vector
from tests.conformance.vector_files import OWN_VECTORS, expectation, read_vectors

Answer = Callable[[Vector, Profile], object]

SYSTEMS = {
    "stripe.com": "stripe",
    "getlago": "lago",
    "killbill/": "killbill",
    "zuora.com": "zuora",
    "openmeterio/": "openmeter",
}
"""How a vector's source names the system that it comes from."""

BEYOND_PROFILES = {
    "aggregation_count",
    "aggregation_latest",
    "aggregation_max",
    "anchor_day",
    "add_periods",
    "capacity_lookup",
    "day_count",
    "elapsed_cycles",
    "flat",
    "high_water_advance",
    "minimum_commitment",
    "package",
    "package_count",
    "package_increment",
    "previous_boundary",
    "quantity_conversion",
    "quantity_rounding",
    "tax_on_sum",
    "usage_discount",
    "weighted_sum",
}
"""Kinds that no policy of a profile touches; the adapters of the conformance suite prove them."""


def system_of(vector: Vector) -> str | None:
    source = str(vector.get("source"))
    return next((name for word, name in SYSTEMS.items() if word in source), None)


VECTORS = [vector for vector in read_vectors(OWN_VECTORS) if system_of(vector)]


# --- rows as the system writes them -------------------------------------------------------------


def rows_of(vector: Vector, profile: Profile) -> list[Any]:
    rows: list[Any] = []
    for band in vector["bands"]:
        prices = (band["unit_price"], band.get("flat_fee"))
        if profile.rows is BandRows.UP_TO:
            rows.append((band["up_to"], *prices))
        else:
            rows.append((_first_unit(vector, band), band["up_to"], *prices))
    return rows


def _first_unit(vector: Vector, band: Vector) -> Fraction:
    """Whole ranges begin one unit on (0 to 10, 11 to 20), decimal ones where the last ended."""
    above = exact(band["from"])
    limits = [exact(one["up_to"]) for one in vector["bands"] if one["up_to"] is not None]
    whole = all(limit.denominator == 1 for limit in limits)
    return above + 1 if above and whole else above


def _bands(vector: Vector, profile: Profile, reading: str) -> Scheme:
    read = profile.fill_up if reading == "fill_up" else profile.look_up
    return read(currency_of(vector), rows_of(vector, profile))


def scheme_of(vector: Vector, profile: Profile, name: str) -> Scheme:
    params = params_of(vector)
    scheme: Scheme
    if name in ("fill_up", "look_up"):
        scheme = _bands(vector, profile, name)
    elif name == "package":
        scheme = pricing_schemes.package_of(vector)
    elif name == "dynamic":
        scheme = Dynamic.of(params["multiplier"], currency_of(vector))
    else:
        scheme = PerUnit.of(params["unit_price"], currency_of(vector))
    if params.get("free_units") is not None and name != "package":
        scheme = FreeUnits(scheme, params["free_units"])
    if params.get("discount_percent") is not None:
        scheme = Discounted(scheme, [PercentOff(params["discount_percent"])])
    if params.get("minimum") is not None:
        scheme = AtLeast.of(scheme, params["minimum"])
    if params.get("maximum") is not None:
        scheme = AtMost.of(scheme, params["maximum"])
    return scheme


# --- amounts ------------------------------------------------------------------------------------


def priced(vector: Vector, profile: Profile) -> object:
    """Bill where the vector rounds, and where its figure has no finer part than the currency."""
    name = vector["kind"].removesuffix("_converted")
    params = params_of(vector)
    scheme = scheme_of(vector, profile, name)
    quantity = exact(vector["quantity"])
    if "carried_in" in params:
        quantity = net_quantity(params["carried_in"], params["added_in_period"])
    if vector["kind"].endswith("_converted"):
        return _converted(vector, profile, scheme)
    amount = scheme.price(quantity, point_of(params))
    billed = profile.bill(scheme, quantity, point=point_of(params))
    if vector["rounding"] is not None or profile.settle(amount).exact == amount:
        assert billed == profile.settle(amount)
    if params.get("tax_percent") is not None:
        return with_percent(amount, params["tax_percent"])
    return amount if vector["rounding"] is None else billed.exact


def _converted(vector: Vector, profile: Profile, scheme: Scheme) -> object:
    conversion = pricing_quantities._conversion(vector)
    before = Billed(params_of(vector).get("already_billed_quantity") or 0)
    return profile.bill(Converted(scheme, conversion), vector["quantity"], before).exact


def another_line(vector: Vector, profile: Profile) -> object:
    params, kind = params_of(vector), vector["kind"]
    name = "fill_up" if kind.endswith("_spend") else kind.removesuffix("_increment")
    scheme = scheme_of(vector, profile, name)
    before = pricing_quantities._billed(vector)
    return profile.bill(scheme, vector["quantity"], before, point_of(params)).exact


def runs(vector: Vector, profile: Profile) -> object:
    scheme = scheme_of(vector, profile, vector["kind"].removeprefix("rerating_"))
    snapshots = params_of(vector)["snapshots"]
    lines = profile.runs(scheme, [snapshot["cumulative_quantity"] for snapshot in snapshots])
    assert [line.exact.value for line in lines] == [
        exact(snapshot["expected_delta"]) for snapshot in snapshots
    ]
    return money_sum(lines, scheme.currency).exact


def late(vector: Vector, profile: Profile) -> object:
    scheme = scheme_of(vector, profile, vector["kind"].removeprefix("late_usage_"))
    known = [run["cumulative_quantity_seen_per_period"] for run in params_of(vector)["runs"]]
    lines = rerate_periods(scheme, known, profile.rounding)
    return money_sum((line.amount for line in lines), scheme.currency).exact


def in_blocks(vector: Vector, profile: Profile) -> object:
    params, currency = params_of(vector), currency_of(vector)
    read = profile.fill_up if vector["kind"].startswith("fill_up") else profile.look_up
    units = params.get("units") or [{"quantity": vector["quantity"], "tiers": params["tiers"]}]
    lines = []
    for unit in units:
        rows = (
            pricing_schemes._rows(unit["tiers"])
            if "tiers" in unit
            else pricing_schemes._TIERS[params["tiers_as"]][unit["unit"]]
        )
        before = Billed(unit.get("already_billed_quantity") or 0)
        more = exact(unit["quantity"]) - before.quantity
        lines.append(profile.bill(read(currency, rows), more, before))
    return money_sum(lines, currency).exact


def graduated_percentage(vector: Vector, profile: Profile) -> object:
    rows = [
        (band["from"], band["up_to"], band["rate_percent"], band.get("flat_fee"))
        for band in vector["bands"]
    ]
    scheme = profile.applied(GraduatedPercentage.of(currency_of(vector), rows))
    return scheme.price(vector["quantity"])


def percentage(vector: Vector, profile: Profile) -> object:
    params = params_of(vector)
    free = params.get("free_transactions")
    scheme = profile.applied(
        Percentage.of(
            params["rate_percent"],
            currency_of(vector),
            fee=params.get("fixed_fee_per_transaction") or 0,
            least=params.get("min_per_transaction"),
            most=params.get("max_per_transaction"),
            free_transactions=None if free is None else int(free),
            free_amount=params.get("free_amount"),
        )
    )
    if params.get("transactions") is not None:
        found = Transactions.of(params["transactions"])
    else:
        count = int(params.get("transaction_count") or 1)
        first = params.get("running_totals_of_first_transactions") or []
        found = Transactions.summed(vector["quantity"], count, first)
    amount = scheme.price_transactions(found)
    if params.get("tax_percent") is not None:
        amount = with_percent(amount, params["tax_percent"])
    return amount if vector["rounding"] is None else profile.settle(amount).exact


def fill_up_in_parts(vector: Vector, profile: Profile) -> object:
    params = params_of(vector)
    changes = zip(params["unit_changes"], params["prorated_unit_changes"], strict=True)
    amount = profile.fill_up_prorated(_table(vector), list(changes))
    if vector["rounding"]["mode"] != profile.rounding.mode.value:
        return Answers(_another_mode(amount, vector))  # the spec itself rounds what it compares
    return profile.settle(amount).exact


def _another_mode(amount: ExactAmount, vector: Vector) -> ExactAmount:
    found = rounded(amount, vector["rounding"])
    assert isinstance(found, ExactAmount)
    return found


def look_up_in_parts(vector: Vector, profile: Profile) -> object:
    full = params_of(vector)["full_units"]
    return profile.look_up_prorated(_table(vector), full, vector["quantity"])


def _table(vector: Vector) -> BandTable:
    bands = vector["bands"]
    rows = [(band["up_to"], band["unit_price"], band.get("flat_fee")) for band in bands]
    return BandTable.of(currency_of(vector), rows)


def unique_count(vector: Vector, profile: Profile) -> object:
    params = params_of(vector)
    days = [(vector["quantity"], params["billed_days"])]
    units = profile.part_of_units(prorated_quantity(params["period_days"], days))
    scheme = PerUnit.of(params["unit_price"], currency_of(vector))
    return profile.bill(scheme, units).exact


def prorated_units(vector: Vector, profile: Profile) -> object:
    """The spec rounds the sum with what was there before (299/31), and compares the difference."""
    params = params_of(vector)
    added = [(one["units"], one["days_remaining"]) for one in params["added"]]
    before = Fraction(299, 31)
    both = before + prorated_quantity(params["period_days"], added, params["persisted"])
    return profile.part_of_units(both) - profile.part_of_units(before)


def part_of_an_amount(vector: Vector, profile: Profile) -> object:
    params = params_of(vector)
    part = Fraction(f"{params['days']}/{params['period_days']}")
    amount = ExactAmount.of(params["amount"], currency_of(vector)) * part
    return profile.settle(with_percent(amount, params["tax_percent"])).exact


# --- days and parts of a period -----------------------------------------------------------------


def with_day_count(vector: Vector, profile: Profile) -> Profile:
    """The profile; for Kill Bill's fixed days and Zuora's options the one that is set so."""
    words = vector.get("day_count") or ""
    found = dates.day_count_of(words) if not words.startswith("first month") else ACTUAL_ACTUAL
    if found == profile.cycles.day_count:
        return profile
    assert found in (ACTUAL_30, THIRTY_30, DayCount.fixed(30), DayCount.fixed(28)), words
    return attrs.evolve(profile, cycles=attrs.evolve(profile.cycles, day_count=found))


def proration(vector: Vector, profile: Profile) -> object:
    profile = with_day_count(vector, profile)
    service, period = dates._service_and_period(vector)
    part = profile.proration(service, period)
    amount = exact(vector["amount"]) * part
    rounding = vector.get("rounding")
    if rounding is None or int(rounding["places"]) == profile.cycles.places:
        return amount
    assert rounding["mode"] == profile.rounding.mode.value
    code = vector.get("currency") or "JPY"  # minor units have no decimals, as the yen has none
    return profile.settle(ExactAmount(amount, code)).exact


def change(vector: Vector, profile: Profile) -> object:
    assert with_day_count(vector, profile) is profile
    currency = vector.get("currency") or "USD"
    if vector.get("ratio") is not None:
        left = exact(vector["ratio"])
    else:
        end = dates.day_of(vector["period_end"])
        period = Span(dates.day_of(vector["period_start"]), end)
        left = profile.proration(Span(dates.day_of(vector["change_at"]), end), period)
    old, new = (ExactAmount.of(vector[f"{name}_amount"], currency) for name in ("old", "new"))
    credit, charge = profile.change(old, new, left)
    following = profile.settle(ExactAmount.of(vector.get("next_amount") or 0, currency))
    return Answers(
        (credit + charge + following).exact.value,
        expected_credit=credit.exact.value,
        expected_charge=charge.exact.value,
    )


def contracted_value(vector: Vector, profile: Profile) -> object:
    profile = with_day_count(vector, profile)
    first, last = dates.day_of(vector["service_start"]), vector["service_end_inclusive"]
    service = Span.of_days(first, dates.day_of(last))
    monthly = profile.schedule(first, Interval.months(1), alignment=Alignment.CALENDAR)
    served = profile.periods_served(monthly, service.start, service.end)
    amount = ExactAmount.of(vector["amount"], vector["currency"]) * served
    return profile.settle(amount).exact


def schedule_of(vector: Vector, profile: Profile) -> Schedule:
    day = vector.get("bcd") or vector.get("anchor_day")
    start = dates.day_of(vector.get("anchor") or vector["start"])
    interval = dates.interval_of(vector)
    return profile.schedule(start, interval, anchor_day=int(day) if day else None)


def cycles(vector: Vector, profile: Profile) -> object:
    end = vector.get("end")
    return billed_periods(
        schedule_of(vector, profile),
        dates.day_of(vector["target"]),
        dates.day_of(vector["start"]),
        None if end is None else dates.day_of(end),
        timing=dates.TIMINGS[vector["timing"]],
        policy=profile.cycles,
    )


def boundaries(vector: Vector, profile: Profile) -> object:
    if "at" in vector or vector.get("periods") is not None:
        return _of_a_bill(vector, profile)
    schedule, start = (
        schedule_of(vector, profile),
        dates.day_of(vector.get("start") or "2000-01-01"),
    )
    if vector.get("target"):
        end = vector.get("end")
        on = dates.day_of(vector["target"])
        last = None if end is None else dates.day_of(end)
        return [billed_through(schedule, on, start, last)]
    if "on_or_after" in vector:
        return [schedule.first_on_or_after(dates.day_of(vector["on_or_after"]))]
    rule = vector.get("rule") or ""
    if vector.get("until"):
        return [span.start for span in schedule.periods(start, dates.day_of(vector["until"]))]
    if "may move backwards" in rule:
        return [schedule.boundary(0)]
    if "align forward" in rule or "on or after start" in rule or "start at once" in rule:
        return [schedule.first_on_or_after(start)]
    return list(islice(schedule.boundaries_after(start), len(vector["expected"])))


def _of_a_bill(vector: Vector, profile: Profile) -> object:
    """Which boundary a bill asks for is no policy: the adapter says it, over this schedule."""
    anchor = dates.instant_from(vector.get("anchor") or vector["start"])
    alignment = Alignment(vector.get("alignment") or profile.alignment)
    assert alignment in (profile.alignment, Alignment.ANNIVERSARY)
    arguments = (local_day(anchor, dates.zone_of(vector)), dates.interval_of(vector))
    schedule = profile.schedule(*arguments, alignment=alignment)
    assert schedule == billing_schedule(*arguments, alignment)
    return dates.boundaries(vector)


def device_days(vector: Vector, profile: Profile) -> object:
    exactly = periods_counts.device_days({**vector, "rounding": None})
    assert isinstance(exactly, Answers)
    assert isinstance(exactly.answer, Fraction)
    return Answers(profile.part_of_units(exactly.answer), **exactly.further)


ANSWERS: dict[str, Answer] = {
    **dict.fromkeys(["fill_up", "look_up", "per_unit", "dynamic"], priced),
    **dict.fromkeys(["fill_up_converted", "per_unit_converted"], priced),
    **dict.fromkeys(
        ["fill_up_increment", "look_up_increment", "per_unit_increment", "dynamic_increment"],
        another_line,
    ),
    **dict.fromkeys(["minimum_spend", "maximum_spend"], another_line),
    **dict.fromkeys(
        [f"rerating_{name}" for name in ("per_unit", "fill_up", "look_up", "package", "dynamic")],
        runs,
    ),
    **dict.fromkeys(["late_usage_per_unit", "late_usage_look_up"], late),
    **dict.fromkeys(["fill_up_blocks", "look_up_blocks"], in_blocks),
    "graduated_percentage": graduated_percentage,
    "percentage": percentage,
    "fill_up_prorated": fill_up_in_parts,
    "look_up_prorated": look_up_in_parts,
    "unique_count_prorated": unique_count,
    "quantity_proration": prorated_units,
    "prorated_amount": part_of_an_amount,
    "proration": proration,
    "proration_change": change,
    "proration_sequence": contracted_value,
    "billing_cycles": cycles,
    **dict.fromkeys(["next_dates", "month_end", "period_boundary"], boundaries),
    "device_days": device_days,
}


TOUCHED = [vector for vector in VECTORS if vector["kind"] not in BEYOND_PROFILES]


@pytest.mark.parametrize(
    "vector", TOUCHED, ids=[f"{system_of(vector)} {vector['id']}" for vector in TOUCHED]
)
def test_a_vector_comes_out_through_the_profile(vector: Vector) -> None:
    profile = PROFILES[str(system_of(vector))]
    _assert_policies(vector, profile)
    found = ANSWERS[vector["kind"]](vector, profile)
    answers = found if isinstance(found, Answers) else Answers(found)
    assert_matches(answers.answer, expectation(vector))
    for name, answer in answers.further.items():
        if name in vector:
            assert_matches(answer, vector[name])


def _assert_policies(vector: Vector, profile: Profile) -> None:
    """Where the vector says a policy in words that a profile has, the profile says the same."""
    policy, params = vector.get("policy") or {}, vector.get("params") or {}
    if "zero_quantity" in policy:
        look_up = "look_up" in vector["kind"]
        assert policy["zero_quantity"] == (
            profile.look_up_zero if look_up else profile.fill_up_zero
        )
    if "band_chosen_by" in params:
        assert params["band_chosen_by"] == profile.part_band
    if vector["kind"] == "device_days":
        step = profile.part_units
        assert step is not None
        assert (step.mode.value, step.step) == ("ceiling", Fraction("0.00001"))
        assert vector["rounding"] == {"places": "5", "mode": "ceil"}
    if vector["id"] == "om-uc-split":
        assert profile.split is SplitRounding.EACH_LINE
    if vector["kind"] == "billing_cycles":
        assert profile.cycles == CyclePolicy(profile.cycles.stub, ACTUAL_ACTUAL, 9)


def test_every_system_and_every_kind_is_checked_or_named() -> None:
    assert {system_of(vector) for vector in VECTORS} == set(PROFILES)
    kinds = {vector["kind"] for vector in VECTORS}
    assert kinds == ANSWERS.keys() | BEYOND_PROFILES
    assert not ANSWERS.keys() & BEYOND_PROFILES


def test_instants_keep_the_same_anchor() -> None:
    """OpenMeter and Stripe count from an instant: the day of the month sticks there as well."""
    for vector in VECTORS:
        if vector["kind"] == "month_end" and "T" in str(vector.get("start")):
            zone = dates.zone_of(vector)
            anchor = dates.instant_from(vector["start"])
            instants = InstantSchedule(anchor, dates.interval_of(vector), zone)
            days = PROFILES[str(system_of(vector))].schedule(
                local_day(anchor, zone), dates.interval_of(vector), alignment=Alignment.ANNIVERSARY
            )
            spans = [InstantSpan.of_days(days.period(n), zone) for n in range(4)]
            assert [span.start for span in spans] == [instants.boundary(n) for n in range(4)]
    assert SECONDS in {profile.cycles.day_count for profile in PROFILES.values()}
