"""What every register of a store promises, whatever it holds.

Subclass the suite of your kind and give it a fixture ``store``: an empty register.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import pytest

from harmony_core.assets import Device
from harmony_core.contracts import Contract
from harmony_core.errors import NotFound, RuleBroken
from harmony_core.funds import Incident
from harmony_core.orders import Order, Quote
from harmony_core.parties import Customer, Person, Supplier
from harmony_core.products import Product
from harmony_core.repositories import Register
from harmony_core.testing import _samples as samples

T = TypeVar("T")


class RegisterSuite(Generic[T]):
    """The promises; a subclass names the kind and makes values of it."""

    noun: str

    def sample(self, id: str, *changed: Any) -> T:  # noqa: A002  the field's own name
        """Make a value under ``id``; with another argument, one that differs."""
        raise NotImplementedError

    def test_an_unknown_id_is_not_found(self, store: Register[T]) -> None:
        """The message names the kind and the id."""
        with pytest.raises(NotFound, match=f"no {self.noun} 'X-404'"):
            store.get("X-404")

    def test_an_empty_register_holds_nothing(self, store: Register[T]) -> None:
        """An empty tuple, and no error."""
        assert store.all() == ()

    def test_what_was_added_comes_back_equal(self, store: Register[T]) -> None:
        """Every field survives."""
        value = self.sample("X-1")
        store.add(value)
        assert store.get("X-1") == value
        assert type(store.get("X-1")) is type(value)

    def test_all_are_ordered_by_id(self, store: Register[T]) -> None:
        """By code point: capitals first, accents last, 10 before 9."""
        ids = ["b", "X-9", "é", "X-10", "Z", "x", "a b"]
        for id_ in ids:
            store.add(self.sample(id_))
        assert store.all() == tuple(self.sample(id_) for id_ in sorted(ids))

    def test_an_id_is_added_once(self, store: Register[T]) -> None:
        """The first value stays as it was."""
        store.add(self.sample("X-1"))
        with pytest.raises(RuleBroken, match=f"{self.noun} 'X-1' is kept already"):
            store.add(self.sample("X-1", "changed"))
        assert store.get("X-1") == self.sample("X-1")

    def test_saving_adds_and_replaces(self, store: Register[T]) -> None:
        """One value for each id, the last one."""
        store.save(self.sample("X-1"))
        store.save(self.sample("X-2"))
        store.save(self.sample("X-1", "changed"))
        assert self.sample("X-1", "changed") != self.sample("X-1")
        assert store.all() == (self.sample("X-1", "changed"), self.sample("X-2"))

    def test_what_was_saved_cannot_be_added(self, store: Register[T]) -> None:
        """An id is taken however it came."""
        store.save(self.sample("X-1"))
        with pytest.raises(RuleBroken, match="kept already"):
            store.add(self.sample("X-1"))


class CustomerRegisterSuite(RegisterSuite[Customer]):
    """For a register of customers."""

    noun = "customer"

    def sample(self, id: str, *changed: Any) -> Customer:  # noqa: A002  the field's own name
        """Make a customer."""
        return samples.customer(id, *changed)


class SupplierRegisterSuite(RegisterSuite[Supplier]):
    """For a register of suppliers."""

    noun = "supplier"

    def sample(self, id: str, *changed: Any) -> Supplier:  # noqa: A002  the field's own name
        """Make a supplier."""
        return samples.supplier(id, *changed)


class PersonRegisterSuite(RegisterSuite[Person]):
    """For a register of people."""

    noun = "person"

    def sample(self, id: str, *changed: Any) -> Person:  # noqa: A002  the field's own name
        """Make a person."""
        return samples.person(id, *changed)


class ProductRegisterSuite(RegisterSuite[Product]):
    """For a register of products."""

    noun = "product"

    def sample(self, id: str, *changed: Any) -> Product:  # noqa: A002  the field's own name
        """Make a product."""
        return samples.product(id, *changed)


class IncidentRegisterSuite(RegisterSuite[Incident]):
    """For a register of incidents."""

    noun = "incident"

    def sample(self, id: str, *changed: Any) -> Incident:  # noqa: A002  the field's own name
        """Make an incident."""
        return samples.incident(id, *changed)


class QuoteRegisterSuite(RegisterSuite[Quote]):
    """For a register of quotes."""

    noun = "quote"

    def sample(self, id: str, *changed: Any) -> Quote:  # noqa: A002  the field's own name
        """Make a quote."""
        return samples.quote(id, *changed)


class OrderRegisterSuite(RegisterSuite[Order]):
    """For a register of orders."""

    noun = "order"

    def sample(self, id: str, *changed: Any) -> Order:  # noqa: A002  the field's own name
        """Make an order."""
        return samples.order(id, *changed)


class ContractRegisterSuite(RegisterSuite[Contract]):
    """For a register of contracts."""

    noun = "contract"

    def sample(self, id: str, *changed: Any) -> Contract:  # noqa: A002  the field's own name
        """Make a contract."""
        return samples.contract(id, *changed)


class DeviceRegisterSuite(RegisterSuite[Device]):
    """For a register of devices."""

    noun = "device"

    def sample(self, id: str, *changed: Any) -> Device:  # noqa: A002  the field's own name
        """Make a device."""
        return samples.device(id, *changed)
