"""Reads the rows of `qnn-bench kernels --json` and checks what holds always."""

import json
import sys

FIELDS = {"op", "types", "io", "shape", "kernel", "target", "threads", "ms", "gmacs", "ceiling_gmacs", "ratio", "bytes"}

rows = [json.loads(line) for line in sys.stdin]
assert len(rows) == int(sys.argv[1]), f"expected {sys.argv[1]} rows, but got {len(rows)}"
for row in rows:
    assert set(row) == FIELDS, sorted(row)
    assert row["ms"] > 0 and row["gmacs"] > 0 and row["ceiling_gmacs"] > 0 and row["bytes"] > 0, row
    assert abs(row["ratio"] * row["ceiling_gmacs"] / row["gmacs"] - 1) < 1e-6, row
