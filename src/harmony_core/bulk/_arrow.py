"""Arrow data through the PyCapsule interface, by nanoarrow: in without a copy, and out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from harmony_core.errors import InvalidValue

_WHOLE = {
    f"{sign}int{bits}": np.dtype(f"{sign}int{bits}")
    for sign in ("", "u")
    for bits in (8, 16, 32, 64)
}
_BITS = 1 << 15
"""Validity is unpacked for so many rows at a time."""


@attrs.frozen(eq=False)
class ArrowChunk:
    """The values of one Arrow array; ``scale`` where they are decimals, in pairs of 64 bits."""

    values: NDArray[Any]
    scale: int | None
    missing: NDArray[np.int64]


def hands_out_arrow(source: object) -> bool:
    """Say whether an object speaks the PyCapsule interface."""
    return hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__")


def _nanoarrow() -> Any:
    try:
        import nanoarrow
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            "Arrow columns need nanoarrow: pip install 'harmony-core[bulk]'", name="nanoarrow"
        ) from missing
    return nanoarrow


def arrow_chunks(source: object, what: str) -> Iterator[ArrowChunk]:
    """Read a column of whole numbers or decimals.

    Raises:
        InvalidValue: it is a column of something else, or several columns.
    """
    nanoarrow = _nanoarrow()
    if hasattr(source, "__arrow_c_array__"):
        arrays: Any = [nanoarrow.c_array(source)]
    else:
        arrays = nanoarrow.c_array_stream(source)
    for array in arrays:
        yield _chunk(array.view(), nanoarrow.Schema(array.schema), what)


def _chunk(view: Any, schema: Any, what: str) -> ArrowChunk:
    kind, scale = schema.type.name.lower(), None
    first, size = view.offset, view.length
    if kind in _WHOLE and view.dictionary is None:
        values: NDArray[Any] = np.frombuffer(view.buffer(1), _WHOLE[kind])[first : first + size]
    elif kind == "decimal128":
        scale = schema.scale
        pairs = np.frombuffer(view.buffer(1), np.int64).reshape(-1, 2)
        values = pairs[first : first + size]
    else:
        raise InvalidValue(
            f"{what} are whole numbers or decimals, got an Arrow column of {kind}: "
            + (
                "pass its columns one by one"
                if kind == "struct"
                else "cast it to int64 with its decimal places, or to decimal128"
            )
        )
    missing = np.empty(0, np.int64)
    if view.null_count and view.buffer(0).size_bytes:
        missing = _missing(np.frombuffer(view.buffer(0), np.uint8), first, size)
    return ArrowChunk(values, scale, missing)


def _missing(bits: NDArray[np.uint8], first: int, size: int) -> NDArray[np.int64]:
    found = []
    for start in range(0, first + size, _BITS):
        part = bits[start // 8 : (start + _BITS) // 8]
        unset = np.flatnonzero(np.unpackbits(part, bitorder="little") == 0) + start
        found.append(unset[(unset >= first) & (unset < first + size)] - first)
    return np.concatenate(found).astype(np.int64)


def arrow_int64(values: NDArray[np.int64], missing: NDArray[np.int64]) -> Any:
    """Make an Arrow array of whole numbers, some of them null; the values are not copied."""
    nanoarrow = _nanoarrow()
    validity = None
    if len(missing):
        valid = np.ones(len(values), np.bool_)
        valid[missing] = False
        validity = np.packbits(valid, bitorder="little")
    return nanoarrow.c_array_from_buffers(
        nanoarrow.int64(), len(values), [validity, values], null_count=len(missing)
    )
