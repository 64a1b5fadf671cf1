"""Random networks, native code against ONNX's own evaluator; `python -m networks.fuzz` runs as many as wanted."""

import os
import pathlib

import pytest

from networks.fuzz import run

ROOT = pathlib.Path(__file__).parents[2]
TOOL = pathlib.Path(os.environ.get("QNN_BUILD", ROOT / "build")) / "bin" / "qnn-run"

pytestmark = pytest.mark.skipif(not TOOL.exists(), reason=f"there is no {TOOL}")

CPU = pathlib.Path("/proc/cpuinfo").read_text()
FEATURES = {"x86-64-v2": " sse4_2 ", "x86-64-v3": " avx2 ", "x86-64-v4": " avx512vl "}
TARGETS = ["native", *(target for target, feature in FEATURES.items() if feature in CPU)]


@pytest.mark.parametrize("seed", range(1, 33))
def test_network(seed, tmp_path):
    text = run(seed, TOOL, TARGETS, tmp_path, shrinks=False)
    assert text is None, text
