"""Every closed list of the library refuses a word that is not on it, and says which are."""

import pkgutil
from enum import StrEnum
from importlib import import_module

import pytest

import harmony_core
from harmony_core.errors import InvalidValue, Word
from harmony_core.explanation import RoundingMode


def _lists() -> list[type[StrEnum]]:
    for module in pkgutil.walk_packages(harmony_core.__path__, "harmony_core."):
        if not module.name.startswith(("harmony_core.cli", "harmony_core.repositories.sql")):
            import_module(module.name)
    found: list[type[StrEnum]] = []
    open_: list[type[StrEnum]] = [StrEnum]
    while open_:
        below = open_.pop().__subclasses__()
        open_ += below
        found += [each for each in below if each.__module__.startswith("harmony_core.")]
    return sorted(found, key=lambda each: each.__name__)


LISTS = [each for each in _lists() if each not in (Word, RoundingMode)]


@pytest.mark.parametrize("words", LISTS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("odd", ["no such word", 7, None, ["a", "list"]], ids=repr)
def test_a_word_that_is_not_on_the_list_is_refused_with_the_list(
    words: type[StrEnum], odd: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        words(odd)
    assert str(refused.value) == f"{words.__name__} is one of {', '.join(words)}, got {odd!r}"


@pytest.mark.parametrize("words", LISTS, ids=lambda each: each.__name__)
def test_a_word_may_be_given_as_its_text(words: type[StrEnum]) -> None:
    for word in words:
        assert words(word.value) is word
        assert word == word.value
