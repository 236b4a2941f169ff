"""Quotes: versions that replace each other, valid for a time, accepted whole or in part.

The latest version counts, to its last day of validity. Acceptance gives an order that keeps the
products and prices of the day of the quote. What is accepted is sold; the rest stays quoted, or
lapses with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

import attrs

from harmony_core.contracts import Side
from harmony_core.errors import (
    InvalidValue,
    NotFound,
    RuleBroken,
    Word,
    expect,
    expect_each,
    expect_name,
)
from harmony_core.orders._order import Order, OrderLine


class QuoteState(Word):
    """How a quote stands on a day."""

    OPEN = "open"
    EXPIRED = "expired"
    """lines are left that nobody accepted in time"""
    PARTLY_ACCEPTED = "partly_accepted"
    """some lines are sold, the others still open"""
    ACCEPTED = "accepted"
    """nothing is left open; what was not accepted lapsed"""


class Rest(Word):
    """What becomes of the lines that an acceptance leaves out."""

    STAYS = "stays"
    LAPSES = "lapses"


def _lines(lines: Iterable[OrderLine]) -> tuple[OrderLine, ...]:
    return expect_each(lines, OrderLine, "lines of a quote")


def _references(references: Iterable[str]) -> tuple[str, ...]:
    return expect_each(references, str, "references of lines")


@attrs.frozen
class QuoteVersion:
    """What was offered on a day, and until when.

    Raises:
        InvalidValue: no lines, two with one reference, or days that are no plain dates in order.
    """

    quoted_on: date
    valid_until: date
    lines: tuple[OrderLine, ...] = attrs.field(converter=_lines)

    def __attrs_post_init__(self) -> None:
        for name, day in (("quoted_on", self.quoted_on), ("valid_until", self.valid_until)):
            expect(day, date, f"{name} of a quote")
        if self.valid_until < self.quoted_on:
            raise InvalidValue(
                f"a quote of {self.quoted_on} cannot be valid until {self.valid_until}, before it"
            )
        counts = Counter(line.reference for line in self.lines)
        if not counts:
            raise InvalidValue(f"the quote of {self.quoted_on} has no lines: offer something")
        if twice := sorted(name for name, times in counts.items() if times > 1):
            raise InvalidValue(f"a quote has two lines {', '.join(twice)}: give each its own id")


@attrs.frozen
class Acceptance:
    """Which lines of which version were accepted, when, and as which order."""

    order_id: str
    version: int
    on: date
    references: tuple[str, ...] = attrs.field(converter=_references)

    def __attrs_post_init__(self) -> None:
        expect(self.order_id, str, "order_id of an acceptance")
        expect(self.version, int, "version of an acceptance")
        expect(self.on, date, "the day of an acceptance")


@attrs.frozen
class Accepted:
    """What an acceptance gives: the quote as it stands now, and the order."""

    quote: Quote
    order: Order


def _side(value: Side) -> Side:
    return Side(value)


def _versions(versions: Iterable[QuoteVersion]) -> tuple[QuoteVersion, ...]:
    return expect_each(versions, QuoteVersion, "versions of a quote")


def _acceptances(acceptances: Iterable[Acceptance]) -> tuple[Acceptance, ...]:
    return expect_each(acceptances, Acceptance, "acceptances of a quote")


@attrs.frozen
class Quote:
    """A proposal to a customer, or from a supplier, in its versions.

    Versions are counted from 1; the last one is the one that can be accepted.

    Raises:
        InvalidValue: an empty id, no version, or versions that go back in time.

    >>> from harmony_core.finance import ExactAmount
    >>> line = OrderLine(
    ...     "1", "C-1", "MAIL", 10, date(2026, 5, 1), unit_price=ExactAmount.of("3", "EUR")
    ... )
    >>> first = QuoteVersion(date(2026, 4, 1), date(2026, 4, 30), [line])
    >>> quote = Quote("Q-1", Side.SELL, "K-1", "DE", "EUR", [first])
    >>> quote.state(date(2026, 5, 1)).value
    'expired'
    >>> quote.accept(date(2026, 4, 20)).order.quoted_on
    datetime.date(2026, 4, 1)
    """

    id: str
    side: Side = attrs.field(converter=_side)
    party_id: str
    entity_id: str
    currency: str
    versions: tuple[QuoteVersion, ...] = attrs.field(converter=_versions)
    acceptances: tuple[Acceptance, ...] = attrs.field(default=(), converter=_acceptances)
    lapsed: tuple[str, ...] = attrs.field(default=(), converter=_references)

    def __attrs_post_init__(self) -> None:
        expect_name(self.id, "id of a quote")
        for name in ("party_id", "entity_id", "currency"):
            expect(getattr(self, name), str, f"{name} of quote {self.id!r}")
        if not self.versions:
            raise InvalidValue(f"quote {self.id!r} offers nothing: give it a version")
        for older, newer in pairwise(self.versions):
            if newer.quoted_on < older.quoted_on:
                raise InvalidValue(
                    f"quote {self.id!r} has a version of {newer.quoted_on} after one of "
                    f"{older.quoted_on}: a later version is not older"
                )

    @classmethod
    def of(
        cls,
        id: str,  # noqa: A002  # the field's own name
        party_id: str,
        lines: Iterable[OrderLine],
        *,
        entity_id: str,
        currency: str,
        quoted_on: date,
        valid_until: date,
        side: Side = Side.SELL,
    ) -> Quote:
        """Make a quote of one version, to a customer unless it is said otherwise.

        Raises:
            InvalidValue: as for a quote and a version.

        >>> lines = [OrderLine("1", "C-1", "MAIL", 10, date(2026, 5, 1))]
        >>> quote = Quote.of(
        ...     "Q-1",
        ...     "K-1",
        ...     lines,
        ...     entity_id="DE",
        ...     currency="EUR",
        ...     quoted_on=date(2026, 4, 1),
        ...     valid_until=date(2026, 4, 30),
        ... )
        >>> quote.accept(date(2026, 4, 20)).order.sale_day
        datetime.date(2026, 4, 1)
        """
        version = QuoteVersion(quoted_on, valid_until, lines)
        return cls(id, side, party_id, entity_id, currency, [version])

    @property
    def version(self) -> int:
        """The number of the latest version."""
        return len(self.versions)

    @property
    def latest(self) -> QuoteVersion:
        """The version that can be accepted."""
        return self.versions[-1]

    @property
    def open_lines(self) -> tuple[OrderLine, ...]:
        """The lines of the latest version that are neither sold nor lapsed."""
        closed = {*self._sold, *self.lapsed}
        return tuple(line for line in self.latest.lines if line.reference not in closed)

    @property
    def _sold(self) -> frozenset[str]:
        return frozenset(name for one in self.acceptances for name in one.references)

    def state(self, day: date) -> QuoteState:
        """How it stands on a day."""
        if not self.open_lines:
            return QuoteState.ACCEPTED
        if day > self.latest.valid_until:
            return QuoteState.EXPIRED
        return QuoteState.PARTLY_ACCEPTED if self.acceptances else QuoteState.OPEN

    def revised(self, version: QuoteVersion) -> Quote:
        """The quote with a further version, which replaces the one before.

        Raises:
            RuleBroken: the version offers lines again that were accepted.
            InvalidValue: it is older than the one before.
        """
        expect(version, QuoteVersion, f"what revises quote {self.id!r}")
        if again := sorted(self._sold & {line.reference for line in version.lines}):
            raise RuleBroken(
                f"quote {self.id!r} sold {', '.join(again)} already: leave it out of the new "
                "version, and amend its contract instead"
            )
        return attrs.evolve(self, versions=(*self.versions, version), lapsed=())

    def proposed(self) -> Order:
        """The open lines as an order that is not accepted yet.

        ``problems_of(quote.proposed(), ...)`` finds what would keep it from being executed, a
        missing account among it, before the customer reads the quote.
        """
        return self._order(self.id, self.open_lines, None)

    def accept(
        self,
        day: date,
        *,
        version: int | None = None,
        lines: Iterable[str] | None = None,
        rest: Rest = Rest.STAYS,
        order_id: str | None = None,
    ) -> Accepted:
        """Accept the quote, or some lines of it; gives an accepted order.

        The first order has the quote's id, the next are ``Q-1.2``, ``Q-1.3``. A contract of which
        lines were sold before is there already, so a later order forms one of its own beside it:
        ``C-1.2``. Done again with the same ``order_id``, day and lines, it gives the same.

        Args:
            day: of the acceptance.
            version: the one that the customer accepts; the latest if it is not said.
            lines: references (``contract/line``) of the lines accepted; all open ones without it.
            rest: whether the other open lines stay quoted or lapse.
            order_id: the order's id, where it shall be another.

        Raises:
            RuleBroken: the version was superseded, the day is before the quote or after its
                validity, a line was sold or lapsed, or the order id stands for something else.
            NotFound: the quote has no such version or line.
            InvalidValue: the day is no plain date, or the lines are an empty list.
        """
        rest = Rest(rest)
        number = self._current(version)
        names = None if lines is None else self._named(lines)
        if (done := self._done_before(order_id, number, day, names)) is not None:
            return done
        self._refuse_day(day)
        chosen = self._chosen(names)
        count = len(self.acceptances) + 1
        made_id = order_id or (self.id if count == 1 else f"{self.id}.{count}")
        if any(one.order_id == made_id for one in self.acceptances):
            raise RuleBroken(
                f"order {made_id!r} accepted other lines of quote {self.id!r}: name another"
            )
        taken = tuple(line.reference for line in chosen)
        left = [line.reference for line in self.open_lines if line.reference not in taken]
        quote = attrs.evolve(
            self,
            acceptances=(*self.acceptances, Acceptance(made_id, number, day, taken)),
            lapsed=(*self.lapsed, *left) if rest is Rest.LAPSES else self.lapsed,
        )
        return Accepted(quote, quote.order_of(made_id))

    def order_of(self, order_id: str) -> Order:
        """The order that an acceptance gave.

        Raises:
            NotFound: no acceptance has that order.
        """
        for place, acceptance in enumerate(self.acceptances):
            if acceptance.order_id == order_id:
                offered = self.versions[acceptance.version - 1]
                lines = [it for it in offered.lines if it.reference in acceptance.references]
                sold = {
                    name.rpartition("/")[0]
                    for one in self.acceptances[:place]
                    for name in one.references
                }
                return self._order(order_id, _beside(lines, sold, place + 1), acceptance)
        known = ", ".join(one.order_id for one in self.acceptances) or "none"
        raise NotFound(f"quote {self.id!r} gave no order {order_id!r}; it gave {known}")

    def _order(
        self, order_id: str, lines: Iterable[OrderLine], acceptance: Acceptance | None
    ) -> Order:
        offered = self.latest if acceptance is None else self.versions[acceptance.version - 1]
        return Order(
            order_id,
            self.side,
            self.party_id,
            self.entity_id,
            self.currency,
            tuple(lines),
            None if acceptance is None else acceptance.on,
            quoted_on=offered.quoted_on,
        )

    def _current(self, version: int | None) -> int:
        number = self.version if version is None else version
        expect(number, int, f"the version of quote {self.id!r} that is accepted")
        if not 1 <= number <= self.version:
            raise NotFound(f"quote {self.id!r} has versions 1 to {self.version}, no {number}")
        if number < self.version:
            raise RuleBroken(
                f"version {number} of quote {self.id!r} was superseded by version {self.version} "
                f"of {self.latest.quoted_on}: accept that, or quote anew"
            )
        return number

    def _done_before(
        self, order_id: str | None, number: int, day: date, names: tuple[str, ...] | None
    ) -> Accepted | None:
        for one in self.acceptances:
            same = order_id == one.order_id and (one.version, one.on) == (number, day)
            if same and (names is None or set(names) == set(one.references)):
                return Accepted(self, self.order_of(one.order_id))
        return None

    def _named(self, lines: Iterable[str]) -> tuple[str, ...]:
        names = expect_each(lines, str, f"lines accepted of quote {self.id!r}")
        if not names:
            raise InvalidValue(
                f"an acceptance of quote {self.id!r} names no line: leave lines out to accept all "
                f"that are open ({', '.join(one.reference for one in self.open_lines) or 'none'})"
            )
        return tuple(dict.fromkeys(names))

    def _refuse_day(self, day: date) -> None:
        expect(day, date, f"the day on which quote {self.id!r} is accepted")
        if day < self.latest.quoted_on:
            raise RuleBroken(
                f"quote {self.id!r} is of {self.latest.quoted_on}: it cannot be accepted on {day}"
            )
        if day > self.latest.valid_until:
            raise RuleBroken(
                f"quote {self.id!r} was valid until {self.latest.valid_until}, so it cannot be "
                f"accepted on {day}: quote anew by revised(...)"
            )

    def _chosen(self, names: tuple[str, ...] | None) -> tuple[OrderLine, ...]:
        open_lines = {line.reference: line for line in self.open_lines}
        offered = {line.reference for line in self.latest.lines}
        for name in names or ():
            if name not in offered:
                raise NotFound(
                    f"quote {self.id!r} offers no line {name!r}; it offers "
                    f"{', '.join(sorted(offered))}"
                )
            if name not in open_lines:
                how = "was sold" if name in self._sold else "lapsed"
                raise RuleBroken(f"line {name} of quote {self.id!r} {how}: it is not open any more")
        chosen = open_lines if names is None else names
        if not chosen:
            raise RuleBroken(f"quote {self.id!r} has nothing open that could be accepted")
        return tuple(line for name, line in open_lines.items() if name in chosen)


def _beside(lines: Iterable[OrderLine], sold: set[str], number: int) -> list[OrderLine]:
    """Lines of contracts that an earlier order forms go into contracts beside those."""
    return [
        attrs.evolve(line, contract_id=f"{line.contract_id}.{number}")
        if line.contract_id in sold
        else line
        for line in lines
    ]
