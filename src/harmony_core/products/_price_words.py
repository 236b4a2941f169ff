"""Price schemes put into words: a sentence for each part of a scheme, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator

from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue
from harmony_core.pricing import (
    AtLeast,
    AtMost,
    AtPeriodEnd,
    BlockBand,
    CapacityStep,
    CapacitySteps,
    Commitment,
    Converted,
    Discounted,
    Dynamic,
    FillUp,
    FillUpBlocks,
    Flat,
    FreeUnits,
    GraduatedPercentage,
    IndexUplift,
    LookUp,
    LookUpBlocks,
    MinimumQuantity,
    Package,
    PartPackage,
    Percentage,
    PercentOff,
    PerUnit,
    Ramp,
    Scheme,
    Uplift,
    Uplifted,
)
from harmony_core.products._interval_words import interval_in_words


def price_in_words(culture: Culture, scheme: Scheme, unit: str) -> Iterator[str]:
    """Give the sentences of a scheme; what goes around another one comes after its sentences."""
    match scheme:
        case Flat():
            yield culture.words(
                "{price} whatever the quantity.", price=culture.unit_price(scheme.amount)
            )
        case PerUnit():
            price = culture.unit_price(scheme.unit_price)
            yield culture.words("{price} per {unit}.", price=price, unit=unit)
        case FillUp() | LookUp():
            yield culture.words(
                "Each unit costs what the band that it fills says:"
                if isinstance(scheme, FillUp)
                else "All units cost what the band that the quantity reaches says:"
            )
            yield from _bands(culture, scheme, unit)
            if isinstance(scheme, LookUp) and scheme.never_dearer_than_next_band:
                yield culture.words("But never more than a higher band would cost at least.")
        case FillUpBlocks() | LookUpBlocks():
            yield culture.words(
                "Blocks are filled one band after the other; a block begun counts in full:"
                if isinstance(scheme, FillUpBlocks)
                else "All units cost what the blocks of the band reached say; "
                "a block begun counts in full:"
            )
            yield from (_blocks(culture, band, unit) for band in scheme.bands)
        case Package():
            yield from _package(culture, scheme, unit)
        case Percentage():
            yield from _percentage(culture, scheme)
        case GraduatedPercentage():
            yield culture.words("Each part of the value is charged at the rate of its band:")
            yield from _rates(culture, scheme)
        case Dynamic():
            factor = culture.number(scheme.factor)
            yield culture.words("The price comes with each record, times {factor}.", factor=factor)
        case CapacitySteps():
            yield culture.words("The lowest step that covers the peak of every unit is charged:")
            yield from (_step(culture, step) for step in scheme.steps)
        case _:
            yield from _around(culture, scheme, unit)


def _around(culture: Culture, scheme: Scheme, unit: str) -> Iterator[str]:
    match scheme:
        case AtLeast():
            yield from price_in_words(culture, scheme.scheme, unit)
            yield culture.words("At least {price}.", price=culture.unit_price(scheme.minimum))
        case AtMost():
            yield from price_in_words(culture, scheme.scheme, unit)
            yield culture.words("At most {price}.", price=culture.unit_price(scheme.maximum))
        case MinimumQuantity():
            yield from price_in_words(culture, scheme.scheme, unit)
            count = culture.number(scheme.quantity)
            yield culture.words("At least {count} are charged.", count=count)
        case Discounted():
            yield from price_in_words(culture, scheme.scheme, unit)
            for discount in scheme.discounts:
                off = (
                    culture.percent(discount.percent / 100)
                    if isinstance(discount, PercentOff)
                    else culture.unit_price(discount.amount)
                )
                yield culture.words("Less {discount}.", discount=off)
        case FreeUnits():
            yield from price_in_words(culture, scheme.scheme, unit)
            yield culture.words("The first {count} are free.", count=culture.number(scheme.free))
        case Converted():
            yield from price_in_words(culture, scheme.scheme, unit)
            yield from _conversion(culture, scheme)
        case Commitment():
            yield from price_in_words(culture, scheme.scheme, unit)
            yield from _commitment(culture, scheme)
        case AtPeriodEnd():
            yield from price_in_words(culture, scheme.scheme, unit)
            yield culture.words("It is charged at the end of the period.")
        case _:
            yield from _by_date(culture, scheme, unit)


def _by_date(culture: Culture, scheme: Scheme, unit: str) -> Iterator[str]:
    match scheme:
        case Ramp():
            for step in scheme.steps:
                yield culture.words("From {day} on:", day=culture.day(step.first_day))
                yield from (f"  {line}" for line in price_in_words(culture, step.scheme, unit))
        case Uplifted():
            yield from price_in_words(culture, scheme.scheme, unit)
            yield from _uplift(culture, scheme.uplift)
        case _:  # pragma: no cover - a new scheme must be given its words here
            raise InvalidValue(f"no words for a price scheme of type {type(scheme).__name__}")


def _bands(culture: Culture, scheme: FillUp | LookUp, unit: str) -> Iterator[str]:
    for band in scheme.table.bands:
        details = {"price": culture.unit_price(band.unit_price), "unit": unit}
        if band.up_to is None:
            sentence = culture.words("  above: {price} per {unit}", **details)
        else:
            limit = culture.number(band.up_to)
            sentence = culture.words("  up to {limit}: {price} per {unit}", limit=limit, **details)
        if band.flat_fee is not None and band.flat_fee:
            fee = culture.unit_price(band.flat_fee)
            sentence += culture.words(", plus {fee}", fee=fee)
        yield sentence


def _blocks(culture: Culture, band: BlockBand, unit: str) -> str:
    price, size = culture.unit_price(band.block_price), culture.number(band.block_size)
    if band.blocks is None:
        message = "  above: {price} per block of {size} {unit}"
        return culture.words(message, price=price, size=size, unit=unit)
    message = "  {count} blocks of {size} {unit}: {price} each"
    count = culture.number(band.blocks)
    return culture.words(message, count=count, price=price, size=size, unit=unit)


def _step(culture: Culture, step: CapacityStep) -> str:
    limits = [
        culture.words("any {unit}", unit=culture.words(unit))
        if limit is None
        else f"{culture.number(limit)} {culture.words(unit)}"
        for unit, limit in step.limits
    ]
    price = culture.unit_price(step.price)
    return culture.words("  up to {limits}: {price}", limits=", ".join(limits), price=price)


def _package(culture: Culture, scheme: Package, unit: str) -> Iterator[str]:
    message = (
        "{price} per package of {size} {unit}; a package begun counts in full."
        if scheme.part_package is PartPackage.ROUND_UP
        else "{price} per full package of {size} {unit}."
    )
    price, size = culture.unit_price(scheme.package_price), culture.number(scheme.size)
    yield culture.words(message, price=price, size=size, unit=unit)
    if scheme.free_units:
        count = culture.number(scheme.free_units)
        yield culture.words("The first {count} are free.", count=count)


def _percentage(culture: Culture, scheme: Percentage) -> Iterator[str]:
    rate = culture.percent(scheme.rate_percent / 100)
    if scheme.fee:
        fee = culture.unit_price(scheme.fee)
        yield culture.words(
            "{percent} of the value, plus {fee} per transaction.", percent=rate, fee=fee
        )
    else:
        yield culture.words("{percent} of the value.", percent=rate)
    if scheme.least is not None:
        price = culture.unit_price(scheme.least)
        yield culture.words("A transaction costs at least {price}.", price=price)
    if scheme.most is not None:
        price = culture.unit_price(scheme.most)
        yield culture.words("A transaction costs at most {price}.", price=price)
    if scheme.free_transactions:
        count = culture.number(scheme.free_transactions)
        yield culture.words("The first {count} transactions are free.", count=count)
    if scheme.free_amount:
        value = culture.number(scheme.free_amount)
        yield culture.words(
            "The first {value} {currency} of value are free.",
            value=value,
            currency=scheme.currency,
        )


def _rates(culture: Culture, scheme: GraduatedPercentage) -> Iterator[str]:
    for band in scheme.table.bands:
        rate = culture.percent(scheme.rate_percent(band) / 100)
        if band.up_to is None:
            sentence = culture.words("  above: {percent}", percent=rate)
        else:
            limit = culture.number(band.up_to)
            sentence = culture.words("  up to {limit}: {percent}", limit=limit, percent=rate)
        if band.flat_fee is not None and band.flat_fee:
            sentence += culture.words(", plus {fee}", fee=culture.unit_price(band.flat_fee))
        yield sentence


def _conversion(culture: Culture, scheme: Converted) -> Iterator[str]:
    factor = scheme.conversion.factor
    if factor.numerator == 1 and factor.denominator != 1:
        divisor = culture.number(factor.denominator)
        yield culture.words("The metered quantity is divided by {divisor}.", divisor=divisor)
    else:
        number = culture.number(factor)
        yield culture.words("The metered quantity is taken {factor} times.", factor=number)
    if scheme.conversion.rounding is not None:
        yield culture.words("The result is rounded before it is priced.")


def _commitment(culture: Culture, scheme: Commitment) -> Iterator[str]:
    message = (
        "{price} are committed, and charged in full."
        if scheme.true_up
        else "{price} are committed; what is used of them is charged."
    )
    yield culture.words(message, price=culture.unit_price(scheme.committed))
    if scheme.overage_factor != 1:
        factor = culture.number(scheme.overage_factor)
        yield culture.words("Usage beyond that costs {factor} times its price.", factor=factor)


def _uplift(culture: Culture, uplift: Uplift) -> Iterator[str]:
    change = uplift.change
    details = {
        "since": _first_day(culture, uplift),
        "every": interval_in_words(culture, uplift.every),
    }
    if isinstance(change, IndexUplift):
        message = "Counted from {since}, the price follows an index {every}."
        yield culture.words(message, **details)
        if change.floor is not None:
            percent = culture.percent(change.floor / 100)
            yield culture.words("Each change is {percent} at least.", percent=percent)
        if change.cap is not None:
            percent = culture.percent(change.cap / 100)
            yield culture.words("Each change is {percent} at most.", percent=percent)
    else:
        message = "Counted from {since}, the price changes by {percent} {every}."
        yield culture.words(message, percent=culture.percent(change.percent / 100), **details)
    if uplift.first > 1 and uplift.first_day is not None:
        day = culture.day(uplift.first_day)
        yield culture.words("The first change is on {day}.", day=day)
    elif uplift.first > 1:
        number = culture.number(uplift.first)
        yield culture.words("The first change is on anniversary number {number}.", number=number)


def _first_day(culture: Culture, uplift: Uplift) -> str:
    if uplift.since is None:
        return culture.words("the first day agreed")
    return culture.day(uplift.since)
