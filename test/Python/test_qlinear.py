"""Operators on quantized tensors: they give what ONNX's formulas give, and what the same network of QuantizeLinear and
DequantizeLinear gives, by the same kernels."""

import os
import pathlib
import re
import subprocess

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get("QNN_BUILD", ROOT / "build"))
FLOAT = TensorProto.FLOAT
MICROSOFT = "com.microsoft"

pytestmark = pytest.mark.skipif(not (BUILD / "bin" / "qnn-run").exists(), reason=f"nothing is built in {BUILD}")


def run(*arguments):
    return subprocess.run([str(a) for a in arguments], capture_output=True, text=True)


class Network:
    """A chain of operators on integers, written as such or between DequantizeLinear and QuantizeLinear."""

    def __init__(self, spelled_out, dtype):
        self.spelled_out, self.dtype = spelled_out, dtype
        self.nodes, self.arrays, self.count = [], {}, 0

    def constant(self, array):
        self.count += 1
        self.arrays[f"c{self.count}"] = np.asarray(array)
        return f"c{self.count}"

    def node(self, operator, inputs, domain="", **attributes):
        self.count += 1
        self.nodes.append(helper.make_node(operator, inputs, [f"v{self.count}"], domain=domain, **attributes))
        return f"v{self.count}"

    def scale(self, scale, zero):
        return [self.constant(np.float32(scale)), self.constant(self.dtype(zero))]

    def quantize(self, x, scale, zero):
        scales = self.scale(scale, zero)
        return [self.node("QuantizeLinear", [x, *scales]), *scales]

    def dequantize(self, quantized, **attributes):
        return self.node("DequantizeLinear", quantized, **attributes)

    def apply(self, operator, operands, scale, zero, bias=None, domain="", axis=None, **attributes):
        """The operator on quantized operands, each a tensor with scale and zero point; so is the result."""
        result = self.scale(scale, zero)
        biases = [] if bias is None else [self.constant(bias)]
        if not self.spelled_out:
            name = {"Gemm": "QGemm"}.get(operator, "QLinear" + operator)
            inputs = [x for operand in operands for x in operand]
            inputs = inputs + biases + result if operator == "Gemm" else inputs + result + biases
            return [self.node(name, inputs, domain, **attributes), *result]
        floats = [self.dequantize(operands[0])]
        floats += [self.dequantize(operand, **({} if axis is None else {"axis": axis})) for operand in operands[1:]]
        if biases:
            scales = self.constant(self.arrays[operands[0][1]] * self.arrays[operands[1][1]])
            floats.append(self.dequantize([*biases, scales], axis=0))
        return [self.node("QuantizeLinear", [self.node(operator, floats, **attributes), *result]), *result]

    def save(self, path, shape, output):
        self.nodes.append(helper.make_node("Identity", [output], ["y"]))
        initializers = [numpy_helper.from_array(array, name) for name, array in self.arrays.items()]
        inputs = [helper.make_tensor_value_info("x", FLOAT, shape)]
        outputs = [helper.make_tensor_value_info("y", FLOAT, None)]
        graph = helper.make_graph(self.nodes, "g", inputs, outputs, initializers)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)


def build_network(spelled_out, dtype, zero, path):
    """Convolutions of three kinds, pools, a sum, a product, activations, concatenation and dense layers."""
    rng = np.random.default_rng(7)
    network = Network(spelled_out, dtype)

    def weights(*shape, count=None):
        scales = np.float32(rng.uniform(1, 2, count) / 600)
        zeros = np.zeros(count, np.int8) if count else np.int8(0)
        return [network.constant(rng.integers(-127, 128, shape).astype(np.int8)), network.constant(scales), network.constant(zeros)]

    def bias(count):
        return rng.integers(-500, 500, count).astype(np.int32)

    x = network.quantize("x", 0.05, zero)
    a = network.apply("Conv", [x, weights(8, 3, 3, 3, count=8)], 0.1, zero, bias(8), axis=0, auto_pad="SAME_LOWER")
    a = [network.node("MaxPool", a[:1], kernel_shape=[2, 2], strides=[2, 2]), *a[1:]]
    b = network.apply("Conv", [a, weights(8, 1, 3, 3, count=8)], 0.2, 3, bias(8), axis=0, group=8, pads=[1, 1, 1, 1])
    a = network.apply("Add", [a, b], 0.2, zero, domain=MICROSOFT)
    b = network.apply("LeakyRelu", [a], 0.1, zero, domain=MICROSOFT, alpha=0.1)
    c = network.apply("Sigmoid", [a], 1 / 128, 0, domain=MICROSOFT)
    c = network.apply("Mul", [b, c], 0.1, zero, domain=MICROSOFT)
    if spelled_out:
        concat = network.node("Concat", [network.dequantize(a), network.dequantize(c)], axis=1)
        a = network.quantize(concat, 0.2, zero)
    else:
        scales = network.scale(0.2, zero)
        a = [network.node("QLinearConcat", [*scales, *a, *c], MICROSOFT, axis=1), *scales]
    a = network.apply("Conv", [a, weights(12, 16, 3, 2)], 0.3, zero, bias(12), strides=[2, 1], pads=[1, 0, 0, 1])
    a = network.apply("AveragePool", [a], 0.25, 1, domain=MICROSOFT, kernel_shape=[2, 2], pads=[1, 1, 0, 0])
    a = network.apply("GlobalAveragePool", [a], 0.1, zero, domain=MICROSOFT)
    a = [network.node("Flatten", a[:1]), *a[1:]]
    a = network.apply("Gemm", [a, weights(20, 12, count=20)], 0.1, zero, bias(20), MICROSOFT, axis=0, transB=1)
    a = network.apply("MatMul", [a, weights(20, 10, count=10)], 0.1, 5, axis=1)
    network.save(path, (2, 3, 9, 10), network.dequantize(a))


