"""Splitting money so that nothing is lost, by modes that say who gets the units left over.

Every mode floors the shares of the absolute amount and then places what is left; an amount below
zero splits as the mirror of the amount above zero; a ratio of zero gets nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

from harmony_core.errors import InvalidValue, Word, expect
from harmony_core.explanation import exact_text
from harmony_core.finance._currencies import minor_digits
from harmony_core.finance._exact import Exact, exact
from harmony_core.finance._money import Code, Money, settled_money


class AllocationMode(Word):
    """Who gets the steps left over; ties go to the earlier share."""

    LARGEST_REMAINDER = "largest_remainder"
    """one each to the shares that were cut by most"""
    TO_FIRST = "to_first"
    """one each to the first shares in order"""
    LARGEST_RATIO = "largest_ratio"
    """one each to the shares with the largest ratios"""
    SEPARATE = "separate"
    """nobody: they are kept apart"""
    BLOCK_SEPARATE = "block_separate"
    """nobody, and only whole blocks of the ratios in lowest terms are shared out"""


_APART = (AllocationMode.SEPARATE, AllocationMode.BLOCK_SEPARATE)


def allocate(
    total: Money[Code],
    ratios: Sequence[Exact],
    mode: AllocationMode = AllocationMode.LARGEST_REMAINDER,
    step: Exact | None = None,
) -> tuple[Money[Code], ...]:
    """Split ``total`` by ``ratios``, in their order, so that the shares add up to it exactly.

    Args:
        total: the amount; a credit splits as the mirror of its charge.
        ratios: exact numbers, none below zero, at least one above.
        mode: who gets what is left over.
        step: the smallest amount handed out, such as 0.05 for cash in Swiss francs; ``None``: one
            minor unit. What is finer than a step goes to the first share that left-overs reach.

    Raises:
        InvalidValue: the ratios cannot split, the step is no whole number of minor units above
            zero, or the mode leaves a rest (then :func:`allocate_apart` is meant).

    >>> [str(share) for share in allocate(Money.of("100.00", "EUR"), [1, 1, 1])]
    ['33.34 EUR', '33.33 EUR', '33.33 EUR']
    """
    expect(total, Money, "the total to split", 'Money.of("100.00", "EUR")')
    mode = AllocationMode(mode)
    if mode in _APART:
        raise InvalidValue(f"{mode.value} leaves a rest: call allocate_apart, which returns it")
    weights = _weights(ratios)
    unit = _step(step, total.currency)
    shares, left_over = _floors(abs(total.minor), weights, unit)
    takers = _takers(abs(total.minor), weights, unit, mode)
    for index in takers[: left_over // unit]:
        shares[index] += unit
    shares[takers[0]] += left_over % unit  # the total itself is no multiple of the step
    return _signed(shares, total)


def allocate_apart(
    total: Money[Code],
    ratios: Sequence[Exact],
    mode: AllocationMode = AllocationMode.SEPARATE,
    step: Exact | None = None,
) -> tuple[tuple[Money[Code], ...], Money[Code]]:
    """Split what divides evenly and give the rest apart: shares and rest add up to ``total``.

    >>> shares, rest = allocate_apart(Money(100, "EUR"), [1, 1, 1])
    >>> [share.minor for share in shares], rest
    ([33, 33, 33], Money.of('0.01', 'EUR'))

    Raises:
        InvalidValue: as :func:`allocate`, or the mode leaves no rest.
    """
    expect(total, Money, "the total to split", 'Money.of("100.00", "EUR")')
    mode = AllocationMode(mode)
    if mode not in _APART:
        raise InvalidValue(f"{mode.value} leaves no rest: call allocate")
    weights = _weights(ratios)
    unit = _step(step, total.currency)
    amount = abs(total.minor)
    if mode is AllocationMode.BLOCK_SEPARATE:
        amount -= amount % (unit * sum(weights))
    shares, _ = _floors(amount, weights, unit)
    (rest,) = _signed([abs(total.minor) - sum(shares)], total)
    return _signed(shares, total), rest


def fit(parts: Sequence[Fraction], total: Money[Code]) -> tuple[Money[Code], ...]:
    """Settle exact parts, in major units, so that they add up to ``total``.

    Each part is floored to the minor unit, and the units left over go to the largest remainders,
    the earlier part first. Parts below zero in all mirror parts above zero.

    Raises:
        InvalidValue: ``total`` is not what the parts add up to, but for rounding.

    >>> [
    ...     str(money)
    ...     for money in fit(
    ...         [Fraction("28.568"), Fraction("28.568"), Fraction("28.576")],
    ...         Money.of("85.71", "GBP"),
    ...     )
    ... ]
    ['28.57 GBP', '28.57 GBP', '28.57 GBP']
    """
    scale = 10 ** minor_digits(total.currency)
    exactly = [part * scale for part in parts]
    leading: Fraction = sum(exactly, Fraction(0)) or next(filter(None, exactly), Fraction(0))
    sign = -1 if leading < 0 else 1
    shares = [sign * part // 1 for part in exactly]
    left_over = sign * total.minor - sum(shares)
    if not 0 <= left_over <= len(shares):
        raise InvalidValue(
            f"the parts add up to {exact_text(sum(parts, Fraction(0)))}, "
            f"which does not round to {total}"
        )
    by_remainder = sorted(
        range(len(shares)), key=lambda index: shares[index] - sign * exactly[index]
    )
    for index in by_remainder[:left_over]:
        shares[index] += 1
    return tuple([settled_money(sign * share, total.currency) for share in shares])


def _weights(ratios: Sequence[Exact]) -> list[int]:
    """Bring the ratios to whole numbers in lowest terms."""
    if isinstance(ratios, str):  # whose digits would each be one
        raise InvalidValue(f"ratios are a list of exact numbers, got the text {ratios!r}")
    whole = [ratio for ratio in ratios if type(ratio) is int]
    if len(whole) < len(ratios):
        exactly = [exact(ratio, "a ratio") for ratio in ratios]
        scale = lcm(*(ratio.denominator for ratio in exactly))
        whole = [int(ratio * scale) for ratio in exactly]
    if not any(whole) or min(whole) < 0:
        raise InvalidValue(
            "ratios need one above zero and none below, got "
            f"[{', '.join(exact_text(exact(ratio)) for ratio in ratios)}]"
        )
    common = gcd(*whole)
    return [weight // common for weight in whole]


def _step(step: Exact | None, currency: str) -> int:
    """Give the step in minor units."""
    if step is None:
        return 1
    unit: Fraction = exact(step, "a step") * 10 ** minor_digits(currency)
    if unit.denominator != 1 or unit <= 0:
        raise InvalidValue(f"a step in {currency} is a whole number of minor units, got {step}")
    return unit.numerator


def _floors(amount: int, weights: Sequence[int], unit: int) -> tuple[list[int], int]:
    cut = sum(weights) * unit
    shares = [amount * weight // cut * unit for weight in weights]
    return shares, amount - sum(shares)


def _takers(amount: int, weights: Sequence[int], unit: int, mode: AllocationMode) -> list[int]:
    """Put the shares above zero in the order in which they take what is left over."""
    takers = [index for index, weight in enumerate(weights) if weight]
    if mode is AllocationMode.LARGEST_REMAINDER:
        cut = sum(weights) * unit
        remainders = [amount * weight % cut for weight in weights]
        takers.sort(key=remainders.__getitem__, reverse=True)  # equal ones stay in their order
    elif mode is AllocationMode.LARGEST_RATIO:
        takers.sort(key=weights.__getitem__, reverse=True)
    return takers


def _signed(shares: Sequence[int], total: Money[Code]) -> tuple[Money[Code], ...]:
    sign = -1 if total.minor < 0 else 1
    return tuple([settled_money(sign * share, total.currency) for share in shares])
