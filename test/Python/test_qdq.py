"""Networks of QuantizeLinear and DequantizeLinear: import, and native code against the reference and against ONNX's formulas."""

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

pytestmark = pytest.mark.skipif(not (BUILD / "bin" / "qnn-run").exists(), reason=f"nothing is built in {BUILD}")


def constants(**arrays):
    return [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()]


def save(path, nodes, shape, initializers):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", FLOAT, shape)],
        [helper.make_tensor_value_info("y", FLOAT, None)],
        initializers,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def run(*arguments):
    return subprocess.run([str(a) for a in arguments], capture_output=True, text=True)


def check(folder, x, y):
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)
    result = run(BUILD / "bin" / "qnn-run", folder / "m.onnx", "--input", f"x={folder}/x.npy",
                 "--expect", f"y={folder}/y.npy", "--rtol", "0", "--atol", "0")  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr


def quantize(x, scale, zero, dtype):
    """Rounds to even, then adds the zero point, then saturates."""
    info = np.iinfo(dtype)
    return np.clip(np.rint(x / np.float32(scale)) + zero, info.min, info.max).astype(np.int64)


@pytest.mark.parametrize("dtype, zero", [(np.uint8, 0), (np.uint8, 128), (np.uint8, 113), (np.int8, 0), (np.int8, -7)])
def test_quantizer(dtype, zero, tmp_path):
    """Ties are those of x / scale, whatever the zero point."""
    scale = np.float32(0.5)
    x = np.concatenate([np.arange(-700, 700) / 8, [0.0, -0.0, 0.24999999, 1e30, -1e30]]).astype(np.float32)
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"]),
    ]
    save(tmp_path / "m.onnx", nodes, x.shape, constants(s=scale, z=dtype(zero)))
    expected = (quantize(x, scale, zero, dtype) - zero).astype(np.float32) * scale
    check(tmp_path, x, expected + np.float32(0))


@pytest.mark.parametrize("zero", [0, 128, 113])
@pytest.mark.parametrize("pads", [[0, 0, 0, 0], [1, 0, 1, 2]])
def test_convolution(zero, pads, tmp_path):
    """An int8 layer: scales are powers of two, so that floats are exact."""
    rng = np.random.default_rng(zero)
    x = rng.normal(0, 4, (1, 5, 6, 7)).astype(np.float32)
    w = rng.integers(-128, 128, (8, 5, 3, 2)).astype(np.int8)
    bias = rng.integers(-500, 500, 8).astype(np.int32)
    scales = (2.0 ** rng.integers(-8, -5, 8)).astype(np.float32)
    step = np.float32(2**-4)
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["xq"]),
        helper.make_node("DequantizeLinear", ["xq", "s", "z"], ["xd"]),
        helper.make_node("DequantizeLinear", ["w", "ws", "wz"], ["wd"], axis=0),
        helper.make_node("DequantizeLinear", ["b", "bs"], ["bd"], axis=0),
        helper.make_node("Conv", ["xd", "wd", "bd"], ["y"], pads=pads),
    ]
    zeros = np.zeros(8, np.int8)
    save(tmp_path / "m.onnx", nodes, x.shape,
         constants(s=step, z=np.uint8(zero), w=w, ws=scales, wz=zeros, b=bias, bs=scales * step))  # fmt: skip
    numbers = np.pad(quantize(x, step, zero, np.uint8) - zero,
                     [(0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])])  # fmt: skip
    windows = np.lib.stride_tricks.sliding_window_view(numbers, (3, 2), (2, 3))
    sums = np.einsum("nchwyx,ocyx->nohw", windows, w.astype(np.int64)) + bias.reshape(-1, 1, 1)
    check(tmp_path, x, (sums * (scales * step).reshape(-1, 1, 1)).astype(np.float32))
    report = run(BUILD / "bin" / "qnn-compile", tmp_path / "m.onnx", "--emit=packed", "-o", "-")
    assert "qnn.int8_conv2d" in report.stdout, report.stdout + report.stderr


def test_two_layers(tmp_path):
    """Between two layers there are bytes only; native code equals the reference."""
    rng = np.random.default_rng(1)
    nodes, arrays, value = [], {"s": np.float32(0.05), "z": np.uint8(100)}, "x"
    for i, (inputs, outputs) in enumerate([(40, 33), (33, 10)]):
        arrays[f"w{i}"] = rng.integers(-128, 128, (outputs, inputs)).astype(np.int8)
        arrays[f"ws{i}"] = np.float32(0.01)
        nodes += [
            helper.make_node("QuantizeLinear", [value, "s", "z"], [f"q{i}"]),
            helper.make_node("DequantizeLinear", [f"q{i}", "s", "z"], [f"d{i}"]),
            helper.make_node("DequantizeLinear", [f"w{i}", f"ws{i}"], [f"wd{i}"]),
            helper.make_node("Gemm", [f"d{i}", f"wd{i}"], ["y" if i else "h"], transB=1),
        ]
        value = "h"
    save(tmp_path / "m.onnx", nodes, (1, 40), constants(**arrays))
    result = run(BUILD / "bin" / "qnn-compile", tmp_path / "m.onnx", "--emit=integer", "-o", "-")
    assert result.stdout.count("qnn.imatmul") == 2 and "qnn.requantize" in result.stdout, result.stdout + result.stderr
    result = run(BUILD / "bin" / "qnn-run", tmp_path / "m.onnx", "--compare", "--rtol=1e-5", "--atol=0.7")
    assert result.returncode == 0, result.stdout + result.stderr
