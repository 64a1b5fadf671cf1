#!/usr/bin/env python3
"""Compares native code with the reference evaluator on random small networks.

Every scale is a power of two and every code between two products has at most
four bits, so that no sum is rounded and all that lies between two products is
integer thresholds: each output must be equal bit for bit, on every target.
Models are written in ONNX's text syntax, so that nothing but Python is needed.
A case depends on its seed alone; a failing one is kept and can be run again:

  fuzz_models.py --work DIR --first SEED --cases 1
"""

import argparse
import math
import pathlib
import random
import subprocess
import sys

DOMAIN = "qonnx.custom_op.general"
CHANNELS = [1, 2, 3, 5, 31, 32, 33, 63, 64, 65]
ROUNDING = ["ROUND", "HALF_UP", "HALF_DOWN", "CEIL", "FLOOR", "UP", "DOWN"]


class Network:
    """A network under construction; `value` is the tensor made last."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.nodes, self.constants, self.count = [], [], 0
        self.value, self.shape = "x", self.first_shape()
        self.header = f"float{self.shape} x"

    def first_shape(self):
        shape = [self.random.choice([1, 1, 2, 3]), self.random.choice(CHANNELS)]
        if self.chance(0.7):
            shape += [self.random.randint(1, 9), self.random.randint(1, 9)]
        return shape

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, *choices):
        return self.random.choice(choices)

    def constant(self, shape, numbers):
        self.count += 1
        text = ", ".join(repr(float(number)) for number in numbers)
        dims = str(list(shape)) if shape else ""
        self.constants.append(f"float{dims} c{self.count} = {{{text}}}")
        return f"c{self.count}"

    def node(self, op, *operands, **attributes):
        self.count += 1
        result = f"t{self.count}"
        text = ", ".join(f"{key} = {value}" for key, value in attributes.items())
        text = f"<{text}>" if text else ""
        self.nodes.append(f"{result} = {op} {text} ({', '.join(operands)})")
        return result

    def apply(self, op, *operands, **attributes):
        self.value = self.node(op, self.value, *operands, **attributes)

    # Quantizers

    def powers(self, shape, axis):
        """Scales: one, or one for each index of `axis`."""
        if self.chance(0.7):
            return self.constant([], [2.0 ** self.random.randint(-4, 2)])
        dims = [size if d == axis else 1 for d, size in enumerate(shape)]
        scales = [2.0 ** self.random.randint(-4, 2) for _ in range(shape[axis])]
        return self.constant(dims, scales)

    def quantize(self, value, scale, bits, signed):
        zero, width = self.constant([], [0]), self.constant([], [bits])
        return self.node(
            f"{DOMAIN}.Quant", value, scale, zero, width,
            signed=int(signed), narrow=int(bits > 1 and self.chance(0.3)),
            rounding_mode=f'"{self.pick(*ROUNDING)}"')

    def activations(self, deviation, bits):
        scale = 2.0 ** round(math.log2(max(deviation, 0.1) * 4 / 2**bits))
        if self.chance(0.3):
            scale = self.constant([], [scale])
            return self.apply(f"{DOMAIN}.BipolarQuant", scale)
        scale = self.constant([], [scale])
        self.value = self.quantize(self.value, scale, bits, self.chance(0.5))

    def weights(self, shape, axis):
        numbers = [self.random.randint(-12, 12) / 4 for _ in range(math.prod(shape))]
        values, scale = self.constant(shape, numbers), self.powers(shape, axis)
        if self.chance(0.4):
            return self.node(f"{DOMAIN}.BipolarQuant", values, scale)
        return self.quantize(values, scale, self.pick(1, 2, 2, 3, 4, 8), self.chance(0.8))

    # Products

    def window(self, kernel, strides, dilations):
        """Pads, grown until the window fits, and the size of the result."""
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
        pads = [self.random.randint(0, 2) if self.chance(0.5) else 0 for _ in range(4)]
        for i in range(2):
            pads[i] += max(0, reach[i] - self.shape[2 + i] - pads[i] - pads[2 + i])
        size = [(self.shape[2 + i] + pads[i] + pads[2 + i] - reach[i]) // strides[i] + 1
                for i in range(2)]
        return pads, size

    def convolve(self):
        channels = self.shape[1]
        kernel = [self.random.randint(1, 5), self.random.randint(1, 5)]
        strides = [self.pick(1, 1, 2, 3), self.pick(1, 1, 2, 3)]
        dilations = [self.pick(1, 1, 2), self.pick(1, 1, 2)]
        pads, size = self.window(kernel, strides, dilations)
        groups, outputs = 1, self.random.choice(CHANNELS)
        if self.chance(0.3):
            groups = self.random.choice([g for g in range(1, channels + 1) if channels % g == 0])
            outputs = groups * self.pick(1, 2, 3)
        weights = self.weights([outputs, channels // groups, *kernel], 0)
        self.apply("Conv", weights, kernel_shape=kernel, strides=strides, pads=pads,
                   dilations=dilations, group=groups)
        self.shape = [self.shape[0], outputs, *size]
        return channels // groups * kernel[0] * kernel[1]

    def convolve_same(self, outputs, kernel, stride):
        """A convolution that only the stride makes smaller."""
        inputs, pad = self.shape[1], kernel // 2
        self.apply("Conv", self.weights([outputs, inputs, kernel, kernel], 0), kernel_shape=[kernel] * 2,
                   strides=[stride] * 2, pads=[pad] * 4)
        size = [(size + 2 * pad - kernel) // stride + 1 for size in self.shape[2:]]
        self.shape = [self.shape[0], outputs, *size]
        return math.sqrt(inputs * kernel**2)

    def block(self):
        """Two convolutions and a shortcut, whose sum is quantized."""
        before, outputs, stride = (self.value, list(self.shape)), self.shape[1], 1
        if self.chance(0.5):
            outputs, stride = self.random.choice(CHANNELS), self.pick(1, 2)
        self.activations(self.convolve_same(outputs, self.pick(1, 3), stride), self.pick(2, 3, 4))
        deviation = self.convolve_same(outputs, self.pick(1, 3), 1)
        if self.chance(0.3):
            self.normalize(deviation)
        if self.chance(0.5):
            self.activations(deviation, self.pick(2, 3, 4))
        inner, shape = self.value, list(self.shape)
        self.value, self.shape = before
        if self.shape != shape:
            other = self.convolve_same(outputs, 1, stride)
            if self.chance(0.5):
                self.activations(other, self.pick(2, 3, 4))
        self.apply("Add", inner)
        if self.chance(0.5):
            self.apply("Relu")
        self.activations(deviation, self.pick(1, 2, 3, 4))

    def stream(self):
        """Floats to which convolutions of their signs add, as in Bi-Real nets."""
        channels, one = self.shape[1], self.constant([], [1])
        if self.chance(0.5):
            channels = self.random.choice(CHANNELS)
        deviation = self.convolve_same(channels, self.pick(1, 3), self.pick(1, 1, 2))
        self.normalize(deviation)
        for _ in range(self.random.randint(1, 2)):
            floats = self.value
            if self.chance(0.7):
                self.apply(f"{DOMAIN}.BipolarQuant", one)
            else:
                self.activations(deviation, self.pick(2, 3))
            self.normalize(self.convolve_same(channels, 3, 1))
            self.apply("Add", floats)
        self.activations(deviation, self.pick(1, 2, 3, 4))

    def multiply(self):
        inputs, outputs = self.shape[1], self.random.choice(CHANNELS)
        if self.chance(0.5):
            self.apply("MatMul", self.weights([inputs, outputs], 1))
        else:
            self.apply("Gemm", self.weights([outputs, inputs], 0), transB=1)
        self.shape = [self.shape[0], outputs]
        return inputs

    # Between products

    def channel_constant(self, numbers):
        return self.constant([self.shape[1]] + [1] * (len(self.shape) - 2), numbers)

    def normals(self, deviation=1.0):
        return [self.random.gauss(0, deviation) for _ in range(self.shape[1])]

    def normalize(self, deviation):
        size = self.pick(1, 1, 1, -1, 1e-20, 1e15)
        gamma = [g * size if self.chance(0.9) else 0.0 for g in self.normals()]
        if self.chance(0.5):
            gamma = [abs(g) for g in gamma]
        vectors = [gamma, self.normals(), self.normals(deviation),
                   [deviation**2 * self.random.uniform(0.3, 2) for _ in gamma]]
        self.apply("BatchNormalization", *[self.constant([len(v)], v) for v in vectors])

    def pool(self):
        kernel = [min(self.random.randint(1, 3), size) for size in self.shape[2:]]
        strides = [self.random.randint(1, 3) for _ in range(2)]
        pads = [self.random.randint(0, kernel[i % 2] - 1) for i in range(4)]
        self.apply("MaxPool", kernel_shape=kernel, strides=strides, pads=pads)
        self.shape[2:] = [
            (self.shape[2 + i] + pads[i] + pads[2 + i] - kernel[i]) // strides[i] + 1
            for i in range(2)]

    def pointwise(self, deviation):
        op = self.pick("norm", "norm", "norm", "Relu", "LeakyRelu", "Add", "Mul", "Neg", "Clip", "Abs")
        if op == "norm":
            self.normalize(deviation)
        elif op == "LeakyRelu":
            self.apply(op, alpha=self.pick(0.125, -0.25, 1.5))
        elif op in ("Add", "Mul"):
            self.apply(op, self.channel_constant(self.normals(deviation if op == "Add" else 1)))
        elif op == "Clip":
            bounds = [self.constant([], [bound * deviation]) for bound in (-0.5, 1)]
            self.apply(op, *bounds)
        else:
            self.apply(op)

    def layer(self):
        spatial, before = len(self.shape) == 4, (self.value, list(self.shape))
        length = self.convolve() if spatial else self.multiply()
        deviation = math.sqrt(length)
        if spatial and self.chance(0.2):
            self.pool()
        for _ in range(self.random.randint(0, 2)):
            self.pointwise(deviation)
        if self.shape == before[1] and self.chance(0.5):
            self.apply("Add", before[0])
        self.activations(deviation, self.pick(1, 2, 2, 3, 4))
        if spatial and self.chance(0.2):
            self.pool()
        if spatial and self.chance(0.3):
            self.apply("Flatten", axis=1)
            self.shape = [self.shape[0], math.prod(self.shape[1:])]

    def text(self):
        self.activations(0.5, self.random.randint(1, 8))
        for _ in range(self.random.randint(1, 3)):
            spatial = len(self.shape) == 4
            (self.pick(self.block, self.stream) if spatial and self.chance(0.5) else self.layer)()
        if self.chance(0.5):  # a head: sums as floats
            self.convolve() if len(self.shape) == 4 else self.multiply()
        constants = ",\n ".join(self.constants)
        nodes = "\n ".join(self.nodes)
        return (f'<ir_version: 8, opset_import: ["": 13, "{DOMAIN}": 1]>\n'
                f"g ({self.header}) => (float{self.shape} {self.value})\n"
                f"<{constants}>\n{{{nodes}}}\n")


def run(seed, work, tool, targets):
    """None, or what the tool says."""
    path = work / f"model-{seed}.onnxtxt"
    path.write_text(Network(seed).text())
    target = targets[seed % len(targets)]
    command = [tool, str(path), "--compare", "--rtol=0", "--atol=0", f"--seed={seed}", f"--target={target}"]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode == 0:
        path.unlink()
        return None
    return f"{' '.join(command)}\n  {result.stderr.strip() or result.returncode}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("."), help="folder for models that differ")
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--cases", type=int, default=25)
    parser.add_argument("--targets", default="native", help="separated by commas; cases take them in turn")
    parser.add_argument("--tool", default="qnn-run")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    seeds = range(options.first, options.first + options.cases)
    failures = [text for seed in seeds
                if (text := run(seed, options.work, options.tool, options.targets.split(",")))]
    for text in failures:
        print(text)
    print(f"{options.cases - len(failures)} of {options.cases} networks equal")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
