"""AGREED: contracts and their lines.

Everything else relates to a contract line: what is counted, worked, charged, booked and earned.
The four types (transactional, recurring, prepayment, consumption) are bundles of defaults over
the same lines, so that one contract may hold lines of several types, to sell or to buy.
"""

from harmony_core.contracts._contract import Contract, ContractLine, Side

__all__ = ["Contract", "ContractLine", "Side"]
