"""WHY: a figure that explains itself.

An :class:`Explanation` is a value: the rule and its version, the inputs, the steps with exact
intermediate values, and the result. It is plain data that can be stored beside the figure, it
renders as text in the reader's language, and re-evaluating it gives the figure again. The few
exact operations that a step may name, rounding among them, are defined here, because nothing
above may be needed to check an old figure.
"""

from harmony_core.explanation._arithmetic import (
    OPERATIONS,
    RoundingMode,
    exact_text,
    round_ratio,
    round_to_step,
)
from harmony_core.explanation._values import (
    PLAIN_ENGLISH,
    Explainer,
    Explanation,
    Given,
    Section,
    Step,
    Wording,
)

__all__ = [
    "OPERATIONS",
    "PLAIN_ENGLISH",
    "Explainer",
    "Explanation",
    "Given",
    "RoundingMode",
    "Section",
    "Step",
    "Wording",
    "exact_text",
    "round_ratio",
    "round_to_step",
]
