"""The causes add up to the difference, and each moves by itself where only it changed."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.finance import Money, SalesFigures, VarianceCause, variance

amounts = st.integers(1, 10**8)


@st.composite
def sales(draw: st.DrawFn) -> list[SalesFigures]:
    names = draw(st.lists(st.sampled_from("ABCD"), unique=True))
    found = []
    for name in names:
        free, tiny = draw(st.booleans()), draw(st.booleans())
        revenue = 0 if free else draw(amounts)
        found.append(
            SalesFigures(
                name,
                draw(st.fractions(-1000, 1000, max_denominator=8).filter(bool)),
                Money(revenue, "USD"),
                Money(0 if free or tiny else draw(amounts), "EUR"),
                Money(draw(amounts), "EUR"),
            )
        )
    return found


@given(sales(), sales())
def test_the_causes_add_up(before: list[SalesFigures], now: list[SalesFigures]) -> None:
    if not before and not now:
        return
    found = variance(before, now)
    exact = sum(amount.value for amount in found.exact_causes.values())
    assert exact == found.difference.exact.value
    assert sum(amount.minor for amount in found.causes.values()) == found.difference.minor
    for name, parts in found.by_item.items():
        then = sum(one.reported.minor - one.cost.minor for one in before if one.id == name)
        this = sum(one.reported.minor - one.cost.minor for one in now if one.id == name)
        assert sum(amount.value for amount in parts.values()) * 100 == this - then
    back = variance(now, before)
    assert back.difference == -found.difference
    same = variance(now, now) if now else found
    assert not now or not any(same.exact_causes.values())


def one(units: object, usd: int, eur: int, cost: int, name: str = "A") -> SalesFigures:
    money = Money.of(usd, "USD"), Money.of(eur, "EUR"), Money.of(cost, "EUR")
    return SalesFigures(name, units, *money)  # type: ignore[arg-type]


BASE = one(100, 1000, 900, 500)


@pytest.mark.parametrize(
    ("now", "moved"),
    [
        (one(150, 1500, 1350, 750), {VarianceCause.VOLUME: 200}),
        (one(100, 1100, 990, 500), {VarianceCause.PRICE: 90}),
        (one(100, 1000, 950, 500), {VarianceCause.EXCHANGE: 50}),
        (one(100, 1000, 900, 650), {VarianceCause.COST: -150}),
        (one(120, 1320, 1254, 600), {"volume": 80, "price": 108, "exchange": 66}),
    ],
)
def test_each_cause_by_itself(now: SalesFigures, moved: dict[VarianceCause, int]) -> None:
    found = variance([BASE], [now]).causes
    assert {cause.value: amount for cause, amount in found.items() if amount} == {
        VarianceCause(cause).value: Money.of(amount, "EUR") for cause, amount in moved.items()
    }


def test_the_mix_is_what_others_sold_instead() -> None:
    before = [one(100, 1000, 1000, 500, "A"), one(100, 400, 400, 300, "B")]
    now = [one(50, 500, 500, 250, "A"), one(150, 600, 600, 450, "B")]
    found = variance(before, now)
    assert {cause.value: str(amount) for cause, amount in found.causes.items() if amount} == {
        "mix": "-200.00 EUR"
    }


def test_what_is_new_or_gone_has_no_price_to_compare() -> None:
    new = variance([BASE], [BASE, one(10, 300, 270, 100, "B")])
    moved = {cause: amount for cause, amount in new.by_item["B"].items() if amount}
    assert set(moved) == {VarianceCause.MIX}
    gone = variance([BASE, one(10, 300, 270, 100, "B")], [BASE])
    assert set(VarianceCause) - {c for c, amount in gone.by_item["B"].items() if amount} == {
        VarianceCause.PRICE,
        VarianceCause.EXCHANGE,
        VarianceCause.COST,
    }
    first_year = variance([], [BASE])
    assert first_year.causes[VarianceCause.MIX] == first_year.difference


def test_what_was_free_last_year_changed_its_price() -> None:
    free = one(100, 0, 0, 500)
    found = variance([free], [BASE]).causes
    assert {cause for cause, amount in found.items() if amount} == {VarianceCause.PRICE}


def test_more_taken_back_than_sold_is_less_sold() -> None:
    found = variance([BASE], [one(-10, -100, -90, -50)])
    assert {cause.value: amount for cause, amount in found.causes.items() if amount} == {
        "volume": Money.of(-440, "EUR")
    }
    assert found.difference == Money.of(-440, "EUR")


def test_without_units_there_is_no_volume() -> None:
    even = [BASE, one(-100, -900, -800, -400, "B")]
    assert not any(variance(even, even).exact_causes.values())
    moved = variance(even, [BASE]).causes
    assert moved[VarianceCause.VOLUME] == Money.zero("EUR")


def test_too_little_to_be_shown_is_nothing_sold_at_its_cost() -> None:
    tiny = SalesFigures("A", 1, Money.of("0.10", "INR"), Money.of(0, "GBP"), Money.of(2, "GBP"))
    usual = SalesFigures("A", 1, Money.of(1000, "INR"), Money.of(10, "GBP"), Money.of(2, "GBP"))
    for before, now in ((tiny, usual), (usual, tiny)):
        found = variance([before], [now])
        assert {cause for cause, amount in found.causes.items() if amount} == {VarianceCause.PRICE}
        assert abs(found.difference) == Money.of(10, "GBP")


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(InvalidValue, match="nothing was sold in either period"):
        variance([], [])
    with pytest.raises(InvalidValue, match="'A' stands twice in now"):
        variance([BASE], [BASE, BASE])
    with pytest.raises(InvalidValue, match="without a quantity"):
        one(0, 1, 1, 0)
    with pytest.raises(InvalidValue, match="nothing is worth nothing in every currency"):
        one(1, 0, 1, 0)
    with pytest.raises(CurrencyMismatch):
        attrs.evolve(BASE, cost=Money.of(1, "GBP"))
    in_pounds = attrs.evolve(BASE, reported=Money.of(1, "GBP"), cost=Money.of(1, "GBP"))
    with pytest.raises(CurrencyMismatch):
        variance([BASE], [in_pounds])
    with pytest.raises(CurrencyMismatch):
        variance([BASE], [attrs.evolve(BASE, revenue=Money.of(1000, "GBP"))])
