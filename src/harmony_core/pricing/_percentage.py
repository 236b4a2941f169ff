"""A share of the value of transactions, with a fee for each, limits, and some of them free."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import accumulate, pairwise

import attrs

from harmony_core.errors import CurrencyMismatch, InvalidValue, Word, expect
from harmony_core.explanation import Explainer, Explanation, exact_text
from harmony_core.finance import Exact, ExactAmount, exact
from harmony_core.pricing._repricing import Change, changed
from harmony_core.pricing._scheme import (
    ONLY_LINE,
    PricePoint,
    amount_of,
    listed,
    units,
    whole_number,
)


class FreeAmountEdge(Word):
    """Whether the transaction that ends exactly on the free amount is still free."""

    INCLUSIVE = "inclusive"
    """it is"""
    EXCLUSIVE = "exclusive"
    """its value is, but it pays the fee of a transaction"""


def _count(value: int) -> int:
    return whole_number(value, "a number of transactions")


def _free_count(value: int | None) -> int | None:
    return None if value is None else whole_number(value, "a number of free transactions")


def _free_amount(value: Exact | None) -> Fraction | None:
    return None if value is None else exact(value, "a free amount")


def _rate(value: Exact) -> Fraction:
    return exact(value, "a rate in percent")


def _edge(value: FreeAmountEdge) -> FreeAmountEdge:
    return FreeAmountEdge(value)


def _values(values: Iterable[Exact]) -> tuple[Fraction, ...]:
    return tuple(units(value) for value in listed(values, "values of transactions"))


@attrs.frozen
class Transactions:
    """Values of transactions in their order, as far as they are known one by one.

    A host that holds sums only gives the ``first`` ones, as many as may be free, and of all the
    ``total`` and the ``count``; what it does not list is not free. A total of zero charges nothing.
    """

    total: Fraction = attrs.field(converter=units)
    count: int = attrs.field(converter=_count)
    first: tuple[Fraction, ...] = attrs.field(default=(), converter=_values)

    def __attrs_post_init__(self) -> None:
        if self.count < len(self.first):
            raise InvalidValue(
                f"{len(self.first)} transactions are known one by one, but only {self.count} are "
                "said to exist: give the count of all"
            )
        known = sum(self.first, Fraction(0))
        if known > self.total > 0:  # a total of zero charges nothing, whatever made it up
            raise InvalidValue(
                f"the transactions that are known one by one come to {exact_text(known)}, but all "
                f"of them to only {exact_text(self.total)}: give the total of all"
            )
        if known < self.total and self.count == len(self.first):
            raise InvalidValue(
                f"all {self.count} transactions are known one by one and come to "
                f"{exact_text(known)}, but a total of {exact_text(self.total)} is given: correct "
                "one of them"
            )

    @classmethod
    def of(cls, values: Iterable[Exact]) -> Transactions:
        """Give transactions whose every value is known.

        >>> Transactions.of([10, 80]).total
        Fraction(90, 1)
        """
        known = _values(values)
        return cls(sum(known, Fraction(0)), len(known), known)

    @classmethod
    def summed(cls, total: Exact, count: int, running_totals: Iterable[Exact] = ()) -> Transactions:
        """Give transactions by total and count, and the running totals of the first of them.

        Raises:
            InvalidValue: the running totals fall.
        """
        totals = [Fraction(0), *_values(running_totals)]
        for lower, upper in pairwise(totals):
            if upper < lower:
                raise InvalidValue(
                    f"running totals rise, but {exact_text(upper)} follows {exact_text(lower)}: "
                    "give what the first transactions come to together, one by one"
                )
        first = [upper - lower for lower, upper in pairwise(totals)]
        return cls(total, count, first)

    @classmethod
    def netted(cls, values: Iterable[Exact]) -> Transactions:
        """Give transactions of which some are taken back: values below zero, in their order.

        A value below zero takes back from the transactions before it, the latest first, and what
        is more than those from the ones that follow. What is taken back whole never happened; of
        one that is taken back in part the rest is left. Nor is a value of zero a transaction.

        >>> Transactions.netted([100, 50, -70]).first
        (Fraction(80, 1),)
        """
        left: list[Fraction] = []
        owed = Fraction(0)
        for value in listed(values, "values of transactions"):
            rest = exact(value, "the value of a transaction") - owed
            owed = Fraction(0)
            while rest < 0 and left:
                rest += left.pop()
            if rest > 0:
                left.append(rest)
            else:
                owed = -rest
        return cls.of(left)

    def each(self) -> tuple[Fraction, ...]:
        """Give every value.

        Raises:
            InvalidValue: only sums are known.
        """
        if len(self.first) == self.count:
            return self.first
        if not self.first and self.count == 1:
            return (self.total,)
        raise InvalidValue(
            f"{self.count} transactions, but the values of only {len(self.first)} are known: a "
            "least or greatest charge per transaction needs the value of each"
        )


def refuse_no_transactions(transactions: object) -> None:
    """Refuse a list of values, or anything else, in the place of transactions."""
    expect(transactions, Transactions, "what is charged one by one", "Transactions.of([10, 80])")


@attrs.frozen
class Percentage:
    """``rate_percent`` of the value, with ``fee`` for each transaction.

    ``least`` and ``most`` limit what one transaction charges, its fee included. The first
    ``free_transactions`` and the first ``free_amount`` of value are free; where both are given,
    the free part ends with whichever is used up first. The transaction that crosses the free
    amount pays for its value beyond, and its whole fee.

    >>> cards = Percentage.of("1", "EUR", fee="5", free_amount="15")
    >>> cards.price_transactions(Transactions.of([4, 4, 4, 4]))
    ExactAmount.of('5.01', 'EUR')
    """

    rate_percent: Fraction = attrs.field(converter=_rate)
    fee: ExactAmount
    least: ExactAmount | None = None
    most: ExactAmount | None = None
    free_transactions: int | None = attrs.field(default=None, converter=_free_count)
    free_amount: Fraction | None = attrs.field(default=None, converter=_free_amount)
    free_amount_edge: FreeAmountEdge = attrs.field(
        default=FreeAmountEdge.INCLUSIVE, converter=_edge
    )

    def __attrs_post_init__(self) -> None:
        amount_of(self.fee, "a charge per transaction")
        if self.rate_percent < 0:
            raise InvalidValue(f"a rate is zero or more, got {exact_text(self.rate_percent)} %")
        for limit in (self.fee, self.least, self.most):
            if limit is not None:
                amount_of(limit, "a charge per transaction")
            if limit is not None and limit.currency != self.fee.currency:
                raise CurrencyMismatch(self.fee.currency, limit.currency)
            if limit is not None and limit.value < 0:
                raise InvalidValue(f"a charge per transaction is zero or more, got {limit}")
        if self.least is not None and self.most is not None and self.least.value > self.most.value:
            raise InvalidValue(
                f"a transaction cannot charge at least {self.least} and at most {self.most}"
            )
        if self.free_amount is not None and self.free_amount < 0:
            raise InvalidValue(f"a free amount is zero or more, got {exact_text(self.free_amount)}")

    @classmethod
    def of(
        cls,
        rate_percent: Exact,
        currency: str,
        *,
        fee: Exact = 0,
        least: Exact | None = None,
        most: Exact | None = None,
        free_transactions: int | None = None,
        free_amount: Exact | None = None,
        free_amount_edge: FreeAmountEdge = FreeAmountEdge.INCLUSIVE,
    ) -> Percentage:
        """Make it from plain numbers.

        Raises:
            InvalidValue: a number is below zero, or ``least`` is above ``most``.
        """
        return cls(
            _rate(rate_percent),
            ExactAmount.of(fee, currency),
            None if least is None else ExactAmount.of(least, currency),
            None if most is None else ExactAmount.of(most, currency),
            free_transactions,
            _free_amount(free_amount),
            free_amount_edge,
        )

    @property
    def currency(self) -> str:
        """The currency of fee and limits, and of the value."""
        return self.fee.currency

    def repriced(self, change: Change) -> Percentage:
        """Give the same scheme with ``change`` made to its amounts: see :func:`repriced`."""
        return attrs.evolve(
            self,
            fee=change(self.fee) if self.fee.value else self.fee,  # no fee is agreed
            least=changed(self.least, change),
            most=changed(self.most, change),
        )

    def price(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> ExactAmount:  # noqa: ARG002  of the shared form
        """Give what one transaction of the value ``quantity`` charges."""
        return self.price_transactions(Transactions(quantity, 1))

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:  # noqa: ARG002  of the shared form
        """Give the same amount with its derivation."""
        return self.explain_transactions(Transactions(quantity, 1))

    def price_transactions(self, transactions: Transactions) -> ExactAmount:
        """Give what all of them charge.

        Raises:
            InvalidValue: a transaction has a least or greatest charge, and not all values are
                known one by one.
        """
        refuse_no_transactions(transactions)
        if not transactions.total:
            return ExactAmount(Fraction(0), self.currency)
        rate = self.rate_percent / 100
        if self.least is None and self.most is None:
            free, free_value = self._free_together(transactions)
            paid = max(transactions.total - free_value, Fraction(0))
            amount = paid * rate + (transactions.count - free) * self.fee.value
        else:
            amount = self._sum_one_by_one(transactions.each(), rate)
        return ExactAmount(amount, self.currency)

    def _sum_one_by_one(self, values: tuple[Fraction, ...], rate: Fraction) -> Fraction:
        free, rest = self._free_of_each(values)
        amount = Fraction(0)
        for value in values[free:]:
            charged = (value - rest) * rate + self.fee.value
            if self.least is not None:
                charged = max(charged, self.least.value)
            if self.most is not None:
                charged = min(charged, self.most.value)
            amount, rest = amount + charged, Fraction(0)
        return amount

    def explain_transactions(self, transactions: Transactions) -> Explanation:
        """Give the same amount with its derivation."""
        refuse_no_transactions(transactions)
        why = Explainer("percentage", 1)
        total = why.given("value", "value", transactions.total, self.currency)
        if not transactions.total:
            label = "no value, so nothing is charged"
            return why.explanation(why.step("amount", label, "take", total))
        hundred = why.given("hundred", "hundred", 100)
        percent = why.given("percent", "percent", self.rate_percent)
        rate = why.step("rate", "rate", "divide", percent, hundred)
        fee = why.given("fee", "fee of a transaction", self.fee.value, self.currency)
        if self.least is None and self.most is None:
            return why.explanation(self._together(why, transactions, total, rate, fee))
        return why.explanation(self._one_by_one(why, transactions, rate, fee))

    def _free(self, values: tuple[Fraction, ...]) -> tuple[int, Fraction]:
        """Give how many of the first transactions are free, and how much of the value."""
        if not self.free_transactions and not self.free_amount:
            return 0, Fraction(0)
        free, value = 0, Fraction(0)
        for running, one in zip(accumulate(values), values, strict=True):
            if self.free_transactions and free >= self.free_transactions:
                return free, value
            if self.free_amount:
                on_the_edge = running == self.free_amount
                if running > self.free_amount or (
                    on_the_edge and self.free_amount_edge is FreeAmountEdge.EXCLUSIVE
                ):
                    return free, self.free_amount
            free, value = free + 1, value + one
        return free, value

    def _known(self, transactions: Transactions) -> tuple[Fraction, ...]:
        if transactions.first or transactions.count != 1:
            return transactions.first
        return (transactions.total,)

    def _free_together(self, transactions: Transactions) -> tuple[int, Fraction]:
        """Give how many are free, and how much of the value, where sums are enough."""
        if not self.free_amount and (self.free_transactions or 0) >= transactions.count:
            return transactions.count, transactions.total
        return self._free(self._known(transactions))

    def _free_of_each(self, values: tuple[Fraction, ...]) -> tuple[int, Fraction]:
        """Give how many are free, and how much of the value of the next one, which crosses."""
        free, free_value = self._free(values)
        return free, free_value - sum(values[:free], Fraction(0))

    def _together(
        self, why: Explainer, transactions: Transactions, total: str, rate: str, fee: str
    ) -> str:
        free, free_value = self._free_together(transactions)
        count = why.given("count", "transactions", transactions.count)
        if free:
            free_count = why.given("free_count", "free transactions", free)
            count = why.step("paid_count", "transactions to pay", "subtract", count, free_count)
        paid = total
        if free_value:
            part = why.given("free_value", "value that is free", free_value, self.currency)
            none = why.given("none", "no value", 0, self.currency)
            rest = why.step("rest", "value beyond the free part", "subtract", total, part)
            paid = why.step("paid_value", "value to pay", "greatest", rest, none)
        share = why.step("share", "value at its rate", "multiply", paid, rate)
        fees = why.step("fees", "fees of the transactions", "multiply", count, fee)
        return why.step("amount", "rate and fees", "add", share, fees)

    def _one_by_one(self, why: Explainer, transactions: Transactions, rate: str, fee: str) -> str:
        values = transactions.each()
        free, rest = self._free_of_each(values)
        amounts = []
        for number, value in enumerate(values[free:], free + 1):
            place = str(number)
            paid = why.given(f"value_{number}", "value of a transaction", value, self.currency)
            if rest:
                part = why.given(f"free_{number}", "value that is free", rest, self.currency)
                label = "transaction {number}: value to pay"
                paid = why.step(f"paid_{number}", label, "subtract", paid, part, number=place)
                rest = Fraction(0)
            label = "transaction {number}: value at its rate"
            share = why.step(f"share_{number}", label, "multiply", paid, rate, number=place)
            label = "transaction {number}: with its fee"
            amount = why.step(f"with_fee_{number}", label, "add", share, fee, number=place)
            if self.least is not None:
                least = why.given(
                    f"least_{number}", "least of a transaction", self.least.value, self.currency
                )
                label = "transaction {number}: no less than its least"
                name = f"at_least_{number}"
                amount = why.step(name, label, "greatest", amount, least, number=place)
            if self.most is not None:
                most = why.given(
                    f"most_{number}", "most of a transaction", self.most.value, self.currency
                )
                label = "transaction {number}: no more than its most"
                amount = why.step(f"at_most_{number}", label, "least", amount, most, number=place)
            amounts.append(amount)
        return why.step("amount", "sum of the transactions", "add", *amounts, unit=self.currency)
