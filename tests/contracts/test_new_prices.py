"""A price agreed later: one that its line can have, from the day on which it holds."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from harmony_core.billing import Facts, due
from harmony_core.contracts import Amendment, Contract, NewPrice
from harmony_core.errors import InvalidValue
from harmony_core.periods import Timing
from harmony_core.pricing import (
    CapacityStep,
    CapacitySteps,
    PerUnit,
    Ramp,
    Scheme,
    Uplift,
    Uplifted,
)
from harmony_core.products import ContractType, UnitsMetered, UsageMetered
from tests.strategies import TERMS, contract, line

PLAIN = line(PerUnit.of(10, "EUR"))
STEPS: Any = CapacitySteps([CapacityStep.of(9, "EUR", {"users": None})])
UNITS = line(
    STEPS,
    kind=ContractType.CONSUMPTION,
    quantity=0,
    source=UnitsMetered({"users": UsageMetered("seats")}),
    timing=Timing.ARREARS,
)


def amended(
    made: Contract, scheme: Scheme, day: date = date(2026, 3, 1), id_: str = "A-1"
) -> Contract:
    return made.amended(Amendment(id_, "C-1", date(2026, 1, 20), day, NewPrice("1", scheme)))


@pytest.mark.parametrize(
    ("made", "scheme", "reason"),
    [
        (contract(PLAIN), PerUnit.of(1, "USD"), "the new price is in USD, and the contract in EUR"),
        (contract(PLAIN), STEPS, "CapacitySteps takes a quantity for each unit"),
        (contract(UNITS), PerUnit.of(1, "EUR"), "PerUnit prices one quantity, but users are"),
        (
            contract(PLAIN),
            Ramp.of((date(2026, 3, 2), PerUnit.of(1, "EUR"))),
            "no price on 2026-03-01: the first step of the ramp begins on 2026-03-02",
        ),
    ],
)
def test_a_new_price_that_the_line_cannot_have_is_refused_when_it_is_agreed(
    made: Contract, scheme: Scheme, reason: str
) -> None:
    with pytest.raises(InvalidValue, match=f"amendment 'A-1', line '1': {reason}"):
        amended(made, scheme)


def test_a_new_price_may_begin_on_the_day_from_which_it_holds() -> None:
    first, second = date(2026, 3, 1), date(2026, 4, 1)
    steps = Ramp.of((first, PerUnit.of(20, "EUR")), (second, PerUnit.of(30, "EUR")))
    made = amended(contract(line(PerUnit.of(10, "EUR"))), steps)
    amounts = [str(one.amount) for one in due(made, Facts(), TERMS, second)]
    assert amounts == ["10.00 EUR", "10.00 EUR", "20.00 EUR", "30.00 EUR"]
    later = amended(made, Ramp.of((second, PerUnit.of(7, "EUR"))), second, "A-2")
    amounts = [str(one.amount) for one in due(later, Facts(), TERMS, second)]
    assert amounts == ["10.00 EUR", "10.00 EUR", "20.00 EUR", "7.00 EUR"]


def test_the_anniversaries_of_a_new_price_are_those_of_the_line() -> None:
    risen = Uplifted(PerUnit.of(20, "EUR"), Uplift.fixed(None, 5))
    started = line(PerUnit.of(10, "EUR"), date(2025, 3, 1))
    (*_, last) = due(amended(contract(started), risen), Facts(), TERMS, date(2026, 3, 1))
    assert str(last.amount) == "21.00 EUR"
