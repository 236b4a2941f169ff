"""The taxes that one line bears, in their order: whose they are, and what each is worked out on.

The first is that of the line's category. Others stand beside it (a province's, a county's) or upon
it (a levy on the price with tax). What the buyer withholds is no tax of the line: it is a part of
what is asked for that he pays to the tax office.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Protocol, TypeVar

import attrs

from harmony_core.errors import InvalidValue, Word, expect_each, expect_name, kinds_checked
from harmony_core.explanation import exact_text
from harmony_core.finance._exact import Exact, exact


def tax_percent(value: Exact) -> Fraction:
    """Check a rate in per cent."""
    number = exact(value, "a tax rate")
    if number < 0:
        raise InvalidValue(f"a tax rate is zero or more per cent, got {exact_text(number)}")
    return number


def tax_percent_or_none(value: Exact | None) -> Fraction | None:
    """Check a rate in per cent, where there may be none at all."""
    return None if value is None else tax_percent(value)


class TaxBase(Word):
    """What a tax among several is worked out on."""

    NET = "base"
    """the net amount alone"""
    RUNNING = "running"
    """the net amount and all taxes before, each as it was rounded"""


@attrs.frozen(field_transformer=kinds_checked)
class NamedTax:
    """A tax by whose it is and what it is called; its rate is that of the day.

    Args:
        jurisdiction: whose tax it is, such as ``CA-QC``.
        code: under which the rates know it, such as ``QST``.
        on: what it is worked out on.
        reason: why the line bears it, in words.

    Raises:
        InvalidValue: the jurisdiction or the code is empty.
    """

    jurisdiction: str
    code: str
    on: TaxBase = attrs.field(default=TaxBase.NET, converter=TaxBase)
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        expect_name(self.jurisdiction, "the jurisdiction of a tax")
        expect_name(self.code, "the code of a tax")

    def __str__(self) -> str:
        return f"{self.code} of {self.jurisdiction}"


@attrs.frozen(field_transformer=kinds_checked)
class LineTax:
    """One of the taxes that a line bears, with its rate; ``None`` where there is no rate at all."""

    code: str
    percent: Fraction | None = attrs.field(converter=tax_percent_or_none)
    jurisdiction: str = ""
    on: TaxBase = attrs.field(default=TaxBase.NET, converter=TaxBase)
    reason: str = ""

    @property
    def share(self) -> Fraction:
        """The rate as a share of one."""
        return (self.percent or Fraction(0)) / 100


_Tax = TypeVar("_Tax", NamedTax, LineTax)


def named_taxes(taxes: Iterable[NamedTax]) -> tuple[NamedTax, ...]:
    """Check the taxes that a rule names: each once."""
    return _each_once(expect_each(taxes, NamedTax, "taxes of a rule"))


def line_taxes(taxes: Iterable[LineTax]) -> tuple[LineTax, ...]:
    """Check the taxes of a line: each once."""
    return _each_once(expect_each(taxes, LineTax, "taxes of a line"))


def _each_once(taxes: tuple[_Tax, ...]) -> tuple[_Tax, ...]:
    seen = [(tax.jurisdiction, tax.code) for tax in taxes]
    for place, code in seen:
        if seen.count((place, code)) > 1:
            raise InvalidValue(
                f"the tax {code!r} of {place!r} stands twice: name each tax of a line once"
            )
    return taxes


class _Rated(Protocol):
    """A tax by its rate and what it stands on."""

    @property
    def share(self) -> Fraction:
        """The rate as a share of one."""
        ...

    @property
    def on(self) -> TaxBase:
        """What it is worked out on."""
        ...


def parts_of_gross(taxes: Sequence[_Rated]) -> tuple[Fraction, ...]:
    """Give each tax as an exact part of an amount that includes all of them.

    >>> parts_of_gross([LineTax("GST", 5), LineTax("QST", "9.5", on=TaxBase.RUNNING)])
    (Fraction(200, 4599), Fraction(19, 219))
    """
    of_net: list[Fraction] = []
    for tax in taxes:
        base = 1 + sum(of_net, Fraction(0)) if tax.on is TaxBase.RUNNING else Fraction(1)
        of_net.append(tax.share * base)
    gross = 1 + sum(of_net, Fraction(0))
    return tuple(part / gross for part in of_net)
