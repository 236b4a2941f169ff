"""BY THE MILLION: columns of quantities become columns of minor units, to the last digit.

:class:`RatePlan` compiles schemes once and rates columns against one of them, or against one per
row. Columns are numpy arrays or whatever hands out Arrow data (pandas, polars and duckdb do). Every
row is what ``price(scheme, quantity).settle(rounding)`` gives; what whole numbers of 64 bits cannot
carry takes the path of single values, and nothing wraps. :func:`bucket_starts`, :func:`aggregate`,
:func:`percentile`, :func:`time_weighted` and :func:`high_water` make the quantities from columns of
usage. :func:`cube` adds up a column by the codes beside it, :func:`profit_cube` the lines of a
journal to contribution. :class:`OpenTimePlan` says for columns of instants when open time has been
worked, and how much lies between. Needs the extra ``bulk``.
"""

try:
    import numpy as _numpy  # noqa: F401  every module here stands on it
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "harmony_core.bulk needs numpy: pip install 'harmony-core[bulk]'", name="numpy"
    ) from missing

from harmony_core.bulk._aggregation import aggregate, percentile
from harmony_core.bulk._buckets import bucket_starts
from harmony_core.bulk._columns import Nulls, Quantities
from harmony_core.bulk._cube import cube
from harmony_core.bulk._levels import Averages, high_water, time_weighted
from harmony_core.bulk._open_time import OpenTimePlan
from harmony_core.bulk._plan import Rated, RatePlan
from harmony_core.bulk._profit import Figure, ProfitCube, profit_cube

__all__ = [
    "Averages",
    "Figure",
    "Nulls",
    "OpenTimePlan",
    "ProfitCube",
    "Quantities",
    "RatePlan",
    "Rated",
    "aggregate",
    "bucket_starts",
    "cube",
    "high_water",
    "percentile",
    "profit_cube",
    "time_weighted",
]
