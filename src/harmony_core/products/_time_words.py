"""The terms of billing time, put into words."""

from __future__ import annotations

from collections.abc import Iterator

from harmony_core.culture import Culture
from harmony_core.explanation import RoundingMode
from harmony_core.products._rate_card import RateCard, RateDimension
from harmony_core.products._time_terms import TimeRounding, TimeScope, TimeTerms

_SCOPE = {
    TimeScope.ENTRY: "Each entry counts alone.",
    TimeScope.TICKET: "The entries of a ticket are added up.",
    TimeScope.DAY: "The entries of a day are added up.",
    TimeScope.TICKET_DAY: "The entries of a ticket are added up by day.",
}
_MODE = {
    RoundingMode.UP: "They are rounded up to {minutes} minutes.",
    RoundingMode.CEILING: "They are rounded up to {minutes} minutes.",
    RoundingMode.DOWN: "They are rounded down to {minutes} minutes.",
    RoundingMode.FLOOR: "They are rounded down to {minutes} minutes.",
}
_NEAREST = "They are rounded to the nearest {minutes} minutes."


def time_in_words(culture: Culture, terms: TimeTerms) -> str:
    """Say how hours worked become hours billed, in the order in which it is done."""
    return " ".join((*_rounding(culture, terms.rounding), *_labels(culture, terms)))


def _rounding(culture: Culture, rounding: TimeRounding) -> Iterator[str]:
    yield culture.words(_SCOPE[rounding.scope])
    if rounding.factor != 1:
        factor = culture.number(rounding.factor)
        yield culture.words("The minutes count times {factor}.", factor=factor)
    if rounding.minimum:
        minutes = culture.number(rounding.minimum)
        yield culture.words("At least {minutes} minutes are charged.", minutes=minutes)
    if rounding.increment:
        minutes = culture.number(rounding.increment)
        label = _MODE.get(rounding.mode, _NEAREST)
        yield culture.words(label, minutes=minutes)
    if rounding.grace:
        minutes = culture.number(rounding.grace)
        yield culture.words("{minutes} minutes over are let go.", minutes=minutes)


def _labels(culture: Culture, terms: TimeTerms) -> Iterator[str]:
    for label, multiplier in terms.multipliers:
        yield culture.words(
            "Time under {label} counts times {multiplier}.",
            label=culture.words(label),
            multiplier=culture.number(multiplier),
        )


def rates_in_words(culture: Culture, rates: RateCard) -> Iterator[str]:
    """Say what an hour costs for whom, rate by rate."""
    yield culture.words("An hour costs what the most specific rate says, else the price above.")
    for rate in rates.rates:
        named = ", ".join(
            f"{culture.words(_DIMENSIONS[one])} {value}"
            for one in rates.order
            if (value := getattr(rate.applies_to, one)) is not None
        )
        about = {
            "named": named or culture.words("everything"),
            "price": culture.unit_price(rate.price),
            "first": "" if rate.first_day is None else culture.day(rate.first_day),
            "last": "" if rate.last_day is None else culture.day(rate.last_day),
        }
        yield culture.words(_RATES[rate.first_day is not None, rate.last_day is not None], **about)


_DIMENSIONS = {
    RateDimension.CONTRACT: "contract",
    RateDimension.CUSTOMER: "customer",
    RateDimension.ROLE: "role",
    RateDimension.PERSON: "person",
    RateDimension.WORK_TYPE: "work type",
    RateDimension.SITE: "site",
    RateDimension.TIME_BAND: "time band",
}

_RATES = {
    (False, False): "{named}: {price}.",
    (True, False): "{named}: {price} from {first} on.",
    (False, True): "{named}: {price} until {last}.",
    (True, True): "{named}: {price} from {first} to {last}.",
}
