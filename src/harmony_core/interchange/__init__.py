"""IN AND OUT: plain versioned records of every value.

:func:`to_record` turns a value into plain data that ``json`` writes as it is, under a tag such as
``harmony/contract@1``; :func:`from_record` reads it back, in this version or an older one, and
reports every fault with its path. A host adds its own values by :func:`register`.
"""

from harmony_core.interchange import _library as _library  # gives the library's values their names
from harmony_core.interchange._kinds import Record, Upgrade, register, registered
from harmony_core.interchange._records import from_record, to_record

__all__ = ["Record", "Upgrade", "from_record", "register", "registered", "to_record"]
