"""Money and numbers as texts: written by place and style, and read back strictly."""

from __future__ import annotations

from harmony_core.culture import Formats, MoneyStyle
from harmony_core.finance import ExactAmount
from tests.conformance.registry import Vector, adapter


def formats_of(vector: Vector) -> Formats:
    return Formats.of(vector["locale"].replace("_", "-"))


@adapter("format")
def written_money(vector: Vector) -> object:
    money = ExactAmount.of(vector["amount"], vector["currency"]).settle()
    return formats_of(vector).money(money, MoneyStyle(vector.get("style") or "standard"))


@adapter("format_divergent")
def written_money_of_two_schools(vector: Vector) -> object:
    """Either school's text is right; what equals the second stands for the first."""
    written = written_money(vector)
    return vector["expected"] if written == vector.get("also_acceptable") else written


@adapter("parse")
def number_read(vector: Vector) -> object:
    return formats_of(vector).parse_number(vector["text"], any_space=not vector["strict"])
