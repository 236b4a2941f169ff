"""COUNTED: devices and software, what was seen of them, and how many count.

A :class:`Device` is of a type in a tree of :class:`AssetTypes` and is active on some days:
:func:`devices_from_events` builds that from on and off events of any number of sources, in any
order. :func:`count_devices` counts a period by a :class:`CountPolicy`, which is a term of the
contract since one fleet can bill twice the other way, and keeps the ids behind the number.
:func:`device_amount` prices a count; :func:`advance_true_up` prices a period billed in advance.
:class:`AssetFields` inherits custom fields along the tree, and an :class:`AssetHierarchy` knows
what is part of what on each day. :func:`triage` compares :class:`Snapshot` values of several
monitoring sources with what was decided, and gives what waits, the register and its events.
:class:`DeviceCoverage` knows which line bills which device, and lists overlaps and gaps.
:func:`licence_gaps` compares each :class:`Entitlement` to software with its use.
:func:`entitlements_of` fills them from the article master, and :func:`differences_to_master` lists
where they are not what it says.
"""

from harmony_core.assets._amending import events_to_add
from harmony_core.assets._article_master import (
    MasterDifference,
    MasterDifferenceKind,
    differences_to_master,
    entitlements_of,
)
from harmony_core.assets._counting import DeviceCount, count_devices
from harmony_core.assets._coverage import DeviceCoverage
from harmony_core.assets._coverage_report import (
    CoverageReport,
    CoverageRow,
    CoveredDays,
    LineKey,
    NotCounted,
)
from harmony_core.assets._decisions import Finding, FindingKind, TriageDecision, Verdict
from harmony_core.assets._devices import Device, Window
from harmony_core.assets._estate import Entitlement, LicenceGap, MasterArticle, licence_gaps
from harmony_core.assets._events import DeviceEvent, EventKind, Fleet, devices_from_events
from harmony_core.assets._fields import AssetFields, OwnFields
from harmony_core.assets._hierarchy import AssetHierarchy, Placement
from harmony_core.assets._policy import PLACEHOLDERS, IdentityRules, Match, TriagePolicy
from harmony_core.assets._pricing import (
    AdvanceTrueUp,
    DeviceAmount,
    advance_true_up,
    device_amount,
)
from harmony_core.assets._sightings import Sighting, Snapshot, SourceKey
from harmony_core.assets._triage import DEFAULT_TRIAGE, Triage, triage
from harmony_core.assets._types import AssetTypes
from harmony_core.products import CountPolicy

__all__ = [
    "DEFAULT_TRIAGE",
    "PLACEHOLDERS",
    "AdvanceTrueUp",
    "AssetFields",
    "AssetHierarchy",
    "AssetTypes",
    "CountPolicy",
    "CoverageReport",
    "CoverageRow",
    "CoveredDays",
    "Device",
    "DeviceAmount",
    "DeviceCount",
    "DeviceCoverage",
    "DeviceEvent",
    "Entitlement",
    "EventKind",
    "Finding",
    "FindingKind",
    "Fleet",
    "IdentityRules",
    "LicenceGap",
    "LineKey",
    "MasterArticle",
    "MasterDifference",
    "MasterDifferenceKind",
    "Match",
    "NotCounted",
    "OwnFields",
    "Placement",
    "Sighting",
    "Snapshot",
    "SourceKey",
    "Triage",
    "TriageDecision",
    "TriagePolicy",
    "Verdict",
    "Window",
    "advance_true_up",
    "count_devices",
    "device_amount",
    "devices_from_events",
    "differences_to_master",
    "entitlements_of",
    "events_to_add",
    "licence_gaps",
    "triage",
]
