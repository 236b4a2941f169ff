"""Writes the files of the demo company from one seed: the same seed gives the same bytes.

Run it as ``python -m harmony_core.demo.generator --out DIR``. It is data only: it uses nothing but
the standard library and knows no engine of harmony-core, so that the files can contradict the
engines.
"""

from harmony_core.demo.generator._write import DEFAULT_SEED, generate

__all__ = ["DEFAULT_SEED", "generate"]
