"""What a charge bills, shared among the pieces of work behind it: the shares add up to it.

A price in bands or packages belongs to all hours of a period, and even a price of one hour is
settled once for all of them. So what falls to one entry is a part of the charge, never a price of
its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import attrs

from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Money, fit, money_sum


@attrs.frozen
class ChargeShare:
    """The part of charges that falls to one piece of work, and why that much."""

    amount: Money
    explanation: Explanation


def share_charge(charge: Money, prices: Mapping[str, Fraction], key: str) -> dict[str, ChargeShare]:
    """Share a charge among pieces of work, each by what it would cost by itself.

    What the charge differs from their sum is spread by the size of each, so that time taken back
    keeps its sign and others do not pay for it; where no piece has a price, it is spread evenly.
    The shares are settled to minor units by largest remainder, the earlier piece first.

    Args:
        charge: what is billed, or given back, for all of them.
        prices: of each piece, unsettled, in major units, by the id of its fact; at least one.
        key: of the charge.

    >>> shares = share_charge(
    ...     Money.of("2180.00", "USD"),
    ...     {"T-1": Fraction(1770), "T-2": Fraction(590)},
    ...     "C-1/1/service/2026-02-01",
    ... )
    >>> [str(one.amount) for one in shares.values()]
    ['1635.00 USD', '545.00 USD']
    """
    reasons = {name: _exactly(charge, prices, name, key) for name in prices}
    amounts = fit([why.value("exact") for why in reasons.values()], charge)
    return {
        name: _settled(why, amount)
        for (name, why), amount in zip(reasons.items(), amounts, strict=True)
    }


def _exactly(charge: Money, prices: Mapping[str, Fraction], name: str, key: str) -> Explainer:
    code, whole = charge.currency, sum(prices.values(), Fraction(0))
    size = sum(map(abs, prices.values()), Fraction(0))
    why = Explainer("share of a charge", 1)
    why.fact("charge", key)
    why.fact("work", name)
    why.given("charge", "charge", charge.exact.value, code)
    if not size:
        why.given("pieces", "pieces of work", len(prices))
        why.step("exact", "an even part", "divide", "charge", "pieces", unit=code)
        return why
    why.given("own", "price of this work by itself", prices[name])
    why.given("all", "price of all work by itself", whole)
    if size == abs(whole):
        why.step("part", "part of all", "divide", "own", "all")
        why.step("exact", "part of the charge", "multiply", "charge", "part", unit=code)
        return why
    why.given("own_size", "price without its sign", abs(prices[name]))
    why.given("size", "prices of all work without their signs", size)
    why.step("rest", "charge less those prices", "subtract", "charge", "all", unit=code)
    why.step("part", "part of all", "divide", "own_size", "size")
    why.step("spread", "part of the difference", "multiply", "rest", "part", unit=code)
    why.step("exact", "part of the charge", "add", "own", "spread", unit=code)
    return why


def _settled(why: Explainer, amount: Money) -> ChargeShare:
    code = amount.currency
    why.given("step", "smallest unit", Money(1, code).exact.value, code)
    name = why.step("nearest", "settled", "round_half_up", "exact", "step", unit=code)
    if fitted := amount.exact.value - why.value(name):
        why.given("fitted", "so that the shares add up to the charge", fitted, code)
        name = why.step("amount", "share of the charge", "add", name, "fitted", unit=code)
    return ChargeShare(amount, why.explanation(name))


def shares_added(shares: Sequence[ChargeShare]) -> ChargeShare:
    """Add up the shares of one piece of work in several charges; at least one."""
    if len(shares) == 1:
        return shares[0]
    why, code = Explainer("shares of several charges", 1), shares[0].amount.currency
    names = [
        why.adopt(share.explanation, f"share{number}_")
        for number, share in enumerate(shares, start=1)
    ]
    total = why.step("total", "shares together", "add", *names, unit=code)
    return ChargeShare(money_sum((one.amount for one in shares), code), why.explanation(total))


def unbilled(currency: str, reason: str) -> ChargeShare:
    """Nothing: no charge bills the work."""
    why = Explainer("share of a charge", 1)
    why.fact("reason", reason)
    return ChargeShare(
        Money.zero(currency), why.explanation(why.given("amount", "nothing", 0, currency))
    )
