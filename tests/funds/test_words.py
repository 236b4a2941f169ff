"""Policies of funds may be named by their text, and another text is refused with the list."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest

from harmony_core.errors import InvalidValue
from harmony_core.funds import BlockPool, DrawOrder, Overage, OverageMode, Process, draw_down

ASKED: dict[str, tuple[Callable[[Any], object], type[StrEnum]]] = {
    "overage": (Overage, OverageMode),
    "pool": (lambda word: BlockPool((), word), DrawOrder),
    "order": (lambda word: draw_down([], [], word), DrawOrder),
    "process": (lambda word: draw_down([], [], process=word), Process),
}


@pytest.mark.parametrize(("asked", "words"), ASKED.values(), ids=ASKED)
def test_a_text_means_its_member(asked: Callable[[Any], object], words: type[StrEnum]) -> None:
    for word in words:
        assert asked(word.value) == asked(word)
    with pytest.raises(InvalidValue, match=f"{words.__name__} is one of .*, got 'junk'"):
        asked("junk")
