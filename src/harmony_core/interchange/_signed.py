"""What was signed: its record as one text, and the hash that names it.

The text is canonical: keys in order, no spaces, every field there is, so that one content has one
text and one hash. Nothing is left out: whatever may change an amount is in the record.

A later version of the library may write the same contract with a field more. So the text is kept
as it was signed, under the version in its tag: its hash never changes, whatever version reads it,
and :meth:`Signed.is_still` compares what it says with a contract of today.

Source: in the manner of RFC 8785, with keys in order of code points; FIPS 180-4 for SHA-256.
"""

from __future__ import annotations

import json
from hashlib import sha256

import attrs

from harmony_core.errors import InputRejected, InvalidValue
from harmony_core.interchange._kinds import Record
from harmony_core.interchange._records import from_record, to_record


def canonical_json(record: Record) -> str:
    """Write a record as one text that depends on its content alone.

    >>> canonical_json({"b": ["é", None], "a": True})
    '{"a":true,"b":["é",null]}'
    """
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def content_hash(value: object) -> str:
    """Name the content of a value: the version of its form, and SHA-256 of its canonical text.

    Equal values have one hash, and any change of a term gives another.

    Args:
        value: anything that has a record, or a record itself, of whatever version.

    Raises:
        InvalidValue: the value has no record form, or a record names no schema.

    >>> from harmony_core.periods import Interval
    >>> content_hash(Interval.months(3))[:36]
    'harmony/interval@1:sha256:bfc19036ad'
    """
    record = value if type(value) is dict else to_record(value)
    schema = record.get("schema")
    if not isinstance(schema, str):
        raise InvalidValue(f"a record names its schema, got {schema!r}: write it by to_record")
    # A lone surrogate is no text in UTF-8; JSON writes it as an escape, and so does the hash.
    text = canonical_json(record).encode("utf-8", "backslashreplace")
    return f"{schema}:sha256:{sha256(text).hexdigest()}"


@attrs.frozen
class Signed:
    """What both sides signed: the canonical text of its record. Keep it, or its hash beside it.

    >>> from harmony_core.periods import Interval
    >>> signed = Signed.of(Interval.months(3))
    >>> signed.text
    '{"count":3,"schema":"harmony/interval@1","unit":"month"}'
    >>> signed.is_still(Interval.months(3)), signed.is_still(Interval.months(1))
    (True, False)
    """

    text: str

    @classmethod
    def of(cls, value: object) -> Signed:
        """Write down a value, to be signed.

        Raises:
            InvalidValue: it has no record form.
        """
        return cls(canonical_json(to_record(value)))

    @property
    def content_hash(self) -> str:
        """The hash that names it, as :func:`content_hash` gives it."""
        return content_hash(self._record())

    def is_still(self, value: object) -> bool:
        """Whether a value of today says what was signed, through all versions since.

        Raises:
            InputRejected: the text is no record.
        """
        return bool(from_record(self._record()) == value)

    def _record(self) -> Record:
        try:
            record = json.loads(self.text)
        except ValueError as reason:
            raise InputRejected([f"record: it is not JSON: {reason}"]) from None
        if type(record) is not dict:
            raise InputRejected(["record: expected an object with a schema"])
        return record
