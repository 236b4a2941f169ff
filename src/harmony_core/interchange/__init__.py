"""IN AND OUT: plain versioned records of every value.

:func:`to_record` turns a value into plain data that ``json`` writes as it is, under a tag such as
``harmony/contract@1``; :func:`from_record` reads it back, in this version or an older one, and
reports every fault with its path. A host adds its own values by :func:`register`.

Feeds in: :func:`read_ecb_csv` and :func:`read_rates_csv` read exchange rates. Journals out:
:func:`journal_csv` for any accounting system, :func:`beancount` for Beancount and its checker.
"""

from harmony_core.interchange import _library as _library  # gives the library's values their names
from harmony_core.interchange._beancount import beancount
from harmony_core.interchange._ecb import read_ecb_csv
from harmony_core.interchange._journal_csv import journal_csv
from harmony_core.interchange._kinds import Record, Upgrade, register, registered
from harmony_core.interchange._rate_feed import RateFeed, read_rates_csv
from harmony_core.interchange._records import from_record, to_record
from harmony_core.interchange._tables import Feed, Row, read_day, read_rows

__all__ = [
    "Feed",
    "RateFeed",
    "Record",
    "Row",
    "Upgrade",
    "beancount",
    "from_record",
    "journal_csv",
    "read_day",
    "read_ecb_csv",
    "read_rates_csv",
    "read_rows",
    "register",
    "registered",
    "to_record",
]
