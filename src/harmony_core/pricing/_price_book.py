"""Which price holds for whom, in which currency, on which day: the most specific entry wins.

Specific is declared, step by step: a named customer goes before a named group, that before
everybody; then the entry whose days lie inside the other's (a promotion inside a standing price, a
later start inside an earlier one, both without end). Two entries of which neither is more specific
on a day that both hold would leave the answer to chance, so that no book can be made of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import attrs

from harmony_core.errors import InvalidValue, PriceNotFound, expect, expect_each
from harmony_core.explanation import Explainer, Explanation
from harmony_core.finance import Exact
from harmony_core.pricing._dated import anchored, facts_on, scheme_on
from harmony_core.pricing._price_entry import (
    NO_END,
    PriceEntry,
    Whom,
    day_numbers,
    days_in_words,
    for_whom,
    in_full,
    whom_of,
)
from harmony_core.pricing._scheme import ONLY_LINE, PricePoint, Scheme


@attrs.frozen
class FoundPrice:
    """The entry that won for ``day``, and the others that hold on it, most specific first."""

    entry: PriceEntry
    day: date
    others: tuple[PriceEntry, ...] = ()

    @property
    def scheme(self) -> Scheme:
        """The scheme of the entry that won; a ramp or an uplift goes on changing by date."""
        return self.entry.scheme

    def explain(self, quantity: Exact, point: PricePoint = ONLY_LINE) -> Explanation:
        """Give the amount of ``quantity`` units, with the entry taken and why it went first.

        A price that changes by date is that of the day; anniversaries whose first day was left to
        the contract are counted from it.
        """
        why, entry = Explainer("price book", 1), self.entry
        why.fact("product", entry.product_id)
        why.fact("day of the price", str(self.day))
        if entry.id:
            why.fact("price entry", entry.id)
        if entry.customer_id:
            why.fact("price for the customer", entry.customer_id)
        if entry.customer_group:
            why.fact("price for the customer group", entry.customer_group)
        if not entry.customer_id and not entry.customer_group:
            why.fact("price for", "everybody")
        why.fact("valid", entry.span)
        for other in self.others:
            label = self._why_not(other)
            why.fact(label, f"{other.id} {other.span}" if other.id else other.span)
        scheme = anchored(self.scheme, self.day)
        for label, text in facts_on(scheme, self.day):
            why.fact(label, text)
        of_the_day = scheme_on(scheme, self.day)
        return why.explanation(why.adopt(of_the_day.explain(quantity, point), ""))

    def _why_not(self, other: PriceEntry) -> str:
        if whom_of(other) == whom_of(self.entry):
            label = "not taken, since its days enclose those of the price taken"
        elif other.customer_id:
            label = "not taken, since it is for the customer in any group"
        elif other.customer_group:
            label = "not taken, since it is for a whole customer group"
        else:
            label = "not taken, since it is for everybody"
        return label


def _sorted(entries: Iterable[PriceEntry]) -> tuple[PriceEntry, ...]:
    return tuple(sorted(expect_each(entries, PriceEntry, "prices of a book"), key=_place))


def _place(entry: PriceEntry) -> tuple[object, ...]:
    """By whom the price is for, then by first day, the longer one first."""
    first, last = day_numbers(entry)
    whom = (entry.customer_id or "", entry.customer_group or "")
    return (entry.product_id, entry.currency, *whom, first, -last, entry.id or "")


@attrs.frozen
class PriceBook:
    """Prices by product, currency, customer or customer group, and day.

    The order in which entries are given plays no part: two books of the same entries are equal.
    An entry is found by a look-up and a bisection, however many there are.

    Raises:
        InvalidValue: two entries with one id, or two that collide: for the same customers, on days
            that both hold, and the days of neither lie inside the other's.

    >>> from harmony_core.pricing import PerUnit
    >>> standing = PriceEntry("SEAT", "EUR", PerUnit.of("12", "EUR"), date(2026, 1, 1))
    >>> december = date(2026, 12, 1), date(2026, 12, 31)
    >>> promotion = PriceEntry("SEAT", "EUR", PerUnit.of("9", "EUR"), *december)
    >>> book = PriceBook([promotion, standing])
    >>> [book.find("SEAT", "EUR", date(2026, month, 5)).scheme.price(1) for month in (11, 12)]
    [ExactAmount.of('12', 'EUR'), ExactAmount.of('9', 'EUR')]
    """

    entries: tuple[PriceEntry, ...] = attrs.field(converter=_sorted)
    _days: Mapping[Whom, _Days] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        ids: set[str] = set()
        together: dict[Whom, list[PriceEntry]] = {}
        for entry in self.entries:
            if entry.id in ids:
                raise InvalidValue(f"two prices have the id {entry.id!r}: give each its own")
            if entry.id is not None:
                ids.add(entry.id)
            together.setdefault(whom_of(entry), []).append(entry)
        collisions = [text for prices in together.values() for text in _collisions(prices)]
        if collisions:
            raise InvalidValue("\n".join(collisions))
        index = {whom: _Days(prices) for whom, prices in together.items()}
        object.__setattr__(self, "_days", index)

    def find(
        self,
        product_id: str,
        currency: str,
        day: date,
        *,
        customer_id: str | None = None,
        customer_group: str | None = None,
    ) -> FoundPrice:
        """Give the most specific price that holds on ``day``, and what it was preferred to.

        Args:
            product_id: what is sold.
            currency: of the price; there is no conversion.
            day: on which the price is asked for, such as the day of acceptance.
            customer_id: who buys; ``None`` finds only prices for groups and for everybody.
            customer_group: the one price group of that customer, if he is in any.

        Raises:
            PriceNotFound: nothing holds; the message says what there is for the product.
            InvalidValue: ``day`` is no plain date.
        """
        if type(day) is not date:
            raise InvalidValue(f"a price is found for a plain date, got {day!r}")
        for name, text in (("product_id", product_id), ("currency", currency)):
            expect(text, str, f"{name} of the price asked for")
        for name, who in (("customer_id", customer_id), ("customer_group", customer_group)):
            expect(who, str | None, f"{name} of the price asked for")
        number = day.toordinal()
        found: list[PriceEntry] = []
        for customer in (customer_id, None) if customer_id is not None else (None,):
            for group in (customer_group, None) if customer_group is not None else (None,):
                days = self._days.get((product_id, currency, customer, group))
                if days is not None:
                    found += days.at(number)
        if found:
            return FoundPrice(found[0], day, tuple(found[1:]))
        whom = for_whom(customer_id, customer_group)
        raise PriceNotFound(
            f"no price of {product_id!r} in {currency} on {day} for {whom}: "
            f"{self._what_there_is(product_id)}; add an entry that holds"
        )

    def _what_there_is(self, product_id: str) -> str:
        own = [entry for entry in self.entries if entry.product_id == product_id]
        if not own:
            return f"the book has {len(self.entries)} prices, none of that product"
        shown = [
            f"{entry.currency} for {for_whom(entry.customer_id, entry.customer_group)} "
            f"{days_in_words(entry)}"
            for entry in own[:_SHOWN]
        ]
        more = f" and {len(own) - _SHOWN} more" if len(own) > _SHOWN else ""
        return f"the book has {', '.join(shown)}{more}"


_SHOWN = 8
"""How many prices an error lists before it only counts them."""


class _Days:
    """For prices of the same customers: which hold from which day on, the innermost first."""

    __slots__ = ("_holding", "_starts")

    def __init__(self, prices: list[PriceEntry]) -> None:
        self._starts: list[int] = []
        self._holding: list[tuple[PriceEntry, ...]] = []
        open_: list[PriceEntry] = []  # each lies inside the one before it
        for price in prices:  # by first day, and the longer one first
            first, _ = day_numbers(price)
            self._close(open_, first)
            open_.append(price)
            self._mark(first, open_)
        self._close(open_, NO_END)

    def _close(self, open_: list[PriceEntry], before: int) -> None:
        while open_:
            _, last = day_numbers(open_[-1])
            if last >= before:
                return
            open_.pop()
            self._mark(last + 1, open_)

    def _mark(self, day: int, open_: list[PriceEntry]) -> None:
        if self._starts and self._starts[-1] == day:
            self._holding[-1] = tuple(reversed(open_))
        else:
            self._starts.append(day)
            self._holding.append(tuple(reversed(open_)))

    def at(self, day: int) -> tuple[PriceEntry, ...]:
        place = bisect_right(self._starts, day) - 1
        return self._holding[place] if place >= 0 else ()


def _collisions(prices: list[PriceEntry]) -> Iterator[str]:
    """Describe each price that meets an earlier one without lying inside it."""
    open_: list[PriceEntry] = []
    for price in prices:  # by first day, and the longer one first
        first, last = day_numbers(price)
        while open_ and day_numbers(open_[-1])[1] < first:
            open_.pop()
        if open_ and (last > (until := day_numbers(open_[-1])[1]) or _same_days(price, open_[-1])):
            yield _collision(open_[-1], price, min(last, until))
        else:
            open_.append(price)


def _same_days(one: PriceEntry, other: PriceEntry) -> bool:
    return day_numbers(one) == day_numbers(other)


def _collision(one: PriceEntry, other: PriceEntry, last: int) -> str:
    end = "on" if last == NO_END else f"to {date.fromordinal(last)}"
    return (
        f"{in_full(one)} and {in_full(other)} are equally specific from {other.first_day} {end}: "
        "end one before the other begins, let the days of one lie inside the other's, or name a "
        "customer or a group in one of them"
    )
