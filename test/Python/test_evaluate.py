"""The evaluator in numpy, and the committed network, of which the README says how it was trained."""

import pathlib

import numpy as np
import onnx
import pytest

from qnn import digits, evaluate

DIGITS = pathlib.Path(__file__).parents[1] / "Inputs" / "digits.onnx"


def test_committed_network():
    model = onnx.load(DIGITS)
    onnx.checker.check_model(model)
    images, labels = digits.load_digits()[1]
    logits = evaluate.evaluate(model, images.astype(np.float32))
    assert (logits.argmax(axis=1) == labels).sum() == 344
    assert DIGITS.stat().st_size < 500_000


def test_unknown_node_is_named():
    node = onnx.helper.make_node("Softplus", ["x"], ["y"], name="odd")
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph([node], "g", [value("x", 1, [1])], [value("y", 1, [1])])
    with pytest.raises(NotImplementedError, match="node 'odd' \\(Softplus\\)"):
        evaluate.evaluate(onnx.helper.make_model(graph), np.float32([1]))
