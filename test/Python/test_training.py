"""The layers' gradients, the training loop, the QONNX that it writes, and the committed network."""

import pathlib

import numpy as np
import onnx
import pytest

from qnn import digits, evaluate, layers, qonnx, train_digits

DIGITS = pathlib.Path(__file__).parents[1] / "Inputs" / "digits.onnx"


def numeric_gradient(function, x, step=1e-2):
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + step
        above = function()
        x[i] = kept - step
        gradient[i] = (above - function()) / (2 * step)
        x[i] = kept
    return gradient


@pytest.mark.parametrize("make, shape", [
    (lambda rng: layers.Conv3x3(2, 3, rng), (2, 4, 4, 2)),
    (lambda rng: layers.Linear(5, 3, rng), (4, 5)),
    (lambda rng: layers.MaxPool2x2(), (2, 4, 4, 3)),
    (lambda rng: layers.BatchNorm(3), (6, 3)),
    (lambda rng: layers.Flatten(), (2, 2, 2, 3)),
])
def test_input_gradient(make, shape):
    rng = np.random.default_rng(1)
    layer = make(rng)
    x = rng.standard_normal(shape).astype(np.float32)
    weight = rng.standard_normal(layer.forward(x, True).shape).astype(np.float32)
    expected = numeric_gradient(lambda: float((layer.forward(x, True) * weight).sum()), x)
    layer.forward(x, True)
    np.testing.assert_allclose(layer.backward(weight), expected, rtol=0.02, atol=0.02)


def test_sign_is_straight_through_inside_one():
    sign = layers.Sign()
    np.testing.assert_array_equal(sign.forward(np.float32([-2, -0.5, 0, 0.5, 2]), True), [-1, -1, 1, 1, 1])
    np.testing.assert_array_equal(sign.backward(np.ones(5, np.float32)), [0, 1, 1, 1, 0])


def test_written_network_computes_what_was_trained(tmp_path):
    network, right = train_digits.train(epochs=2, log=lambda line: None)
    images, labels = digits.load_digits()[1]
    assert right > len(labels) * 0.6
    path = tmp_path / "out.onnx"
    qonnx.write(network, path, "digits", (1, 8, 8), train_digits.PIXEL_BITS)
    logits = evaluate.evaluate(onnx.load(path), images.astype(np.float32))
    np.testing.assert_allclose(logits, train_digits.forward(network, images), rtol=1e-5, atol=1e-5)


def test_committed_network():
    model = onnx.load(DIGITS)
    onnx.checker.check_model(model)
    images, labels = digits.load_digits()[1]
    logits = evaluate.evaluate(model, images.astype(np.float32))
    assert (logits.argmax(axis=1) == labels).sum() == 351
    assert DIGITS.stat().st_size < 500_000


def test_held_out_file(tmp_path, monkeypatch):
    path = tmp_path / "digits.npz"
    monkeypatch.setattr("sys.argv", ["digits", str(path)])
    digits.main()
    data = np.load(path)
    assert data["images"].shape == (360, 1, 8, 8) and data["images"].max() == 16
    assert data["labels"].shape == (360,)


def test_unknown_node_is_named():
    node = onnx.helper.make_node("Softplus", ["x"], ["y"], name="odd")
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph([node], "g", [value("x", 1, [1])], [value("y", 1, [1])])
    with pytest.raises(NotImplementedError, match="node 'odd' \\(Softplus\\)"):
        evaluate.evaluate(onnx.helper.make_model(graph), np.float32([1]))
