"""Who belongs to the group, since when, how long, and with which share.

A company may be held through another one of the group, or through several: the group's share is
then that of each holder times what he holds, added up. It belongs to the group while one who
belongs to it holds it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import attrs

from harmony_core.errors import InvalidValue, NotFound, expect_each, kinds_checked
from harmony_core.explanation import exact_text
from harmony_core.finance._exact import Exact, exact


def _share(value: Exact) -> Fraction:
    share = exact(value, "a share of ownership")
    if not 0 < share <= 1:
        raise InvalidValue(f"a share of ownership is above 0 up to 1, got {exact_text(share)}")
    return share


@attrs.frozen(field_transformer=kinds_checked)
class Holding:
    """A share of a company from one day to another, both included.

    Args:
        entity: the company.
        first_day: of the share.
        share: above 0 up to 1.
        last_day: of the share; ``None`` without an end.
        holder: the company of the group that has it; ``None`` for the one at the top.

    Raises:
        InvalidValue: the share is not above 0 up to 1, the days are the wrong way round, or the
            company holds itself.
    """

    entity: str
    first_day: date
    share: Fraction = attrs.field(default=Fraction(1), converter=_share)
    last_day: date | None = None
    holder: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.first_day:
            raise InvalidValue(
                f"{self.entity!r} is held from {self.first_day} to {self.last_day}: the last day "
                "comes first"
            )
        if self.holder == self.entity:
            raise InvalidValue(f"{self.entity!r} cannot hold itself: name another holder, or none")

    def covers(self, day: date) -> bool:
        """Whether the share is held on a day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@attrs.frozen(field_transformer=kinds_checked)
class Ownership:
    """The group's shares. A company without any belongs to it for all time, and whole.

    ``holdings`` are those of the group as a whole, one after the other for each company:
    :meth:`of` works them out where companies are held through others.

    >>> from datetime import date
    >>> held = Ownership.of(
    ...     Holding("IN", date(2024, 4, 1), "0.8", date(2025, 3, 31)),
    ...     Holding("IN", date(2025, 4, 1), 1),
    ... )
    >>> held.share("IN", date(2024, 3, 31)), held.share("IN", date(2025, 3, 31))
    (None, Fraction(4, 5))
    """

    holdings: tuple[Holding, ...]

    @classmethod
    def of(cls, *holdings: Holding) -> Ownership:
        """Bring holdings together, in any order; what is held through others is multiplied out.

        Raises:
            InvalidValue: one holder's holdings of one company overlap; a company was in the group
                with a gap; its shares come to more than all of it; or two hold each other.

        >>> from datetime import date
        >>> since = date(2024, 4, 1)
        >>> held = Ownership.of(
        ...     Holding("DE", since, "0.8"), Holding("AT", since, "0.6", holder="DE")
        ... )
        >>> held.share("AT", since)
        Fraction(12, 25)
        """
        given = expect_each(holdings, Holding, "holdings of a group")
        found = tuple(sorted(given, key=lambda one: (one.entity, one.first_day)))
        if any(one.holder is not None for one in found):
            found = tuple(_Chain(found).as_group())
        return cls(found)

    def __attrs_post_init__(self) -> None:
        for one, other in pairwise(self.holdings):
            if one.entity != other.entity:
                continue
            if one.last_day is None or one.last_day + timedelta(days=1) != other.first_day:
                raise InvalidValue(
                    f"the holdings of {one.entity!r} do not follow each other: one ends on "
                    f"{one.last_day}, the next begins on {other.first_day}; a company that comes "
                    "back needs an id of its own"
                )

    def share(self, entity: str, day: date) -> Fraction | None:
        """Give the share on a day; ``None`` where the company does not belong to the group."""
        own = [one for one in self.holdings if one.entity == entity]
        if not own:
            return Fraction(1)
        return next((one.share for one in own if one.covers(day)), None)

    def require_in(self, entities: Container[str]) -> None:
        """Refuse holdings of, or through, a company that is not among some.

        Raises:
            NotFound: with the company.
        """
        for one in self.holdings:
            for name in (one.entity, one.holder):
                if name is not None and name not in entities:
                    raise NotFound(
                        f"a share of {name!r} is known, but there is no such company in the group: "
                        "write its id as the group does"
                    )

    def joined(self, entity: str) -> date:
        """Give the first day in the group; the earliest there is where it always was."""
        days = [one.first_day for one in self.holdings if one.entity == entity]
        return min(days, default=date.min)

    def left(self, entity: str) -> date | None:
        """Give the last day in the group; ``None`` where it still belongs to it."""
        days = [one.last_day for one in self.holdings if one.entity == entity]
        return days[-1] if days else None


class _Chain:
    """Holdings with their holders, and what the group has of each company through them."""

    def __init__(self, holdings: Iterable[Holding]) -> None:
        self.of: defaultdict[str, list[Holding]] = defaultdict(list)
        for one in holdings:
            self.of[one.entity].append(one)
        for entity in self.of:
            self._refuse_overlaps(entity)
            self._refuse_circle(entity, ())

    def _refuse_overlaps(self, entity: str) -> None:
        last: dict[str | None, Holding] = {}
        for one in self.of[entity]:
            before = last.get(one.holder)
            if before is not None and before.covers(one.first_day):
                raise InvalidValue(
                    f"two holdings of {entity!r} by the same holder overlap on {one.first_day}: "
                    "end the first before"
                )
            last[one.holder] = one

    def _refuse_circle(self, entity: str, above: tuple[str, ...]) -> None:
        if entity in above:
            circle = " holds ".join((*above[above.index(entity) :][::-1], entity))
            raise InvalidValue(
                f"companies hold each other: {entity} holds {circle}; give the share of the group "
                "as a holding without a holder"
            )
        for holder in {one.holder for one in self.of.get(entity, ())} - {None}:
            self._refuse_circle(str(holder), (*above, entity))

    def as_group(self) -> Iterable[Holding]:
        """Give the group's own share of each company, one span of days after the other."""
        for entity in sorted(self.of):
            days = sorted(self._turns(entity))
            for day, after in zip(days, (*days[1:], None), strict=True):
                share = self._share(entity, day)
                if share is not None:
                    last = None if after is None else after - timedelta(days=1)
                    yield Holding(entity, day, share, last)

    def _turns(self, entity: str) -> set[date]:
        """The days on which something of what leads to a company changes."""
        found = set()
        for one in self.of.get(entity, ()):
            found.add(one.first_day)
            if one.last_day is not None:
                found.add(one.last_day + timedelta(days=1))
            if one.holder is not None:
                found |= self._turns(one.holder)
        return found

    def _share(self, entity: str, day: date) -> Fraction | None:
        if entity not in self.of:
            return Fraction(1)
        held = [one for one in self.of[entity] if one.covers(day)]
        if (whole := sum((one.share for one in held), Fraction(0))) > 1:
            raise InvalidValue(
                f"on {day} holders have {exact_text(whole)} of {entity!r}: together they have at "
                "most 1"
            )
        through = [
            (one.share, Fraction(1) if one.holder is None else self._share(one.holder, day))
            for one in held
        ]
        shares = [share * above for share, above in through if above is not None]
        return sum(shares, Fraction(0)) or None


ALWAYS = Ownership(())
"""All companies belong to the group for all time."""
