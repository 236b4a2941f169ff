"""The reader, for whom histories and pictures are written: a language and formats."""

from __future__ import annotations

from harmony_core.errors import InvalidValue
from harmony_core.explanation import Wording


def a_wording(value: object) -> Wording:
    """Refuse what is no reader's language."""
    if isinstance(value, type) or not all(
        callable(getattr(value, name, None)) for name in ("words", "number")
    ):
        raise InvalidValue(f"a reader's language is one such as Culture.of('de'), got {value!r}")
    found: Wording = value  # type: ignore[assignment]  # it has what a wording has
    return found
