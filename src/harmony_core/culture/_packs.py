"""Language packs: data only, an English message and its translation.

The English message is the key, so a message without a translation falls back to itself. The packs
shipped stand in ``packs/<language>.json``; a host may lay its own messages over them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from string import Formatter
from types import MappingProxyType

from harmony_core.errors import InvalidValue

SOURCE_LANGUAGE = "en"
"""The language of the messages themselves; it needs no pack."""


@cache
def languages() -> tuple[str, ...]:
    """List the languages that the library speaks, English among them."""
    shipped = (entry.name for entry in (resources.files(__package__) / "packs").iterdir())
    packs = (name.removesuffix(".json") for name in shipped if name.endswith(".json"))
    return tuple(sorted({SOURCE_LANGUAGE, *packs}))


@cache
def shipped_messages(language: str) -> Mapping[str, str]:
    """Read the pack of a language; English has none and gives an empty one.

    Raises:
        InvalidValue: there is no pack for it, or a translation has other placeholders.
    """
    if language == SOURCE_LANGUAGE:
        return MappingProxyType({})
    if language not in languages():
        raise InvalidValue(f"no language pack for {language!r}: there are {', '.join(languages())}")
    text = (resources.files(__package__) / "packs" / f"{language}.json").read_text("utf-8")
    return checked_messages(json.loads(text)["messages"])


def checked_messages(messages: Mapping[str, str]) -> Mapping[str, str]:
    """Make a read-only pack of messages, each with the placeholders of its translation.

    Raises:
        InvalidValue: a translation leaves out a placeholder, or has one that the message lacks.
    """
    for message, translation in messages.items():
        if (asked := placeholders(message)) != (given := placeholders(translation)):
            raise InvalidValue(
                f"the message {message!r} has the placeholders {sorted(asked)}, but its "
                f"translation {translation!r} has {sorted(given)}"
            )
    return MappingProxyType(dict(messages))


def placeholders(message: str) -> frozenset[str]:
    """Give the names in braces of a message.

    Raises:
        InvalidValue: a brace is left open, so that the message could never be filled in.
    """
    try:
        return frozenset(name for _, name, _, _ in Formatter().parse(message) if name is not None)
    except ValueError as problem:
        raise InvalidValue(f"the message {message!r} cannot be filled in: {problem}") from None


def missing_from(messages: Iterable[str], pack: Mapping[str, str]) -> tuple[str, ...]:
    """Give the messages, sorted and once each, that a pack does not translate."""
    return tuple(sorted({message for message in messages if message not in pack}))
