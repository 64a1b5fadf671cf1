"""Products of integers, dynamic quantization and quantizers with steps of their own, against their formulas in numpy."""

import os
import pathlib
import subprocess

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get("QNN_BUILD", ROOT / "build"))
FLOAT = TensorProto.FLOAT
QONNX = "qonnx.custom_op.general"

pytestmark = pytest.mark.skipif(not (BUILD / "bin" / "qnn-run").exists(), reason=f"nothing is built in {BUILD}")


def check(folder, nodes, arrays, x, expected, tolerance=0, opset=17):
    """Runs the network in the reference and compiled; `expected` has an array for each output."""
    outputs = [helper.make_tensor_value_info(name, FLOAT, None) for name in expected]
    inputs = [helper.make_tensor_value_info("x", FLOAT, x.shape)]
    initializers = [
        array if isinstance(array, TensorProto) else numpy_helper.from_array(np.asarray(array), name)
        for name, array in arrays.items()
    ]
    graph = helper.make_graph(nodes, "g", inputs, outputs, initializers)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid(QONNX, 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), folder / "m.onnx")
    np.save(folder / "x.npy", x)
    arguments = ["--input", f"x={folder}/x.npy", "--rtol", tolerance, "--atol", 0]
    for name, array in expected.items():
        np.save(folder / f"{name}.npy", np.asarray(array, np.float32))
        arguments += ["--expect", f"{name}={folder}/{name}.npy"]
    for engine in ("reference", "native"):
        command = [BUILD / "bin" / "qnn-run", folder / "m.onnx", f"--engine={engine}", *arguments]
        result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        assert result.returncode == 0, engine + ": " + result.stdout + result.stderr


def quantize_dynamically(x):
    least, most = np.minimum(x.min(), np.float32(0)), np.maximum(x.max(), np.float32(0))
    scale = (most - least) / np.float32(255)
    zero = np.clip(np.rint(-least / scale), 0, 255)
    return np.clip(np.rint(x / scale) + zero, 0, 255).astype(np.int64), scale, int(zero)


def convolve(numbers, filters, pads):
    numbers = np.pad(numbers, [(0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])])
    windows = np.lib.stride_tricks.sliding_window_view(numbers, filters.shape[2:], (2, 3))
    return np.einsum("nchwyx,ocyx->nohw", windows, filters)


def test_dynamic_convolution(tmp_path):
    """Zero points of both operands; padding holds the input's zero point."""
    rng = np.random.default_rng(1)
    x = rng.normal(0.7, 2, (2, 5, 6, 7)).astype(np.float32)
    w = rng.integers(0, 256, (9, 5, 3, 2)).astype(np.uint8)
    pads = [1, 0, 1, 2]
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
        helper.make_node("ConvInteger", ["q", "w", "z", "wz"], ["padded_i"], pads=pads),
        helper.make_node("ConvInteger", ["q", "v", "z"], ["plain_i"]),
        helper.make_node("Cast", ["padded_i"], ["padded"], to=FLOAT),
        helper.make_node("Cast", ["plain_i"], ["plain_f"], to=FLOAT),
        helper.make_node("Mul", ["plain_f", "s"], ["plain"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["back"]),
    ]
    v = rng.integers(-128, 128, (9, 5, 2, 2)).astype(np.int8)
    codes, scale, zero = quantize_dynamically(x)
    expected = {
        "padded": convolve(codes - zero, w.astype(np.int64) - 131, pads),
        "plain": convolve(codes - zero, v.astype(np.int64), [0] * 4).astype(np.float32) * scale,
        "back": (codes - zero).astype(np.float32) * scale,
    }
    check(tmp_path, nodes, {"w": w, "wz": np.uint8(131), "v": v}, x, expected)


@pytest.mark.parametrize("length", [1, 31, 300])
def test_products(length, tmp_path):
    """Zero points for each column; sums stay below 2^24, where floats are exact."""
    rng = np.random.default_rng(length)
    x = rng.normal(0, 9, (3, length)).astype(np.float32)
    w = rng.integers(-128, 128, (length, 7)).astype(np.int8)
    wz = rng.integers(-3, 4, 7).astype(np.int8)
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("MatMulInteger", ["q", "w", "z"], ["a_i"]),
        helper.make_node("MatMulInteger", ["q", "w", "", "wz"], ["b_i"]),
        helper.make_node("Cast", ["a_i"], ["a"], to=FLOAT),
        helper.make_node("Cast", ["b_i"], ["b"], to=FLOAT),
    ]
    codes = np.clip(np.rint(x / np.float32(0.25)) - 11, -128, 127).astype(np.int64)
    wide = w.astype(np.int64)
    expected = {"a": (codes + 11) @ wide, "b": codes @ (wide - wz)}
    check(tmp_path, nodes, {"s": np.float32(0.25), "z": np.int8(-11), "w": w, "wz": wz}, x, expected)


