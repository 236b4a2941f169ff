"""All customers together: duplicates resolved, trees walked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.parties._companies import Customer


class Directory:
    """Customers by id, where a merged duplicate answers as the customer it was merged into.

    Immutable. A merge moves no facts: they keep the id they were recorded under, and every question
    goes through :meth:`resolve`. A duplicate's parent plays no part any more.

    Raises:
        InvalidValue: an id twice, or a circle of parents or of merges.
        NotFound: a parent or a merge target that is not in the directory.

    >>> old = Customer("K-9", "Miller Ltd", "GB", "GBP", merged_into="K-1")
    >>> directory = Directory([Customer("K-1", "Miller & Co", "GB", "GBP"), old])
    >>> directory.resolve("K-9").name
    'Miller & Co'
    """

    __slots__ = ("_by_id", "_parents", "_standing")

    def __init__(self, customers: Iterable[Customer]) -> None:
        by_id: dict[str, Customer] = {}
        for customer in customers:
            if customer.id in by_id:
                raise InvalidValue(f"customer {customer.id!r} is there twice: give each once")
            by_id[customer.id] = customer
        self._by_id: Mapping[str, Customer] = MappingProxyType(by_id)
        merges = {c.id: c.merged_into for c in by_id.values()}
        self._standing = {id_: _end(id_, merges, "merged") for id_ in by_id}
        parents: dict[str, str | None] = {
            id_: self._standing[_known(by_id, parent)] if (parent := c.parent_id) else None
            for id_, c in by_id.items()
            if c.merged_into is None
        }
        for id_ in parents:
            _end(id_, parents, "a parent")
        self._parents = parents

    def resolve(self, customer_id: str) -> Customer:
        """Give the customer that stands for ``customer_id`` today, through any number of merges.

        Raises:
            NotFound: no customer of that id.
        """
        return self._by_id[self._standing[_known(self._by_id, customer_id)]]

    def parent(self, customer_id: str) -> Customer | None:
        """Give the company that the customer belongs to, or ``None`` at the top.

        Raises:
            NotFound: no customer of that id.
        """
        parent = self._parents[self.resolve(customer_id).id]
        return None if parent is None else self._by_id[parent]

    def top(self, customer_id: str) -> Customer:
        """Give the company at the top of the customer's tree; itself when it has no parent.

        Raises:
            NotFound: no customer of that id.
        """
        return self._by_id[_end(self.resolve(customer_id).id, self._parents, "a parent")]

    def duplicates(self, customer_id: str) -> tuple[str, ...]:
        """Give the ids of the records that were merged into this customer, sorted."""
        standing = self.resolve(customer_id).id
        return tuple(sorted(id_ for id_, end in self._standing.items() if end == standing != id_))

    def __iter__(self) -> Iterator[Customer]:
        """Go through the customers that stand for themselves, by id."""
        return (self._by_id[id_] for id_ in sorted(self._parents))

    def __len__(self) -> int:
        return len(self._parents)

    def __contains__(self, customer_id: object) -> bool:
        return customer_id in self._by_id


def _known(by_id: Mapping[str, Customer], customer_id: str) -> str:
    if customer_id not in by_id:
        raise NotFound(f"no customer {customer_id!r} in this directory of {len(by_id)}")
    return customer_id


def _end(start: str, steps: Mapping[str, str | None], how: str) -> str:
    """Follow a chain to its end, refusing circles and chains that lead nowhere."""
    path = [start]
    while (step := steps.get(path[-1])) is not None:
        if step not in steps:
            raise NotFound(f"no customer {step!r}, but {path[-1]!r} names it")
        if step in path:
            circle = " -> ".join([*path[path.index(step) :], step])
            raise InvalidValue(f"customers cannot go round in a circle ({how}): {circle}")
        path.append(step)
    return path[-1]