@pytest.mark.parametrize("dtype, zero", [(np.uint8, 128), (np.int8, -20)])
def test_same_as_spelled_out(dtype, zero, tmp_path):
    """Both forms give the same bits, by kernels of bytes; compiled code is a level away at most where it rounds a tie."""
    x = np.random.default_rng(0).normal(0, 2, (2, 3, 9, 10)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    outputs, kernels = [], []
    for spelled_out in (False, True):
        path = tmp_path / f"m{spelled_out:d}.onnx"
        build_network(spelled_out, dtype, zero, path)
        for engine in ("reference",) if spelled_out else ("reference", "native"):
            result = run(BUILD / "bin" / "qnn-run", path, f"--engine={engine}", "--input", f"x={tmp_path}/x.npy",
                         "--output", f"y={tmp_path}/y.npy")  # fmt: skip
            assert result.returncode == 0, result.stdout + result.stderr
            outputs.append(np.load(tmp_path / "y.npy"))
        packed = run(BUILD / "bin" / "qnn-compile", path, "--emit=packed", "-o", "-")
        kernels.append(re.findall(r"qnn\.(?:int8|f32)_\w+", packed.stdout))
    reference, native, spelled_out = outputs
    assert len(np.unique(reference)) > 5
    np.testing.assert_array_equal(reference, spelled_out)
    np.testing.assert_allclose(native, reference, rtol=0, atol=0.11)
    assert kernels[0] == kernels[1]
    assert not any(kernel.startswith("f32") for kernel in kernels[0]) and len(kernels[0]) >= 5, kernels[0]


@pytest.mark.parametrize("dtype, zero", [(np.uint8, 0), (np.uint8, 113), (np.int8, -9)])
def test_convolution(dtype, zero, tmp_path):
    """QLinearConv by ONNX's formula, in integers; scales are powers of two, so that floats are exact."""
    rng = np.random.default_rng(3)
    x = rng.normal(0, 4, (2, 5, 6, 7)).astype(np.float32)
    w = rng.integers(-128, 128, (8, 5, 3, 2)).astype(np.int8)
    bias = rng.integers(-500, 500, 8).astype(np.int32)
    scales = (2.0 ** rng.integers(-8, -5, 8)).astype(np.float32)
    network = Network(False, dtype)
    quantized = network.quantize("x", 2**-4, zero)
    weights = [network.constant(w), network.constant(scales), network.constant(np.zeros(8, np.int8))]
    result = network.apply("Conv", [quantized, weights], 2**-2, zero, bias, pads=[1, 0, 1, 2])
    network.save(tmp_path / "m.onnx", x.shape, network.dequantize(result))

    info = np.iinfo(dtype)
    codes = np.clip(np.rint(x * 16) + zero, info.min, info.max).astype(np.int64) - zero
    codes = np.pad(codes, [(0, 0), (0, 0), (1, 1), (0, 2)])
    windows = np.lib.stride_tricks.sliding_window_view(codes, (3, 2), (2, 3))
    sums = np.einsum("nchwyx,ocyx->nohw", windows, w.astype(np.int64)) + bias.reshape(-1, 1, 1)
    exact = sums * (scales / 16).reshape(-1, 1, 1)
    expected = (np.clip(np.rint(exact * 4) + zero, info.min, info.max) - zero) / 4
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", expected.astype(np.float32))
    # Requantization in one step may miss ties by a level.
    for engine, tolerance in ("reference", 0), ("native", 0.25):
        result = run(BUILD / "bin" / "qnn-run", tmp_path / "m.onnx", f"--engine={engine}", "--input", f"x={tmp_path}/x.npy",
                     "--expect", f"y={tmp_path}/y.npy", "--rtol", "0", "--atol", tolerance)  # fmt: skip
        assert result.returncode == 0, result.stdout + result.stderr
