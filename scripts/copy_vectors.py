"""Copy conformance vectors into the project: those of kinds that the project has adapters for.

    python scripts/copy_vectors.py SOURCE_DIR [--add KIND ...]

Each ``*.json`` file of SOURCE_DIR is written under the same name with the same ``meta``. Kept are
the vectors of the kinds which the project's copy holds already, and of the kinds added by name.
What was left out is printed.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

OWN_VECTORS = Path(__file__).parents[1] / "tests" / "conformance" / "vectors"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, metavar="SOURCE_DIR")
    parser.add_argument("--add", nargs="*", default=[], metavar="KIND")
    arguments = parser.parse_args()
    kinds = set(arguments.add)
    for path in OWN_VECTORS.glob("*.json"):
        kinds.update(vector["kind"] for vector in _read(path)["vectors"])
    for path in sorted(arguments.source.glob("*.json")):
        _copy(path, kinds)


def _copy(path: Path, kinds: set[str]) -> None:
    content = _read(path)
    kept = [vector for vector in content["vectors"] if vector["kind"] in kinds]
    left_out = Counter(v["kind"] for v in content["vectors"] if v["kind"] not in kinds)
    print(f"{path.name}: kept {len(kept)} of {len(content['vectors'])}")
    for kind, count in sorted(left_out.items()):
        print(f"  left out: {kind} ({count})")
    if kept:
        meta = content["meta"]
        if "count" in meta:
            meta["count"] = len(kept)
        lines = ",\n".join(json.dumps(vector, ensure_ascii=False) for vector in kept)
        text = f'{{"meta": {json.dumps(meta, ensure_ascii=False)},\n"vectors": [\n{lines}\n]}}\n'
        (OWN_VECTORS / path.name).write_text(text, encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


if __name__ == "__main__":
    main()
