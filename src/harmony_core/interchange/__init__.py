"""IN AND OUT: plain versioned records of every value.

:func:`to_record` turns a value into plain data that ``json`` writes as it is, under a tag such as
``harmony/contract@1``; :func:`from_record` reads it back, in this version or an older one, and
reports every fault with its path. A host adds its own values by :func:`register`.
:func:`json_schema` describes a record to programs in any language; :class:`Signed` keeps what was
signed, and :func:`content_hash` names it.

Feeds in: :func:`read_ecb_csv`, :func:`read_ecb_xml` and :func:`read_rates_csv` read exchange rates,
:func:`read_usage` reads usage of any system by its :class:`ExternalKeys`, and a cloud bill in the
FinOps FOCUS format with :class:`FocusColumns`. Journals out: :func:`journal_csv` for any accounting
system, :func:`beancount` for Beancount and its checker, :func:`xero_manual_journals`,
:func:`sage50_transactions` and :func:`datev_postings` for these systems, :func:`fec` for France.
"""

from harmony_core.interchange import _library as _library  # gives the library's values their names
from harmony_core.interchange._beancount import beancount
from harmony_core.interchange._datev import DatevStack, datev_postings
from harmony_core.interchange._ecb import read_ecb_csv
from harmony_core.interchange._ecb_xml import read_ecb_xml
from harmony_core.interchange._external_keys import ExternalKey, ExternalKeys
from harmony_core.interchange._fec import FecNames, fec, fec_file_name
from harmony_core.interchange._focus import FOCUS_IDENTITY, FocusColumns
from harmony_core.interchange._focus_rows import FocusMeasure
from harmony_core.interchange._journal_csv import journal_csv
from harmony_core.interchange._json_lines import json_lines
from harmony_core.interchange._json_schema import json_schema
from harmony_core.interchange._kinds import Record, Upgrade, register, registered
from harmony_core.interchange._rate_feed import RateFeed, read_rates_csv
from harmony_core.interchange._records import from_record, to_record
from harmony_core.interchange._sage50 import sage50_transactions
from harmony_core.interchange._signed import Signed, canonical_json, content_hash
from harmony_core.interchange._tables import (
    Feed,
    Row,
    csv_table,
    read_day,
    read_rows,
    read_stamp,
)
from harmony_core.interchange._usage_columns import UsageColumns
from harmony_core.interchange._usage_feed import read_usage, stream_usage
from harmony_core.interchange._usage_outcomes import (
    AcceptedUsage,
    ControlTotal,
    MissingKey,
    NotUsage,
    RejectedUsage,
    RepeatedUsage,
    Tally,
    UnmappedUsage,
    UsageFeed,
    UsageLayout,
    UsageOutcome,
)
from harmony_core.interchange._xero import xero_manual_journals

__all__ = [
    "FOCUS_IDENTITY",
    "AcceptedUsage",
    "ControlTotal",
    "DatevStack",
    "ExternalKey",
    "ExternalKeys",
    "FecNames",
    "Feed",
    "FocusColumns",
    "FocusMeasure",
    "MissingKey",
    "NotUsage",
    "RateFeed",
    "Record",
    "RejectedUsage",
    "RepeatedUsage",
    "Row",
    "Signed",
    "Tally",
    "UnmappedUsage",
    "Upgrade",
    "UsageColumns",
    "UsageFeed",
    "UsageLayout",
    "UsageOutcome",
    "beancount",
    "canonical_json",
    "content_hash",
    "csv_table",
    "datev_postings",
    "fec",
    "fec_file_name",
    "from_record",
    "journal_csv",
    "json_lines",
    "json_schema",
    "read_day",
    "read_ecb_csv",
    "read_ecb_xml",
    "read_rates_csv",
    "read_rows",
    "read_stamp",
    "read_usage",
    "register",
    "registered",
    "sage50_transactions",
    "stream_usage",
    "to_record",
    "xero_manual_journals",
]