def test_only_zeros(tmp_path):
    """There is no range to divide by."""
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"]),
    ]
    check(tmp_path, nodes, {}, np.zeros((2, 3), np.float32), {"y": np.zeros((2, 3))})


def float_quant(x, exponent_bits, mantissa_bits, bias, most):
    """Round to the nearest float of that format, to even between two."""
    x = x.astype(np.float64)
    exponent = np.floor(np.log2(np.maximum(np.abs(x), 2.0**-100)))
    quantum = 2.0 ** (np.maximum(exponent, 1 - bias) - mantissa_bits)
    greatest = (2 - 2.0**-mantissa_bits) * 2.0 ** (2**exponent_bits - 1 - bias)
    return np.clip(np.rint(x / quantum) * quantum, -min(greatest, most), min(greatest, most))


def test_float_quant(tmp_path):
    """FP8 in both forms, FP4, and a format without mantissa, over ties and their neighbours."""
    magnitudes = np.concatenate([2.0 ** np.arange(-22, 18), np.arange(0, 40) / 16, [0.0, 6.5, 5, 447, 449, 480, 6e4]])
    magnitudes = np.outer(magnitudes, [1, 1.5, 1.25, 1.0625, 1.1875]).ravel().astype(np.float32)
    magnitudes = np.concatenate([magnitudes, np.nextafter(magnitudes, np.float32(0)), np.nextafter(magnitudes, np.float32(1e9))])
    x = np.concatenate([magnitudes, -magnitudes]).reshape(2, -1)
    formats = {"e4m3": (4, 3, 7, 448.0), "e5m2": (5, 2, 15, 57344.0), "e2m1": (2, 1, 1, 6.0), "e3m0": (3, 0, 3, 1e9)}
    nodes, arrays, expected = [], {"one": np.float32(1)}, {}
    for name, values in formats.items():
        inputs = [f"{name}_{i}" for i in range(4)]
        arrays.update(zip(inputs, map(np.float32, values)))
        nodes.append(helper.make_node("FloatQuant", ["x", "one", *inputs], [name], domain=QONNX))
        expected[name] = float_quant(x, *values)
    check(tmp_path, nodes, arrays, x, expected)


def test_trunc(tmp_path):
    """Both forms: under the scale of the input, and with a scale and bounds of its own."""
    x = (np.arange(-300, 300) / 4).astype(np.float32).reshape(2, -1)
    arrays = {"s": np.float32(0.25), "z": np.float32(4), "in": np.float32(8), "out": np.float32(5), "t": np.float32(1)}
    nodes = [
        helper.make_node("Quant", ["x", "s", "z", "in"], ["q"], domain=QONNX, signed=1, narrow=0),
        helper.make_node("Trunc", ["q", "s", "z", "in", "out"], ["old"], domain=QONNX),
        helper.make_node("Trunc", ["q", "s", "z", "in", "t", "out"], ["new"], domain=QONNX, rounding_mode="ROUND", signed=1),
    ]
    codes = np.clip(np.rint(x * 4 + 4), -128, 127)
    expected = {"old": (np.floor(codes / 8) - 4) * 0.25, "new": np.rint(np.clip(codes / 4, -16, 15)) - 1}
    check(tmp_path, nodes, arrays, x, expected)


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_multi_threshold(layout, tmp_path):
    """A count for each channel; equality reaches. Scaled, around zero, and as a sign."""
    rng = np.random.default_rng(5)
    x = np.round(rng.normal(0, 3, (2, 3, 4, 3)) * 4).astype(np.float32) / 4
    table = np.sort(np.round(rng.normal(0, 3, (3, 7)) * 4) / 4, axis=1).astype(np.float32)
    attributes = {"a": {"out_scale": 0.5}, "b": {"out_bias": -4.0}, "c": {"out_scale": 0.3, "out_bias": 0.1}}
    nodes = [
        helper.make_node("MultiThreshold", ["x", "t"], [name], domain=QONNX, data_layout=layout, **given)
        for name, given in attributes.items()
    ]
    nodes.append(helper.make_node("MultiThreshold", ["x", "one"], ["d"], domain=QONNX, data_layout=layout,
                                  out_scale=2.0, out_bias=-1.0))  # fmt: skip
    shape = (1, 3, 1, 1, 7) if layout == "NCHW" else (1, 1, 1, 3, 7)
    count = (x[..., None] >= table.reshape(shape)).sum(-1).astype(np.float32)
    expected = {"a": count / 2, "b": count - 4, "d": np.where(x >= 0.25, 1, -1)}
    expected["c"] = count * np.float32(0.3) + np.float32(0.1)
    check(tmp_path, nodes, {"t": table, "one": np.array([[0.25]], np.float32)}, x, expected, tolerance=1e-6)


