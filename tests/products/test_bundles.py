"""A bundle's parts share its price without loss, however deep it is nested."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.culture import Culture
from harmony_core.errors import InvalidValue, PriceNotFound, RuleBroken
from harmony_core.finance import ExactAmount
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    Catalogue,
    Component,
    ContractType,
    FixedShare,
    Override,
    PercentShare,
    PriceShare,
    Product,
    RatioShare,
    ResidualShare,
)

DAY = date(2026, 3, 1)


def sold(name: str, *parts: Component) -> Product:
    scheme = PerUnit.of("1", "EUR")
    return Product.sold_as(
        ContractType.TRANSACTIONAL, name, name.title(), [scheme], components=parts
    )


def euro(value: str) -> ExactAmount:
    return ExactAmount.of(value, "EUR")


def fixed(value: str) -> FixedShare:
    return FixedShare(euro(value))


def shop(*parts: Component, more: tuple[Product, ...] = ()) -> Catalogue:
    singles = sorted({c.product_id for c in parts} - {one.id for one in more} | {"a", "b", "c"})
    return Catalogue([sold("KIT", *parts), *more, *map(sold, singles)])


def shared(catalogue: Catalogue, price: str) -> list[str]:
    return [str(part.price.value) for part in catalogue.share("KIT", euro(price))]


@pytest.mark.parametrize(
    ("shares", "price", "expected"),
    [
        ([60, "39.9", "0.1"], "100", ["60", "399/10", "1/10"]),
        ([RatioShare(1)] * 3, "100", ["1667/50", "3333/100", "3333/100"]),
        ([RatioShare(1), RatioShare(2), RatioShare(4)], "0.05", ["1/100", "1/100", "3/100"]),
        ([fixed("20"), RatioShare(3), RatioShare(1)], "100", ["20", "60", "20"]),
        ([fixed("20"), 10, ResidualShare()], "100", ["20", "10", "70"]),
        ([fixed("20"), 30, fixed("50")], "100", ["20", "30", "50"]),
        ([ResidualShare(), fixed("99.99"), fixed("0.01")], "100", ["0", "9999/100", "1/100"]),
        ([RatioShare(1)] * 3, "0.001", ["1/3000"] * 3),  # finer than a cent: shared exactly
        ([RatioShare(1)] * 3, "0", ["0"] * 3),
    ],
)
def test_a_price_is_shared(shares: list[PriceShare], price: str, expected: list[str]) -> None:
    parts = [Component(name, 1, share) for name, share in zip("abc", shares, strict=True)]
    assert shared(shop(*parts), price) == expected


def test_a_nested_bundle_shares_what_fell_to_it() -> None:
    """Two inner kits get 33.34 of 100 together; each holds one ``a`` at 5 fixed, the rest is b."""
    inner = sold("INNER", Component("a", 1, fixed("5")), Component("b", 3, ResidualShare()))
    parts = Component("INNER", 2, RatioShare(1)), Component("c", 1, RatioShare(2))
    found = shop(*parts, more=(inner,)).share("KIT", euro("100.01"))
    assert [(p.product.id, int(p.quantity), str(p.price)) for p in found] == [
        ("a", 2, "10 EUR"),
        ("b", 6, "23.34 EUR"),
        ("c", 1, "66.67 EUR"),
    ]
    assert [part.explanation.evaluate() for part in found] == [p.price.value for p in found]
    assert found[1].unit_price * 6 == found[1].price
    text = found[0].explanation.as_text(Culture.of("de"))
    assert "Bündel: KIT > INNER" in text
    assert "fester Anteil von einem: 5 EUR" in text


numbers = st.fractions(0, 1000, max_denominator=1000)
parts_of_a_kit = st.lists(
    st.one_of(
        st.builds(RatioShare, numbers.filter(bool)),
        st.builds(
            lambda cents: FixedShare(ExactAmount(Fraction(cents, 100), "EUR")), st.integers(0, 500)
        ),
        st.builds(PercentShare, st.fractions(0, 10, max_denominator=100)),
    ),
    max_size=4,
)
quantities = st.fractions("1/4", 20, max_denominator=8)


@st.composite
def nested(draw: st.DrawFn) -> Catalogue:
    """Three bundles inside each other, each with a part that takes what the others leave."""
    products, inside = [sold("a"), sold("b")], "b"
    for name in ("INNER", "MIDDLE", "KIT"):
        shares = draw(parts_of_a_kit) if name == "KIT" else [RatioShare(2)]
        rest = Component(inside, draw(quantities), RatioShare(draw(numbers.filter(bool))))
        parts = [Component("a", draw(quantities), share) for share in shares]
        products.append(sold(name, *parts, rest))
        inside = name
    return Catalogue(products)


@given(nested(), st.integers(100_000, 10**9), st.sampled_from([100, 1000, 7]))
def test_the_parts_add_up_to_the_price_in_every_split(
    catalogue: Catalogue, minor: int, scale: int
) -> None:
    price = ExactAmount(Fraction(minor, scale), "EUR")
    parts = catalogue.share("KIT", price)
    assert sum((part.price.value for part in parts), Fraction(0)) == price.value
    for part in parts:
        assert part.explanation.value == part.explanation.evaluate() == part.price.value
        if scale == 100:
            assert (part.price.value * 100).denominator == 1


@given(nested(), quantities)
def test_an_explosion_conserves_quantities(catalogue: Catalogue, times: Fraction) -> None:
    """What each level holds, multiplied out by hand, is what comes out at the bottom."""

    def held(product_id: str, product: Product) -> Fraction:
        found = Fraction(0)
        for component in product.components:
            inner = catalogue.product(component.product_id)
            inside = (
                held(product_id, inner) if inner.components else Fraction(inner.id == product_id)
            )
            found += component.quantity * inside
        return found

    exploded = catalogue.explode("KIT", times)
    parts = catalogue.share("KIT", euro("100000"))
    for name in ("a", "b"):
        expected = held(name, catalogue.product("KIT"))
        assert sum(q for product, q in exploded if product.id == name) == expected * times
        assert sum(part.quantity for part in parts if part.product.id == name) == expected


@pytest.mark.parametrize(
    ("shares", "reason"),
    [
        ([50, 40], "percentages must add up to 100, got 90"),
        ([50, 60, ResidualShare()], "must not go above 100, got 110"),
        ([ResidualShare(), ResidualShare()], "one part alone of bundle 'KIT' can take"),
        ([RatioShare(1), ResidualShare()], "one part alone of bundle 'KIT' can take"),
    ],
)
def test_shares_that_never_add_up_are_refused_at_once(
    shares: list[PriceShare], reason: str
) -> None:
    with pytest.raises(InvalidValue, match=reason):
        sold("KIT", *(Component("a", 1, share) for share in shares))


@pytest.mark.parametrize(
    ("shares", "reason"),
    [
        ([fixed("80"), fixed("30")], "come to 110 of 100 EUR and leave nothing for the others"),
        ([fixed("80"), 10], "come to 90 of 100 EUR and leave a rest that no part takes"),
        ([fixed("101"), ResidualShare()], "leave nothing for the others"),
    ],
)
def test_shares_that_do_not_add_up_to_the_price_are_refused(
    shares: list[PriceShare], reason: str
) -> None:
    catalogue = shop(*(Component("a", 1, share) for share in shares))
    with pytest.raises(InvalidValue, match=reason):
        catalogue.share("KIT", euro("100"))


def test_a_share_names_what_cannot_be() -> None:
    with pytest.raises(InvalidValue, match="one amount for each currency, got"):
        FixedShare(())
    with pytest.raises(InvalidValue, match="one amount for each currency, got"):
        FixedShare([euro("1"), euro("2")])
    with pytest.raises(InvalidValue, match="no price below zero, got -1 EUR"):
        fixed("-1")
    with pytest.raises(InvalidValue, match="a ratio is above zero, got 0"):
        RatioShare(0)
    with pytest.raises(InvalidValue, match="from zero on, got -1 EUR"):
        shop(Component("a", 1, 100)).share("KIT", euro("-1"))
    catalogue = shop(Component("a", 1, fixed("1")), Component("b", 1, ResidualShare()))
    with pytest.raises(PriceNotFound, match="no amount in USD: add one"):
        catalogue.share("KIT", ExactAmount.of("5", "USD"))
    dearer = Override(by="A", on=DAY, why="x", scheme=PerUnit.of("1", "EUR"))
    with pytest.raises(InvalidValue, match="is its share of the bundle's"):
        Component("a", 1, 100, dearer)


def test_a_circle_is_refused_with_its_path() -> None:
    around = [sold(one, Component(other, 1, 100)) for one, other in ("ab", "bc", "ca")]
    with pytest.raises(InvalidValue, match="contain each other: a > b > c > a"):
        Catalogue(around)
    outer = sold("x", Component("a", 1, 100))
    with pytest.raises(InvalidValue, match="contain each other: a > b > c > a"):
        Catalogue([outer, *around])


def test_a_circle_among_versions_of_one_day_is_refused() -> None:
    """From July on ``a`` holds ``b``; ``b`` held ``a`` until June, or for ever."""
    a, b = sold("a"), sold("b", Component("a", 1, 100))
    july = date(2026, 7, 1)
    a = a.with_version(attrs.evolve(sold("a", Component("b", 1, 100)), valid_from=july))
    with pytest.raises(InvalidValue, match="contain each other: a > b > a"):
        Catalogue([a, b])
    b = b.with_version(attrs.evolve(sold("b"), valid_from=july))
    catalogue = Catalogue([a, b])
    assert [p.id for p, _ in catalogue.explode("b", 1, date(2026, 6, 30))] == ["a"]
    assert [p.id for p, _ in catalogue.explode("a", 1, july)] == ["b"]


def test_a_part_that_was_withdrawn_from_sale_is_refused() -> None:
    old = attrs.evolve(sold("a"), last_sale_day=DAY)
    catalogue = Catalogue([sold("KIT", Component("a", 1, 100)), old])
    assert catalogue.share("KIT", euro("5"), DAY)[0].price == euro("5")
    with pytest.raises(
        RuleBroken, match="bundle 'KIT' holds 'a': product 'a' was withdrawn from sale after 2026"
    ):
        catalogue.share("KIT", euro("5"), date(2026, 3, 2))
