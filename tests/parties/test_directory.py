"""Customers: duplicates resolved, trees walked, circles refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.parties import Customer, Directory, Supplier


def customer(id_: str, *, parent: str | None = None, into: str | None = None) -> Customer:
    return Customer(id_, id_.title(), "GB", "GBP", "en-GB", parent, into)


@st.composite
def trees(draw: st.DrawFn) -> list[Customer]:
    """Every customer points only at earlier ones, so there is no circle."""
    customers = [customer("K0")]
    for number in range(1, draw(st.integers(1, 10))):
        earlier = st.integers(0, number - 1).map(lambda n: f"K{n}")
        parent, into = draw(st.none() | earlier), draw(st.none() | earlier)
        customers.append(customer(f"K{number}", parent=parent, into=into))
    return draw(st.permutations(customers))


@given(trees())
def test_every_customer_resolves_to_one_that_stands_for_itself(customers: list[Customer]) -> None:
    directory = Directory(customers)
    for one in customers:
        standing = directory.resolve(one.id)
        assert standing.merged_into is None
        assert directory.resolve(standing.id) == standing
        assert (one.id in directory.duplicates(one.id)) == (one.merged_into is not None)
        assert directory.parent(directory.top(one.id).id) is None
    assert len(directory) + sum(one.merged_into is not None for one in customers) == len(customers)
    assert [one.id for one in directory] == sorted(one.id for one in directory)


def test_a_parent_that_was_merged_is_the_one_it_was_merged_into() -> None:
    directory = Directory(
        [customer("child", parent="old"), customer("old", into="new"), customer("new")]
    )
    parent = directory.parent("child")
    assert parent is not None
    assert parent.id == "new"
    assert directory.top("child").id == "new"
    assert directory.duplicates("new") == ("old",)


@pytest.mark.parametrize(
    "customers",
    [
        [customer("a", into="b"), customer("b", into="a")],
        [customer("a", parent="b"), customer("b", parent="c"), customer("c", parent="a")],
        [customer("a", parent="b"), customer("b", into="c"), customer("c", parent="a")],
    ],
)
def test_circles_are_refused(customers: list[Customer]) -> None:
    with pytest.raises(InvalidValue, match="round in a circle"):
        Directory(customers)


def test_a_customer_merged_with_its_own_subsidiary_is_a_circle() -> None:
    with pytest.raises(InvalidValue, match="a -> a"):
        Directory([customer("a", parent="b"), customer("b", into="a")])


def test_nobody_is_his_own_parent_or_duplicate() -> None:
    for wrong in ({"parent": "a"}, {"into": "a"}):
        with pytest.raises(InvalidValue, match="its own"):
            customer("a", **wrong)


def test_a_name_that_leads_nowhere_is_not_found() -> None:
    with pytest.raises(NotFound, match="no customer 'x'"):
        Directory([customer("a", parent="x")])
    with pytest.raises(NotFound, match="no customer 'x', but 'a' names it"):
        Directory([customer("a", into="x")])
    with pytest.raises(NotFound, match="no customer 'x'"):
        Directory([customer("a")]).resolve("x")


def test_an_id_is_given_once() -> None:
    with pytest.raises(InvalidValue, match="'a' is there twice"):
        Directory([customer("a"), customer("a")])


def test_a_company_has_an_id_and_a_known_currency() -> None:
    with pytest.raises(InvalidValue, match="id must not be empty"):
        Supplier("", "Acme", "US", "USD")
    with pytest.raises(NotFound, match="QQQ"):
        Supplier("S-1", "Acme", "US", "QQQ")


def test_membership_counts_duplicates_too() -> None:
    directory = Directory([customer("a"), customer("b", into="a")])
    assert "b" in directory
    assert "x" not in directory
    assert len(directory) == 1


def test_a_price_group_has_a_name() -> None:
    assert Customer("K-1", "One", "GB", "GBP", price_group="GOLD").price_group == "GOLD"
    with pytest.raises(InvalidValue, match="customer 'K-1' has an empty price group"):
        Customer("K-1", "One", "GB", "GBP", price_group="")
