"""Random networks, native code against ONNX's own evaluator; `python -m networks.fuzz` runs as many as wanted."""

import os
import pathlib

import pytest

from networks.fuzz import run

ROOT = pathlib.Path(__file__).parents[2]
TOOL = pathlib.Path(os.environ.get("QNN_BUILD", ROOT / "build")) / "bin" / "qnn-run"

pytestmark = pytest.mark.skipif(not TOOL.exists(), reason=f"there is no {TOOL}")


@pytest.mark.parametrize("seed", range(1, 33))
def test_network(seed, tmp_path):
    text = run(seed, TOOL, ["native"], tmp_path, shrinks=False)
    assert text is None, text
