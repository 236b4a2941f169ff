"""Which work a contract line takes: how work reaches the line, and what the line refuses.

Work reaches a line by an asset, a service item, a user, a site, a work type, a keyword, or because
the line takes what is left. Roles and work types then decide whether it is taken. Both lists must
be given, so that nobody's new work type slips into a flat price unless somebody said so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.errors import InvalidValue, Word, expect, expect_each


class CoverRule(Word):
    """How work reaches a line; the rules are asked in this order, and the first that finds wins."""

    LINK = "explicit link"
    ASSET = "asset"
    SERVICE_ITEM = "service item"
    USER = "user"
    SITE = "site"
    WORK_TYPE = "work type"
    KEYWORD = "keyword"
    DEFAULT = "default"


def _name_set(names: Iterable[str]) -> frozenset[str]:
    return frozenset(
        (names,) if isinstance(names, str) else expect_each(names, str, "names of a list")
    )


@attrs.frozen
class NameList:
    """Either only the names listed, or all but them; a name that is new is in or out accordingly.

    >>> NameList.only("remote", "on site").admits("project")
    False
    >>> NameList.all_but("project").admits("a type of next year")
    True
    """

    names: frozenset[str] = attrs.field(converter=_name_set)
    listed_only: bool

    @classmethod
    def only(cls, *names: str) -> NameList:
        """Take these and nothing else."""
        return cls(frozenset(names), True)

    @classmethod
    def all_but(cls, *names: str) -> NameList:
        """Take everything else; without names, everything."""
        return cls(frozenset(names), False)

    def admits(self, name: str) -> bool:
        """Whether ``name`` is taken; work without a name is taken unless only names listed are."""
        return (name in self.names) == self.listed_only


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else expect_each(values, str, "names of a cover")


@attrs.frozen(kw_only=True)
class Cover:
    """What a line covers. Categories of expenses count as work types.

    Args:
        roles: in which capacity the work may be done; expenses have none.
        types: which work types, and categories of expenses, the line takes.
        assets, service_items, users, sites, work_types, keywords: each a way to reach the line;
            a keyword is found as a whole word, in large or small letters.
        takes_the_rest: reached by what no other rule leads to a line.
        first_day, last_day: inclusive; ``None`` for the days of the line.

    Raises:
        InvalidValue: an empty name, or days that end before they begin.

    >>> Cover(roles=NameList.all_but(), types=NameList.all_but("project"), assets=["PC-1"]).assets
    ('PC-1',)
    """

    roles: NameList
    types: NameList
    assets: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    service_items: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    users: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    sites: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    work_types: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    keywords: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    takes_the_rest: bool = False
    first_day: date | None = None
    last_day: date | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("roles", "types"):
            expect(getattr(self, name), NameList, f"{name} of a cover", "NameList.all_but()")
        expect(self.takes_the_rest, bool, "takes_the_rest of a cover")
        for name in ("first_day", "last_day"):
            if (day := getattr(self, name)) is not None:
                expect(day, date, f"{name} of a cover")
        for rule, names in self.reaches():
            if not all(name.strip() for name in names):
                raise InvalidValue(f"a cover names an empty {rule.value}: leave it out")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise InvalidValue(f"a cover ends on {self.last_day}, before {self.first_day}")

    def reaches(self) -> tuple[tuple[CoverRule, tuple[str, ...]], ...]:
        """The names by which work reaches the line, by rule."""
        return (
            (CoverRule.ASSET, self.assets),
            (CoverRule.SERVICE_ITEM, self.service_items),
            (CoverRule.USER, self.users),
            (CoverRule.SITE, self.sites),
            (CoverRule.WORK_TYPE, self.work_types),
            (CoverRule.KEYWORD, self.keywords),
        )

    def holds_on(self, day: date) -> bool:
        """Whether ``day`` lies between the first and the last day of the cover."""
        return (self.first_day or date.min) <= day <= (self.last_day or date.max)
