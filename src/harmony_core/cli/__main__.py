"""``python -m harmony_core.cli``: the command, where no script of it is on the path."""

import sys

from harmony_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
