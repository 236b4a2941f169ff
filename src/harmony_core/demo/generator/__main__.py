"""The command line of the generator."""

import argparse
from pathlib import Path

from harmony_core.demo.generator._write import DEFAULT_SEED, generate


def main() -> None:
    """Write the demo company's files to the directory that the user names."""
    parser = argparse.ArgumentParser(
        prog="python -m harmony_core.demo.generator",
        description="Write the files of the demo company; the same seed gives the same bytes.",
    )
    parser.add_argument("--out", type=Path, required=True, help="directory to write to")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="default: %(default)s")
    parser.add_argument(
        "--ecb",
        type=Path,
        help="the European Central Bank's history of reference rates (csv or zip) to cut the "
        "needed months from; default: the frozen ones",
    )
    arguments = parser.parse_args()
    paths = generate(arguments.out, arguments.seed, arguments.ecb)
    size = sum(path.stat().st_size for path in paths)
    print(f"{len(paths)} files, {size:,} bytes, written to {arguments.out}")


if __name__ == "__main__":
    main()
