"""What money and books cost, each part against what a user would pick instead.

Parts run one after the other; each names its own peers and refuses to time unequal answers.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import _finance_money, _ledger, _posting

PARTS: tuple[Callable[[], None], ...] = (_finance_money.main, _posting.main, _ledger.main)


def main() -> None:
    for part in PARTS:
        part()


if __name__ == "__main__":
    main()
