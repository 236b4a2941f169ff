"""Read the vector files of a directory."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conformance.registry import Vector

OWN_VECTORS = Path(__file__).parent / "vectors"


class BadVectors(Exception):
    """The directory holds no vectors, or a file that is not one."""


def chosen_vectors(config: pytest.Config) -> list[Vector]:
    """Return the vectors of ``--vectors DIR``, or else of the project's own copy."""
    chosen = config.getoption("--vectors")
    try:
        return read_vectors(config.invocation_params.dir / chosen if chosen else OWN_VECTORS)
    except BadVectors as problem:
        raise pytest.UsageError(str(problem)) from problem


def read_vectors(directory: Path) -> list[Vector]:
    """Return all vectors of all ``*.json`` files, by file name and then in their order.

    Raises:
        BadVectors: there is no file, a file is not JSON of the agreed shape, or holds no vector;
            each of these would let a run pass that proved nothing.
    """
    paths = sorted(directory.glob("*.json"))
    if not paths:
        raise BadVectors(f"{directory}: no vector file (*.json) here")
    return [vector for path in paths for vector in _read(path)]


def expectation(vector: Vector) -> object:
    """Return what the vector expects: priced kinds call it ``expected_total``."""
    return vector["expected"] if "expected" in vector else vector["expected_total"]


def _read(path: Path) -> list[Vector]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except ValueError as problem:
        raise BadVectors(f"{path}: not JSON: {problem}") from problem
    vectors = content.get("vectors") if isinstance(content, dict) else None
    if not isinstance(vectors, list) or not vectors:
        raise BadVectors(f'{path}: expected {{"meta": ..., "vectors": [...]}} with a vector in it')
    for index, vector in enumerate(vectors):
        missing = [name for name in ("id", "kind") if not isinstance(vector.get(name), str)]
        if "expected" not in vector and "expected_total" not in vector:
            missing.append("expected")
        if missing:
            raise BadVectors(f"{path}: vectors[{index}] lacks {', '.join(missing)}")
    return vectors
