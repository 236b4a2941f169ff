"""What a cover says, in the reader's language: how work reaches the line, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator

from harmony_core.contracts._cover import Cover, CoverRule, NameList
from harmony_core.culture import Culture

_REACHED = {
    CoverRule.ASSET: "Work on these assets is covered: {names}.",
    CoverRule.SERVICE_ITEM: "Work on these service items is covered: {names}.",
    CoverRule.USER: "Work for these users is covered: {names}.",
    CoverRule.SITE: "Work at these sites is covered: {names}.",
    CoverRule.WORK_TYPE: "Work of these types is covered: {names}.",
    CoverRule.KEYWORD: "Work whose text holds one of these words is covered: {names}.",
}

_LISTS = {
    ("roles", True): "Roles included: {names}.",
    ("roles", False): "Roles not included: {names}.",
    ("types", True): "Types of work included: {names}.",
    ("types", False): "Types of work not included: {names}.",
}

_NOTHING = {
    "roles": "No role is included.",
    "types": "No named type of work is included.",
}


def cover_in_words(culture: Culture, cover: Cover) -> Iterator[str]:
    """Say what is covered and what is not, a sentence each."""
    for rule, names in cover.reaches():
        if names:
            yield culture.words(_REACHED[rule], names=", ".join(names))
    if cover.takes_the_rest:
        yield culture.words("Work that no other line covers is covered.")
    elif not any(names for _, names in cover.reaches()):
        yield culture.words("Work is covered where it names the line, and not otherwise.")
    for kind, listed in (("roles", cover.roles), ("types", cover.types)):
        yield from _listed(culture, kind, listed)
    if cover.first_day is not None:
        day = culture.day(cover.first_day)
        yield culture.words("It is covered from {day} on.", day=day)
    if cover.last_day is not None:
        yield culture.words("It is covered until {day}.", day=culture.day(cover.last_day))


def _listed(culture: Culture, kind: str, listed: NameList) -> Iterator[str]:
    if listed.names:
        names = ", ".join(culture.words(name) for name in sorted(listed.names))
        yield culture.words(_LISTS[kind, listed.listed_only], names=names)
    elif listed.listed_only:
        yield culture.words(_NOTHING[kind])
