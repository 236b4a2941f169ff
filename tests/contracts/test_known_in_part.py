"""Amendments that only make sense together are refused where one was known without the other."""

from __future__ import annotations

from datetime import date

import pytest

from harmony_core.contracts import Amendment, LineRunsOn
from harmony_core.errors import RuleBroken
from harmony_core.pricing import PerUnit
from harmony_core.products import ContractType, Recognition
from tests.strategies import contract, fund_terms, line


@pytest.mark.parametrize(("recorded", "possible"), [(None, True), (date(2026, 3, 1), False)])
def test_a_gap_that_a_night_saw_before_it_was_closed_is_refused(
    recorded: date | None, *, possible: bool
) -> None:
    blocks = line(
        PerUnit.of(9, "EUR"),
        last_day=date(2026, 1, 31),
        kind=ContractType.PREPAYMENT,
        quantity=10,
        recognition=Recognition.AS_DRAWN,
        fund=fund_terms(),
    )
    day, later = date(2026, 1, 20), date(2026, 2, 10)
    made = contract(blocks).amended(
        Amendment("A-0", "C-1", day, day, LineRunsOn("1"), recorded_on=recorded)
    )
    second = Amendment("A-1", "C-1", later, later, LineRunsOn("1"))
    if possible:
        made.amended(second)
    else:
        with pytest.raises(RuleBroken, match="lets line '1', which is prepaid, buy blocks again"):
            made.amended(second)
