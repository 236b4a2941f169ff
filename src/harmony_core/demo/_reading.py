"""Files of a folder become values; every fault is kept under its path until the end.

A row may name what another file holds. Such references are checked when everything is read, so the
order of the files does not matter; a file that could not be read at all accuses nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources.abc import Traversable
from typing import TypeVar

from harmony_core.demo._nodes import Node
from harmony_core.errors import HarmonyError, InputRejected, InvalidValue, Problem
from harmony_core.interchange import Feed, Row, read_rows

T = TypeVar("T")

_NOTHING: Mapping[str, str | Callable[[Row], str]] = {}


class Reading:
    """Reads files of a folder and keeps every problem until the end."""

    def __init__(self, folder: Traversable) -> None:
        self._folder = folder
        self._problems: list[str] = []
        self._known: dict[str, frozenset[str]] = {}
        self._references: list[tuple[str, str, str, str]] = []

    def document(self, name: str, make: Callable[[Node], T]) -> T | None:
        """One JSON document as a value."""
        node = self._node(name)
        return None if node is None else self._made(node, make)

    def documents(self, name: str, make: Callable[[Node], T]) -> tuple[T, ...]:
        """A JSON list, element by element: a bad one does not hide the faults of the others."""
        node = self._node(name)
        if node is None:
            return ()
        try:
            nodes = tuple(node.each())
        except InvalidValue as fault:
            self._problems.append(str(fault))
            return ()
        made = (self._made(part, make) for part in nodes)
        return tuple(value for value in made if value is not None)

    def table(
        self,
        name: str,
        columns: Sequence[str],
        make: Callable[[Row], T],
        *,
        key: Sequence[str] = (),
        repeats: bool = False,
        refers: Mapping[str, str | Callable[[Row], str]] = _NOTHING,
    ) -> tuple[T, ...]:
        """A CSV file, row by row.

        Args:
            name: of the file.
            columns: that it must have.
            make: makes a value of a row.
            key: the columns that tell rows apart.
            repeats: the same row again is no fault, as with facts that are sent twice.
            refers: by column, the file that holds its ids, or a function of the row that says it.
        """
        places: dict[tuple[str, ...], Row] = {}

        def checked(row: Row) -> T:
            own = tuple(row.cells.get(column) or "" for column in key)
            first = places.setdefault(own, row) if key else row
            if first is not row and not (repeats and first.cells == row.cells):
                raise InvalidValue(f"{', '.join(own)} is there already, in {first.path}")
            for column, register in refers.items():
                if value := row.optional(column):
                    at = register if isinstance(register, str) else register(row)
                    self.refer(row.path, column, value, at)
            return make(row)

        def read(lines: list[str], path: str) -> Feed[T]:
            feed = read_rows(lines, path, columns, checked)
            self.knows(name, (own[0] for own in places if own))
            return feed

        return self.feed(name, read)

    def feed(self, name: str, read: Callable[[list[str], str], Feed[T]]) -> tuple[T, ...]:
        """A file that a feed reads."""
        text = self._text(name)
        if text is None:
            return ()
        try:
            feed = read(text.splitlines(), name)
        except InputRejected as rejected:
            self._problems.extend(rejected.problems)
            return ()
        self._problems.extend(feed.rejected)
        return feed.accepted

    def knows(self, register: str, ids: Iterable[str]) -> None:
        """Say which ids a register holds; what refers to it is checked against them."""
        self._known[register] = frozenset(ids)

    def refer(self, path: str, name: str, value: str, register: str) -> None:
        """Note that the value under a name stands for something in a register."""
        self._references.append((path, name, value, register))

    def report(self, path: str, message: str) -> None:
        """Note a fault."""
        self._problems.append(Problem.at(path, message))

    def refuse_problems(self) -> None:
        """Raise what was found, if anything was."""
        for path, name, value, register in self._references:
            if register in self._known and value not in self._known[register]:
                self.report(path, f"{name} {value!r} is not in {register}")
        self._references.clear()
        if self._problems:
            raise InputRejected(self._problems)

    def _made(self, node: Node, make: Callable[[Node], T]) -> T | None:
        try:
            return make(node)
        except HarmonyError as fault:
            message = str(fault)
            path = "" if message.startswith(node.path) else f"{node.path}: "
            self._problems.append(f"{path}{message}")
            return None

    def _node(self, name: str) -> Node | None:
        text = self._text(name)
        try:
            return None if text is None else Node.parse(text, name)
        except InputRejected as rejected:
            self._problems.extend(rejected.problems)
            return None

    def _text(self, name: str) -> str | None:
        try:
            return self._folder.joinpath(name).read_text(encoding="utf-8")
        except OSError as fault:
            self.report(name, f"cannot be read: {fault.strerror}")
        except UnicodeDecodeError as fault:
            self.report(name, f"is not UTF-8 text: {fault.reason} at byte {fault.start + 1}")
        return None
