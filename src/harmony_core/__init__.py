"""What does a service cost, what is due, what was earned, by whom and under which contract?

harmony-core answers for companies that sell services. It is pure: time, rates, identifiers and
language are arguments, results are values, and nothing here reads a clock, a file or a setting.
Each package is one room of the house and says in its first paragraph what it is for; import from
the package, for example ``from harmony_core.finance import Money``. Importing this name alone
loads none of them.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
