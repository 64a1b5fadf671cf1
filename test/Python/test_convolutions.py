"""Convolutions of every kind against a plain sum over taps: over one to three dimensions and transposed, of floats and of codes.

All numbers are small integers, so every result is exact, whatever the order of the sums.
"""

import itertools
import os
import pathlib
import random
import subprocess

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get("QNN_BUILD", ROOT / "build"))
DOMAIN = "qonnx.custom_op.general"
FLOAT = TensorProto.FLOAT

pytestmark = pytest.mark.skipif(not (BUILD / "bin" / "qnn-run").exists(), reason=f"nothing is built in {BUILD}")


class Case:
    """A random convolution; it depends on the seed alone."""

    def __init__(self, seed, transposed):
        r = random.Random(seed)
        self.transposed, dims = transposed, r.choice([1, 2] if transposed else [1, 2, 3, 3])
        groups, channels, outputs = r.choice([(1, 1, 1), (1, 3, 5), (1, 33, 4), (2, 4, 6), (3, 3, 3), (1, 32, 33)])
        kernel = [r.randint(1, 4) for _ in range(dims)]
        self.attributes = {
            "group": groups,
            "strides": [r.choice([1, 1, 2, 3]) for _ in range(dims)],
            "dilations": [r.choice([1, 1, 2]) for _ in range(dims)],
        }
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, self.attributes["dilations"])]
        size = [r.randint(1, 3) + n for n in reach]
        if transposed:
            self.attributes["output_padding"] = [r.randint(0, s - 1) for s in self.attributes["strides"]]
            self.attributes["pads"] = [r.randint(0, (n - 1) // 2) for n in reach * 2]
        elif r.random() < 0.7:
            self.attributes["pads"] = [r.randint(0, n) for n in reach * 2]
        image = [r.choice([1, 2]), channels, *size]
        filters = [channels, outputs // groups] if transposed else [outputs, channels // groups]
        numbers = np.random.default_rng(seed)
        self.bipolar = r.random() < 0.5
        self.x = self.draw(numbers, image)
        self.w = self.draw(numbers, filters + kernel)
        self.bias = numbers.integers(-3, 4, outputs).astype(np.float32)

    def draw(self, numbers, shape):
        if self.bipolar:
            return numbers.choice([-1, 1], shape).astype(np.float32)
        return numbers.integers(-4, 4, shape).astype(np.float32)

    def expected(self):
        """Each tap adds a strided view of the image to the result, or of the result to the image."""
        groups, strides, dilations = (self.attributes[key] for key in ("group", "strides", "dilations"))
        kernel, dims = self.w.shape[2:], len(self.w.shape) - 2
        pads = self.attributes.get("pads", [0] * 2 * dims)
        extra = self.attributes.get("output_padding", [0] * dims)
        size, reach = self.x.shape[2:], [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
        if self.transposed:
            # The image is what a convolution would make of the padded result.
            padded = [(n - 1) * s + r + e for n, s, r, e in zip(size, strides, reach, extra)]
            counts = size
        else:
            padded = [n + pads[d] + pads[dims + d] for d, n in enumerate(size)]
            counts = [(n - r) // s + 1 for n, r, s in zip(padded, reach, strides)]
        inside = [slice(pads[d], n - pads[dims + d]) for d, n in enumerate(padded)]
        batch, channels, outputs = self.x.shape[0], self.x.shape[1] // groups, len(self.bias) // groups
        x = self.x.reshape(batch, groups, channels, *size)
        if self.transposed:
            w = self.w.reshape(groups, channels, outputs, *kernel)
            wide = np.zeros((batch, groups, outputs, *padded), np.float32)
        else:
            w = self.w.reshape(groups, outputs, channels, *kernel).swapaxes(1, 2)
            wide = np.zeros((batch, groups, channels, *padded), np.float32)
            wide[(..., *inside)] = x
            y = np.zeros((batch, groups, outputs, *counts), np.float32)
        for tap in itertools.product(*map(range, kernel)):
            at = [slice(t * d, t * d + (n - 1) * s + 1, s) for t, d, n, s in zip(tap, dilations, counts, strides)]
            if self.transposed:
                wide[(..., *at)] += np.einsum("bgc...,gco->bgo...", x, w[(..., *tap)])
            else:
                y += np.einsum("bgc...,gco->bgo...", wide[(..., *at)], w[(..., *tap)])
        y = wide[(..., *inside)] if self.transposed else y
        return y.reshape(batch, groups * outputs, *y.shape[3:]) + self.bias.reshape(-1, *[1] * dims)

    def model(self, quantized):
        """The operator alone, or of quantizers that change nothing."""
        initializers = [numpy_helper.from_array(self.w, "w"), numpy_helper.from_array(self.bias, "b")]
        nodes, x, w = [], "x", "w"
        if quantized:
            initializers.append(numpy_helper.from_array(np.float32(1), "one"))
            initializers.append(numpy_helper.from_array(np.float32(0), "zero"))
            initializers.append(numpy_helper.from_array(np.float32(4), "bits"))
            name, rest, attributes = "BipolarQuant", ["one"], {}
            if not self.bipolar:
                name, rest = "Quant", ["one", "zero", "bits"]
                attributes = {"signed": 1, "narrow": 0, "rounding_mode": "ROUND"}
            nodes = [helper.make_node(name, [v, *rest], [v + "q"], domain=DOMAIN, **attributes) for v in "xw"]
            x, w = "xq", "wq"
        op = "ConvTranspose" if self.transposed else "Conv"
        nodes.append(helper.make_node(op, [x, w, "b"], ["y"], kernel_shape=self.w.shape[2:], **self.attributes))
        graph = helper.make_graph(
            nodes,
            "g",
            [helper.make_tensor_value_info("x", FLOAT, self.x.shape)],
            [helper.make_tensor_value_info("y", FLOAT, None)],
            initializers,
        )
        imports = [helper.make_opsetid("", 17), helper.make_opsetid(DOMAIN, 1)]
        return helper.make_model(graph, opset_imports=imports, ir_version=8)


@pytest.mark.parametrize("transposed", [False, True], ids=["conv", "transposed"])
@pytest.mark.parametrize("seed", range(12))
def test_equals_sum(seed, transposed, tmp_path):
    case = Case(seed, transposed)
    np.save(tmp_path / "x.npy", case.x)
    np.save(tmp_path / "y.npy", case.expected())
    for quantized in (False, True):
        onnx.save(case.model(quantized), tmp_path / "model.onnx")
        command = [BUILD / "bin" / "qnn-run", tmp_path / "model.onnx", "--input", f"x={tmp_path}/x.npy"]
        command += ["--expect", f"y={tmp_path}/y.npy", "--rtol", "0", "--atol", "0"]
        result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        assert result.returncode == 0, f"{case.attributes} {case.x.shape} {case.w.shape}\n{result.stdout}{result.stderr}"
