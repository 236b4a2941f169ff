"""What of a fund goes on and when more is bought, in words of the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harmony_core.culture import Culture
from harmony_core.products._fund_policies import (
    CarryMode,
    Rollover,
    TopUp,
    UseFirst,
    WarningLevel,
)
from harmony_core.products._incident_terms import ChargeDay, IncidentTerms, Shortfall


def rollover_in_words(culture: Culture, rollover: Rollover) -> Iterator[str]:
    """Say what happens to the unused units of a period."""
    if rollover.mode is CarryMode.NONE:
        yield culture.words("Unused units do not go on into the next period.")
        return
    if rollover.cap is not None:
        message = "At most {cap} unused units go on into the next period; the oldest lapse first."
        yield culture.words(message, cap=culture.number(rollover.cap))
    elif rollover.fraction is not None:
        message = "Of all unused units {percent} % go on into the next period."
        yield culture.words(message, percent=culture.number(rollover.fraction * 100))
    else:
        yield culture.words("Unused units go on into the next period.")
    if rollover.lifetime_periods is not None:
        yield culture.words(
            "Carried units lapse after one further period."
            if rollover.lifetime_periods == 1
            else "Carried units lapse after {periods} further periods.",
            periods=culture.number(rollover.lifetime_periods),
        )
    yield culture.words(
        "Carried units are used first."
        if rollover.use_first is UseFirst.CARRIED
        else "Units of the period itself are used first."
    )


def top_up_in_words(culture: Culture, top_up: TopUp) -> Iterator[str]:
    """Say when more is bought, how much, and at which price."""
    least = culture.number(top_up.threshold)
    if top_up.by is not None:
        message = "When a draw leaves less than {least} units, {quantity} more are bought."
        yield culture.words(message, least=least, quantity=culture.number(top_up.by))
    elif top_up.to is not None:
        message = (
            "When a draw leaves less than {least} units, so many are bought that {balance} are "
            "there."
        )
        yield culture.words(message, least=least, balance=culture.number(top_up.to))
    if top_up.valid_months is not None:
        yield culture.words(
            "What was bought so is valid for one month."
            if top_up.valid_months == 1
            else "What was bought so is valid for {months} months.",
            months=culture.number(top_up.valid_months),
        )
    for price in top_up.prices:
        message = "A unit bought so costs {price}."
        yield culture.words(message, price=culture.unit_price(price))


def levels_in_words(culture: Culture, levels: Iterable[WarningLevel]) -> Iterator[str]:
    """Say when somebody is warned."""
    for level in levels:
        if level.units_left is not None:
            message = "A warning is given when {units} units are left."
            yield culture.words(message, units=culture.number(level.units_left))
        elif level.percent_used is not None:
            message = "A warning is given when {percent} % are used."
            yield culture.words(message, percent=culture.number(level.percent_used))


_CHARGE_DAY = {
    ChargeDay.OPENED: "Incidents are charged when they are opened.",
    ChargeDay.RESOLVED: "Incidents are charged when they are resolved.",
    ChargeDay.CLOSED: "Incidents are charged when they are closed.",
}

_SHORTFALL = {
    Shortfall.SPLIT: "What the fund does not hold of a price is billed.",
    Shortfall.WHOLE: "An incident that the fund does not hold in full is billed in full.",
}


def incidents_in_words(culture: Culture, terms: IncidentTerms) -> Iterator[str]:
    """Say what incidents cost, which are free, and what happens when the fund runs short."""
    for kind, price in terms.prices:
        about = {"kind": culture.words(kind), "price": culture.unit_price(price.exact)}
        yield culture.words("Incident {kind}: {price}.", **about)
    for kind, price in terms.overage_prices:
        about = {"kind": culture.words(kind), "price": culture.unit_price(price.exact)}
        yield culture.words("Incident {kind}, beyond the fund: {price}.", **about)
    yield culture.words(_CHARGE_DAY[terms.charge_day])
    yield culture.words(_SHORTFALL[terms.shortfall])
    if terms.free_per_month:
        count = culture.number(terms.free_per_month)
        yield culture.words("The first {count} of a month are free.", count=count)
    if not terms.charges_reopened:
        yield culture.words("What reopens an incident is free.")
