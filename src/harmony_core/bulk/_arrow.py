"""Arrow data through the PyCapsule interface, by nanoarrow: in without a copy, and out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._gaps import UnsetGaps
from harmony_core.errors import InvalidValue

_WHOLE = {
    f"{sign}int{bits}": np.dtype(f"{sign}int{bits}")
    for sign in ("", "u")
    for bits in (8, 16, 32, 64)
}
_ALSO = {"timestamp": "time stamp", "duration": "duration"}
_PER_UNIT = {"SECOND": "s", "MILLI": "ms", "MICRO": "us", "NANO": "ns"}


@attrs.frozen(eq=False)
class ArrowChunk:
    """The values of one Arrow array; ``scale`` where they are decimals, in pairs of 64 bits.

    ``unit`` is what they count where they are time stamps or durations.
    """

    values: NDArray[Any]
    scale: int | None
    gaps: UnsetGaps | None
    unit: str | None = None


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


def arrow_chunks(source: object, what: str, *, also: str = "") -> Iterator[ArrowChunk]:
    """Read a column of whole numbers or decimals; of ``timestamp`` or ``duration`` also.

    Raises:
        InvalidValue: it is a column of something else, or several columns, or of a kind that is
            not known here at all.
    """
    for view, schema, kind in _arrays(source, what):
        if also and kind == also:
            chunk = _numbers(view, np.frombuffer(view.buffer(1), np.int64))
            yield attrs.evolve(chunk, unit=_PER_UNIT[schema.unit.name])
        else:
            yield _chunk(view, schema, kind, what, also=also)


def _arrays(source: object, what: str) -> Iterator[tuple[Any, Any, str]]:
    nanoarrow = _nanoarrow()
    with _named(source, what):
        if hasattr(source, "__arrow_c_array__"):
            arrays: Any = [nanoarrow.c_array(source)]
        else:
            arrays = nanoarrow.c_array_stream(source)
        for array in arrays:
            schema = nanoarrow.Schema(array.schema)
            yield array.view(), schema, schema.type.name.lower()


@contextmanager
def _named(source: object, what: str) -> Iterator[None]:
    """Turn what nanoarrow says of kinds that it does not know into an error of ours."""
    try:
        yield
    except InvalidValue:
        raise
    except (RuntimeError, ValueError, KeyError, NotImplementedError) as wrong:
        kind = getattr(source, "dtype", None) or getattr(source, "type", type(source).__name__)
        raise InvalidValue(
            f"{what} are whole numbers or decimals, got an Arrow column of {kind}, which cannot be "
            "read: cast it to int64 with its decimal places, or to decimal128"
        ) from wrong


def _numbers(view: Any, values: NDArray[Any], scale: int | None = None) -> ArrowChunk:
    first = view.offset
    gaps = None
    if view.null_count and view.buffer(0).size_bytes:
        gaps = UnsetGaps(np.frombuffer(view.buffer(0), np.uint8), first)
    return ArrowChunk(values[first : first + view.length], scale, gaps)


def _chunk(view: Any, schema: Any, kind: str, what: str, *, also: str) -> ArrowChunk:
    if kind in _WHOLE:
        return _numbers(view, np.frombuffer(view.buffer(1), _WHOLE[kind]))
    if kind == "decimal128":
        pairs = np.frombuffer(view.buffer(1), np.int64).reshape(-1, 2)
        return _numbers(view, pairs, schema.scale)
    if kind == "dictionary":  # its chunks may count different words by the same codes
        raise InvalidValue(
            f"{what} are whole numbers or decimals, got an Arrow column of categories: pass its "
            "codes, which are .to_physical() in polars, .cat.codes in pandas, and .indices of "
            "combine_chunks() in pyarrow"
        )
    raise InvalidValue(
        f"{what} are whole numbers or decimals, got an Arrow column of {kind}: "
        + (
            "pass its columns one by one, such as batch['quantity'], batch['scheme']"
            if kind == "struct"
            else "cast it to int64 with its decimal places, or to decimal128"
            + (f", or to a {_ALSO[also]}" if also else "")
        )
    )


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
