"""Every value as plain data under a versioned tag, and back.

The field types of a class say how it is written, so the classes hold no code for it. What is
stored names its kind by an explicit tag (``harmony/contract@1``), never by a Python name: classes
may be renamed, modules may move, and what was written stays readable. Three rules keep it so:

* every field is written, one at its default too: a default may change, an old contract may not;
* a field that is missing takes today's default (it was added since), an unknown one is refused
  (it would be lost);
* a changed form gets the next version, and a function that brings the older one forward.
"""

from __future__ import annotations

from typing import Any, TypeVar, overload

from harmony_core.errors import HarmonyError, InputRejected
from harmony_core.interchange._faults import Faults, shown
from harmony_core.interchange._forms import untagged_form_of
from harmony_core.interchange._kinds import Record, kind_of, named_by, tag_of

T = TypeVar("T")

_PREFIX = "harmony/"


def to_record(value: object) -> Record:
    """Write a value as plain data under its versioned tag.

    Raises:
        InvalidValue: its class has no record form, see :func:`register`; or a field holds what
            its type does not allow.

    >>> from harmony_core.finance import ExactAmount
    >>> to_record(ExactAmount.of("0.00045", "EUR"))
    {'schema': 'harmony/exact-amount@1', 'amount': '0.00045', 'currency': 'EUR'}
    """
    tag = tag_of(type(value))
    schema = _PREFIX + (tag if "@" in tag else f"{tag}@1")
    form = untagged_form_of(type(value))
    data = form.write(value)
    return {"schema": schema, **data} if form.fields else {"schema": schema, "value": data}


@overload
def from_record(data: object) -> Any: ...


@overload
def from_record(data: object, expected: type[T]) -> T: ...


def from_record(data: object, expected: type | None = None) -> Any:
    """Read what :func:`to_record` wrote, in this version or an older one.

    Args:
        data: a dict, as ``json.loads`` gives it.
        expected: the class that it must be; without it, whatever the tag says.

    Raises:
        InputRejected: every fault, each with its path and what was expected there.

    >>> from_record({"schema": "harmony/money@1", "amount": 12.5, "currency": "EUR"})
    Traceback (most recent call last):
    ...
    harmony_core.errors.InputRejected: money.amount: expected an exact number as text, got 12.5
    """
    if type(data) is not dict:
        raise InputRejected([f"record: expected an object with a schema, got {shown(data)}"])
    schema = data.get("schema")
    if not isinstance(schema, str) or not schema.startswith(_PREFIX) or "@" not in schema:
        problem = f"expected a schema such as 'harmony/contract@1', got {shown(schema)}"
        raise InputRejected([f"record.schema: {problem}"])
    try:
        kind, version = named_by(schema.removeprefix(_PREFIX))
        fields = {key: value for key, value in data.items() if key != "schema"}
        fields = kind.brought_forward(fields, version)
    except HarmonyError as reason:
        raise InputRejected([f"record.schema: {reason}"]) from None
    if expected is not None and kind.cls is not expected:
        known = kind_of(expected)
        wanted = known.name if known else expected.__name__
        raise InputRejected([f"record.schema: expected {wanted}, got {kind.name}"])
    form = untagged_form_of(kind.cls)
    try:
        return form.read(fields) if form.fields else form.read(fields.get("value"))
    except Faults as faults:
        raise InputRejected(faults.below(kind.name)) from None
