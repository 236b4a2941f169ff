"""Find the English messages that the library's source hands to a reader.

They are the labels of explanations and facts, the names of rules, and what is passed to ``words``
and ``count``. A message may be written on the spot, chosen by a condition, or come from a name
that is given a text anywhere in the same module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import harmony_core
from harmony_core.explanation import OPERATIONS

SOURCE = Path(harmony_core.__file__).parent
_METHODS = {"given": (1,), "step": (1,), "fact": (0,), "words": (0,), "count": (1, 2)}
_NAMED = {"label", "message", "singular", "plural"}
_SHOWN_BY_SIGN = {"add", "subtract", "multiply", "divide", "take"}


def source_messages(root: Path = SOURCE) -> dict[str, str]:
    """Return each message with the first module that uses it."""
    found: dict[str, str] = {}
    for path in sorted(root.rglob("*.py")):
        for message in messages_of(path.read_text(encoding="utf-8")):
            found.setdefault(message, str(path.relative_to(root)))
    for operation in sorted(OPERATIONS.keys() - _SHOWN_BY_SIGN):
        found.setdefault(operation.replace("_", " "), "explanation")
    return found


def messages_of(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    texts = _texts_by_name(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for argument in _message_arguments(node):
                yield from (text for text in _values(argument, texts) if text)


def _texts_by_name(tree: ast.AST) -> dict[str, list[ast.expr]]:
    texts: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    texts.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            texts.setdefault(node.target.id, []).append(node.value)
    return texts


def _message_arguments(call: ast.Call) -> Iterator[ast.expr]:
    if isinstance(call.func, ast.Name):
        if call.func.id == "Explainer" and call.args:
            yield call.args[0]
        return
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _METHODS:
        return
    places = _METHODS[call.func.attr]
    if call.func.attr == "count" and len(call.args) != 3:
        return  # the count of a list or a text
    yield from (call.args[place] for place in places if place < len(call.args))
    yield from (word.value for word in call.keywords if word.arg in _NAMED)


def _values(node: ast.expr, texts: dict[str, list[ast.expr]], depth: int = 0) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _values(node.body, texts, depth)
        yield from _values(node.orelse, texts, depth)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _values(value, texts, depth)
    elif isinstance(node, ast.Subscript):
        yield from _values(node.value, texts, depth)
    elif isinstance(node, ast.Name) and depth < 2:
        for value in texts.get(node.id, ()):
            yield from _values(value, texts, depth + 1)
