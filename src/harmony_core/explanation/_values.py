"""The explanation as a value, its text, and the builder that computes while it writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import Any, Protocol

import attrs

from harmony_core.explanation._arithmetic import OPERATIONS, exact_text


class Wording(Protocol):
    """The reader's language: ``harmony_core.culture.Culture`` is one."""

    def words(self, message: str, /, **details: str) -> str:
        """Give an English message in the reader's language, its ``{names}`` filled in."""
        ...

    def number(self, value: Fraction | Decimal | int, /) -> str:
        """Write an exact number; one that has no end as a decimal stays a fraction."""
        ...


class _PlainEnglish:
    def words(self, message: str, /, **details: str) -> str:
        return message.format(**details) if details else message

    def number(self, value: Fraction | Decimal | int, /) -> str:
        return exact_text(Fraction(value))


PLAIN_ENGLISH: Wording = _PlainEnglish()
"""English words and plain digits: what an explanation uses when no culture is given."""


@attrs.frozen
class Given:
    """An input: a number with its unit (``EUR``, ``h``, ``%``, or ``""``), under a name."""

    name: str
    label: str
    value: Fraction
    unit: str = ""


@attrs.frozen
class Step:
    """One operation on inputs or earlier steps, with its exact value.

    ``label`` is an English message; ``details`` fill its ``{names}``.
    """

    name: str
    label: str
    operation: str
    operands: tuple[str, ...]
    value: Fraction
    unit: str = ""
    details: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class Section:
    """Parts that belong together under a heading: those whose names begin with ``prefix``.

    ``label`` is an English message; ``facts`` are those of this section alone. A section whose
    prefix begins with that of another stands within it.
    """

    prefix: str
    label: str
    facts: tuple[tuple[str, str], ...] = ()


_SIGNS = {"add": " + ", "subtract": " - ", "multiply": " × ", "divide": " ÷ "}


@attrs.frozen
class Explanation:
    """Why a figure is what it is: rule and version, inputs, steps, result.

    ``facts`` are inputs that are not numbers (dates, ids, names of policies), as pairs of an
    English label and a text. ``result`` names the step or input whose value is the figure.
    ``sections`` put parts together for the reader, such as a period before and after a change.
    """

    rule: str
    version: int
    given: tuple[Given, ...]
    steps: tuple[Step, ...]
    result: str
    facts: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()

    @property
    def value(self) -> Fraction:
        """The figure, exactly, as it was stored."""
        return self._values()[self.result]

    @property
    def unit(self) -> str:
        """The unit of the figure: a currency code, ``h``, or ``""``."""
        parts: tuple[Given | Step, ...] = (*self.given, *self.steps)
        return next(part.unit for part in parts if part.name == self.result)

    def _values(self) -> dict[str, Fraction]:
        values = {given.name: given.value for given in self.given}
        values.update((step.name, step.value) for step in self.steps)
        return values

    def evaluate(self) -> Fraction:
        """Compute the figure again from the inputs alone, ignoring the stored values.

        Raises:
            ValueError: a step names an operation that does not exist.
            KeyError: a step uses a name that comes later or nowhere.

        >>> why = Explainer("price", 1)
        >>> why.given("quantity", "quantity", Fraction(11))
        'quantity'
        >>> why.given("price", "unit price", Fraction("10.00"), "EUR")
        'price'
        >>> whole = why.step("amount", "quantity at unit price", "multiply", "quantity", "price")
        >>> explanation = why.explanation("amount")
        >>> explanation.evaluate() == explanation.value == 110
        True
        """
        values = {given.name: given.value for given in self.given}
        for step in self.steps:
            if step.operation not in OPERATIONS:
                known = ", ".join(sorted(OPERATIONS))
                raise ValueError(f"no operation {step.operation!r}; an explanation knows {known}")
            operands = [values[name] for name in step.operands]
            values[step.name] = OPERATIONS[step.operation](operands)
        return values[self.result]

    def as_text(self, wording: Wording = PLAIN_ENGLISH) -> str:
        """Write the explanation in words, one line a step, for a person to check by hand."""
        head = f"{wording.words(self.rule)} (v{self.version})"
        return "\n".join([head, *self._lines(wording, Section("", "", self.facts), 1)])

    def _lines(self, wording: Wording, within: Section, depth: int) -> Iterator[str]:
        """What stands in a section: its facts and inputs, the sections within it, its steps."""
        values, indent = self._values(), "  " * depth
        for label, text in within.facts:
            yield f"{indent}{wording.words(label)}: {wording.words(text)}"
        for given in self.given:
            if self._place(given.name) == within.prefix:
                yield f"{indent}{wording.words(given.label)}: {_figure(wording, given)}"
        for section in self.sections:
            if self._place(section.prefix, below=True) == within.prefix:
                yield f"{indent}{wording.words(section.label)}"
                yield from self._lines(wording, section, depth + 1)
        for step in self.steps:
            if self._place(step.name) == within.prefix:
                label = wording.words(step.label, **dict(step.details))
                formula = _formula(wording, step, values)
                yield f"{indent}{label}: {formula}{_figure(wording, step)}"

    def _place(self, name: str, *, below: bool = False) -> str:
        """The prefix of the innermost section in which a part stands; none is the empty one."""
        prefixes = (one.prefix for one in self.sections if not (below and one.prefix == name))
        return max((one for one in prefixes if name.startswith(one)), key=len, default="")

    def as_data(self) -> dict[str, Any]:
        """Write the explanation as plain data (text, numbers as text, lists), for a store."""
        data: dict[str, Any] = {
            "rule": self.rule,
            "version": self.version,
            "given": [[g.name, g.label, exact_text(g.value), g.unit] for g in self.given],
            "steps": [
                [s.name, s.label, s.operation, list(s.operands), exact_text(s.value), s.unit]
                + ([dict(s.details)] if s.details else [])
                for s in self.steps
            ],
            "result": self.result,
        }
        if self.facts:
            data["facts"] = [list(fact) for fact in self.facts]
        if self.sections:
            data["sections"] = [
                [one.prefix, one.label, [list(fact) for fact in one.facts]] for one in self.sections
            ]
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Explanation:
        """Read what :meth:`as_data` wrote.

        >>> why = Explainer("price", 1)
        >>> name = why.given("amount", "amount", Fraction(5, 2), "EUR")
        >>> explanation = why.explanation(name)
        >>> Explanation.from_data(explanation.as_data()) == explanation
        True
        """
        return cls(
            rule=data["rule"],
            version=data["version"],
            given=tuple(Given(n, label, Fraction(v), unit) for n, label, v, unit in data["given"]),
            steps=tuple(
                Step(n, label, op, tuple(names), Fraction(v), unit, tuple(dict(*rest).items()))
                for n, label, op, names, v, unit, *rest in data["steps"]
            ),
            result=data["result"],
            facts=tuple((label, text) for label, text in data.get("facts", ())),
            sections=tuple(
                Section(prefix, label, tuple((name, text) for name, text in facts))
                for prefix, label, facts in data.get("sections", ())
            ),
        )

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.as_text())}</pre>"