def test_other_widths(tmp_path):
    """16 bits, known by their numbers; constants of 4 bits, with a scale for each block."""
    rng = np.random.default_rng(2)
    x = np.concatenate([rng.normal(0, 60, 200), [1e6, -1e6, 0.0]]).astype(np.float32).reshape(1, -1)
    w = rng.integers(-8, 8, (7, 3))
    scales, zeros = rng.uniform(1, 2, (3, 3)).astype(np.float32), rng.integers(-8, 8, (3, 3))
    int4 = TensorProto.INT4
    arrays = {"s": np.float32(0.125), "z": np.uint16(30000), "ws": scales}
    arrays["w"] = helper.make_tensor("w", int4, w.shape, w.ravel())
    arrays["wz"] = helper.make_tensor("wz", int4, zeros.shape, zeros.ravel())
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"]),
        helper.make_node("DequantizeLinear", ["w", "ws", "wz"], ["blocks"], axis=0, block_size=3),
    ]
    blocks = np.arange(7) // 3
    expected = {"y": (np.clip(np.rint(x * 8) + 30000, 0, 65535) - 30000) / 8}
    expected["blocks"] = (w - zeros[blocks]).astype(np.float32) * scales[blocks]
    check(tmp_path, nodes, arrays, x, expected, opset=21)


def test_choice(tmp_path):
    """What is not chosen may be infinite."""
    infinity = np.float32(np.inf)
    x = np.array([[-infinity, -2, -0.5, 0, 0.5, 1, 2, infinity]], np.float32)
    nodes = [
        helper.make_node("Less", ["x", "half"], ["less"]),
        helper.make_node("LessOrEqual", ["x", "half"], ["less_equal"]),
        helper.make_node("Equal", ["x", "half"], ["equal"]),
        helper.make_node("GreaterOrEqual", ["x", "zero"], ["positive"]),
        helper.make_node("And", ["less", "positive"], ["both"]),
        helper.make_node("Not", ["both"], ["neither"]),
        helper.make_node("Or", ["equal", "less"], ["either"]),
        helper.make_node("Cast", ["x"], ["any"], to=TensorProto.BOOL),
        helper.make_node("Where", ["less", "x", "infinity"], ["a"]),
        helper.make_node("Where", ["neither", "infinity", "x"], ["b"]),
        helper.make_node("Where", ["mask", "x", "zero"], ["c"]),
        *(helper.make_node("Cast", [name], [name + "_f"], to=FLOAT) for name in ("either", "less_equal", "any")),
    ]
    arrays = {"half": np.float32(0.5), "zero": np.float32(0), "infinity": infinity, "mask": np.arange(8) % 2 == 0}
    expected = {
        "a": np.where(x < 0.5, x, infinity),
        "b": np.where((x < 0.5) & (x >= 0), x, infinity),
        "c": np.where(arrays["mask"], x, 0),
        "either_f": x <= 0.5,
        "less_equal_f": x <= 0.5,
        "any_f": x != 0,
    }
    check(tmp_path, nodes, arrays, x, expected)


def test_xnor_popcount(tmp_path):
    """The number of equal bits of a row and a column."""
    rng = np.random.default_rng(4)
    x = rng.integers(0, 2, (3, 37)).astype(np.float32)
    w = rng.integers(0, 2, (37, 5)).astype(np.float32)
    nodes = [helper.make_node("XnorPopcountMatMul", ["x", "w"], ["y"], domain=QONNX)]
    check(tmp_path, nodes, {"w": w}, x, {"y": (x[:, :, None] == w).sum(1)})
