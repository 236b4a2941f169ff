"""Which schemes cannot stand inside which: what could not mean anything is refused when it is made.

Limits of money, discounts and commitments go around anything that has a price. What changes the
quantity goes around schemes whose quantity is a number of units, and not around those whose
quantity is a value of money. A scheme is looked for through whatever hands its quantity on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction

from harmony_core.errors import InvalidValue
from harmony_core.explanation import exact_text
from harmony_core.pricing._blocks import BeyondBlocks, FillUpBlocks, LookUpBlocks
from harmony_core.pricing._capacity import CapacitySteps
from harmony_core.pricing._percentage import Percentage
from harmony_core.pricing._ramp import Ramp
from harmony_core.pricing._rates import Dynamic, GraduatedPercentage
from harmony_core.pricing._scheme import Scheme, require_scheme
from harmony_core.pricing._simple import Flat


def inside(scheme: Scheme) -> Iterator[Scheme]:
    """Give a scheme, the one that it stands around, and so on; of a ramp those of every step."""
    yield scheme
    if isinstance(scheme, Ramp):
        for step in scheme.steps:
            yield from inside(step.scheme)
        return
    inner: Scheme | None = getattr(scheme, "scheme", None)
    if inner is not None:
        yield from inside(inner)


def at_each_step(scheme: Scheme) -> Iterator[Scheme]:
    """Give the scheme itself, or those of the steps of a ramp."""
    if not isinstance(scheme, Ramp):
        yield scheme
        return
    for step in scheme.steps:
        yield from at_each_step(step.scheme)


def of_this_quantity(scheme: Scheme) -> Iterator[Scheme]:
    """Give what is :func:`inside` as far as the quantity is handed on without being converted."""
    yield scheme
    if isinstance(scheme, Ramp):
        for step in scheme.steps:
            yield from of_this_quantity(step.scheme)
        return
    inner: Scheme | None = getattr(scheme, "scheme", None)
    if inner is not None and not hasattr(scheme, "conversion"):
        yield from of_this_quantity(inner)


def refuse_what_takes_several(scheme: Scheme) -> None:
    """Refuse a stairstep over several units where a scheme of one quantity is needed.

    Raises:
        InvalidValue: ``scheme`` takes a quantity for each unit, or is none.
    """
    require_scheme(scheme)
    if any(isinstance(one, CapacitySteps) for one in inside(scheme)):
        raise InvalidValue(
            "CapacitySteps takes a quantity for each unit, so nothing that changes one quantity "
            "can stand around it: change the limits of its steps instead"
        )


def refuse_unbillable(scheme: Scheme) -> None:
    """Refuse a stairstep over several units where one quantity is billed.

    Raises:
        InvalidValue: there is one, however deep.
    """
    if any(isinstance(one, CapacitySteps) for one in inside(scheme)):
        raise InvalidValue(
            "CapacitySteps takes a quantity for each unit, and here there is one quantity: meter "
            "each unit on a contract line (UnitsMetered), or give each a price of its own"
        )


def refuse_other_units(scheme: Scheme, metered: Collection[str]) -> None:
    """Refuse a price that does not take a quantity for each of the ``metered`` units.

    Raises:
        InvalidValue: some part of it prices one quantity, or limits other units.
    """
    for one in inside(scheme):
        if isinstance(one, Ramp) or getattr(one, "scheme", None) is not None:
            continue
        if not isinstance(one, CapacitySteps):
            raise InvalidValue(
                f"{type(one).__name__} prices one quantity, but {', '.join(metered)} are metered: "
                "price them together with CapacitySteps, or give each unit a line of its own"
            )
        if set(one.units) != set(metered):
            raise InvalidValue(
                f"CapacitySteps limits {', '.join(one.units)}, but metered are "
                f"{', '.join(metered)}: meter every unit that the steps limit, and no other"
            )


def refuse_unrecorded(scheme: Scheme) -> None:
    """Refuse a price that arrives with usage records where there are none.

    Raises:
        InvalidValue: there is one, however deep.
    """
    for one in inside(scheme):
        if isinstance(one, Dynamic):
            raise InvalidValue(
                f"Dynamic charges {exact_text(one.factor)} times the price that a usage record "
                "brings, and here no usage is recorded: meter it (UsageMetered), take PerUnit for "
                "an agreed price, or a mark-up of ExpensesIncurred for what is passed on"
            )


def refuse_number_as_money(scheme: Scheme, number: str) -> None:
    """Refuse a price of a value of money where the quantity is a ``number`` of something.

    Raises:
        InvalidValue: there is one that no conversion stands around.
    """
    for one in of_this_quantity(scheme):
        if isinstance(one, Percentage | GraduatedPercentage | Dynamic):
            raise InvalidValue(
                f"{type(one).__name__} has a value of money for its quantity, and {number} is "
                "none: take PerUnit, or put Converted around it that multiplies by the value of one"
            )


def _refuse_flat(scheme: Scheme, what: str, way_out: str) -> None:
    for one in inside(scheme):
        if isinstance(one, Flat):
            raise InvalidValue(
                f"a Flat of {one.amount} costs the same whatever the quantity, so {what} would "
                f"change nothing: {way_out}"
            )


def refuse_conversion(scheme: Scheme) -> None:
    """Refuse a conversion around what does not depend on the quantity, or takes several.

    Raises:
        InvalidValue: there is nothing else inside, or a stairstep over several units.
    """
    refuse_what_takes_several(scheme)
    _refuse_flat(scheme, "a conversion", "leave it out, or price by PerUnit")


def refuse_free_units(scheme: Scheme, free: Fraction) -> None:
    """Refuse free units around a scheme whose quantity is money, or plays no part.

    Raises:
        InvalidValue: there is such a scheme, or one that takes several quantities.
    """
    refuse_what_takes_several(scheme)
    if free:
        what = f"{exact_text(free)} free units"
        _refuse_flat(scheme, what, "take an amount off, with Discounted and AmountOff")
    for one in of_this_quantity(scheme):
        if isinstance(one, Percentage):
            way_out = "give the percentage a free_amount, or free_transactions"
        elif isinstance(one, GraduatedPercentage):
            way_out = "give its first band a rate of 0"
        elif isinstance(one, Dynamic):
            way_out = "take an amount off, with Discounted and AmountOff"
        else:
            continue
        raise InvalidValue(
            f"{type(one).__name__} has a value of money for its quantity, so no units of it can be "
            f"free: {way_out}"
        )


def refuse_minimum_quantity(scheme: Scheme, quantity: Fraction) -> None:
    """Refuse a minimum quantity where the quantity is money or plays no part, or that is too high.

    Raises:
        InvalidValue: there is such a scheme, or one that takes several quantities.
    """
    refuse_what_takes_several(scheme)
    if quantity:
        what = f"a minimum of {exact_text(quantity)} units"
        _refuse_flat(scheme, what, "raise the amount, or price by PerUnit")
    for one in of_this_quantity(scheme):
        if isinstance(one, Percentage):
            way_out = "give the percentage a least charge per transaction, or put AtLeast around it"
        elif isinstance(one, GraduatedPercentage | Dynamic):
            way_out = "put AtLeast around it"
        else:
            continue
        raise InvalidValue(
            f"{type(one).__name__} has a value of money for its quantity, so it has no minimum of "
            f"units: {way_out}"
        )
    _refuse_minimum_beyond_blocks(scheme, quantity)


def _refuse_minimum_beyond_blocks(scheme: Scheme, quantity: Fraction) -> None:
    """Follow the least quantity to be priced through whatever hands it on."""
    if isinstance(scheme, Ramp):
        for step in scheme.steps:
            _refuse_minimum_beyond_blocks(step.scheme, quantity)
        return
    inner: Scheme | None = getattr(scheme, "scheme", None)
    if inner is not None:
        least = max(quantity - getattr(scheme, "free", 0), Fraction(0))
        if conversion := getattr(scheme, "conversion", None):
            least = conversion.convert(quantity)
        _refuse_minimum_beyond_blocks(inner, least)
        return
    if not isinstance(scheme, FillUpBlocks | LookUpBlocks):
        return
    if scheme.beyond is not BeyondBlocks.REFUSE or scheme.bands[-1].blocks is None:
        return
    held = sum(((band.blocks or 0) * band.block_size for band in scheme.bands), Fraction(0))
    if quantity > held:
        raise InvalidValue(
            f"the blocks hold {exact_text(held)} units, fewer than the minimum of "
            f"{exact_text(quantity)}, so every quantity would be refused: give the last band no "
            "end (blocks=None), or lower the minimum"
        )
