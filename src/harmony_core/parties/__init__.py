"""WHO: customers, suppliers, people and who employs them.

Customers and projects stand outside the legal entities; the entity comes from the order. People
are employed by an entity from a day on, and may move: :meth:`Person.employer` answers by day.
Customers form trees (a parent and its subsidiaries) and may be merged when two records turn out to
be one company: a :class:`Directory` follows both.
"""

from harmony_core.parties._companies import Customer, Supplier
from harmony_core.parties._directory import Directory
from harmony_core.parties._people import Employment, Person

__all__ = ["Customer", "Directory", "Employment", "Person", "Supplier"]