def _figure(wording: Wording, part: Given | Step) -> str:
    number = wording.number(part.value)
    return f"{number} {wording.words(part.unit)}" if part.unit else number


def _formula(wording: Wording, step: Step, values: Mapping[str, Fraction]) -> str:
    if step.operation == "take" or not step.operands:
        return ""
    numbers = [wording.number(values[name]) for name in step.operands]
    if sign := _SIGNS.get(step.operation):
        return f"{sign.join(numbers)} = "
    return f"{wording.words(step.operation.replace('_', ' '))} ({'; '.join(numbers)}) = "


class Explainer:
    """Writes an explanation while it computes, so that the two cannot differ.

    Each call gives back the name under which later steps refer to the value.
    """

    def __init__(self, rule: str, version: int) -> None:
        self._rule, self._version = rule, version
        self._given: list[Given] = []
        self._steps: list[Step] = []
        self._facts: list[tuple[str, str]] = []
        self._sections: list[Section] = []
        self._values: dict[str, Fraction] = {}
        self._units: dict[str, str] = {}

    def fact(self, label: str, text: str) -> None:
        """Note an input that is not a number."""
        self._facts.append((label, text))

    def given(self, name: str, label: str, value: Fraction | Decimal | int, unit: str = "") -> str:
        """Note a number that the rule starts from."""
        exact = Fraction(value)
        self._claim(name, exact, unit)
        self._given.append(Given(name, label, exact, unit))
        return name

    def step(
        self,
        name: str,
        label: str,
        operation: str,
        /,
        *operands: str,
        unit: str = "",
        **details: str,
    ) -> str:
        """Do one operation and note it. Without a unit it takes the first unit of its operands."""
        value = OPERATIONS[operation]([self._values[operand] for operand in operands])
        unit = unit or next((u for u in map(self._units.__getitem__, operands) if u), "")
        self._claim(name, value, unit)
        detail_pairs = tuple(details.items())
        self._steps.append(Step(name, label, operation, operands, value, unit, detail_pairs))
        return name

    def value(self, name: str) -> Fraction:
        """The exact value under a name."""
        return self._values[name]

    def adopt(
        self,
        other: Explanation,
        prefix: str,
        using: Mapping[str, str] | None = None,
        *,
        heading: str | None = None,
    ) -> str:
        """Take over another explanation's parts under ``prefix``; gives the name of its result.

        ``using`` puts values that are here already in the place of inputs of the other, so that
        the whole stays one chain: ``{"quantity": "hours"}``. A ``heading``, an English message,
        makes a section of them.

        Raises:
            ValueError: such a value differs from the input that it stands for.
        """
        names = dict(using or {})
        for given in other.given:
            if given.name not in names:
                names[given.name] = self.given(
                    prefix + given.name, given.label, given.value, given.unit
                )
            elif self._values[names[given.name]] != given.value:
                raise ValueError(f"{names[given.name]!r} is not the {given.name!r} explained")
        for step in other.steps:
            names[step.name] = prefix + step.name
            self._claim(names[step.name], step.value, step.unit)
            operands = tuple(names[operand] for operand in step.operands)
            self._steps.append(attrs.evolve(step, name=names[step.name], operands=operands))
        if heading is None:
            self._facts.extend(fact for fact in other.facts if fact not in self._facts)
        else:
            self._sections.append(Section(prefix, heading, other.facts))
        for one in other.sections:
            self._sections.append(attrs.evolve(one, prefix=prefix + one.prefix))
        return names[other.result]

    def explanation(self, result: str) -> Explanation:
        """Finish: the value under ``result`` is the figure."""
        return Explanation(
            self._rule,
            self._version,
            tuple(self._given),
            tuple(self._steps),
            result,
            tuple(self._facts),
            tuple(self._sections),
        )

    def _claim(self, name: str, value: Fraction, unit: str) -> None:
        if name in self._values:
            raise ValueError(f"two parts of one explanation are called {name!r}: name each once")
        self._values[name], self._units[name] = value, unit
