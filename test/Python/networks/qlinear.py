"""Operators on integers, ONNX's and ONNX Runtime's."""

import math

import numpy as np

from .evaluate import MICROSOFT


class QLinear:
    """The part of a network that is chains of such operators."""

    def qlinear(self):
        """A chain of operators on integers."""
        q = self.linear(self.x, integers=True)
        for _ in range(self.integer(1, 3)):
            q = self.pick(*[self.qlinear_product] * 2, self.qlinear_add, self.qlinear_pointwise, self.qlinear_pool)(q)
        self.x = self.node("DequantizeLinear", *q)

    def result_linear(self, spread, dtype=None):
        dtype = dtype or self.integer_type()
        return self.constant(self.scale_for(spread, 8)), self.constant(self.zero_point(dtype))

    def qlinear_product(self, q):
        integers, scale, zero = q
        self.x = integers
        shape, dtype = self.shape, self.values[zero].dtype.type
        floats = self.node("DequantizeLinear", *q)
        del self.nodes[-1]
        spread = self.spread(floats)
        if len(shape) == 4:
            window = self.window()
            groups, outputs = self.groups(shape[1])
            dims = [outputs, shape[1] // groups, *window["kernel_shape"]]
            operands = self.linear_operands(dims, 0)
            linear = self.result_linear(spread, dtype)
            bias = [self.constant(self.rng.integers(-2000, 2000, outputs).astype(np.int32))] if self.chance(0.5) else []
            if groups > 1:
                window["group"] = groups
            return (self.node("QLinearConv", *q, *operands, *linear, *bias, **window), *linear)
        outputs = self.channels()
        operands, linear = self.linear_operands([shape[-1], outputs], 1), self.result_linear(spread, dtype)
        return (self.node("QLinearMatMul", *q, *operands, *linear), *linear)

    def linear_operands(self, dims, axis):
        """Weights of integers, their scale and zero point."""
        deviation = 1 / math.sqrt(math.prod(dims) / dims[axis])
        floats = self.rng.normal(0, deviation, dims).astype(np.float32)
        return [self.constant(array) for array in self.weight_integers(floats, axis, 0.8 * deviation)]

    def qlinear_add(self, q):
        spread = self.values[q[1]] * 60
        linear = self.result_linear(float(spread), self.values[q[2]].dtype.type)
        if self.chance(0.5):
            return (self.node(self.pick("QLinearAdd", "QLinearMul"), *q, *q, *linear, domain=MICROSOFT), *linear)
        if len(self.values[q[0]].shape) < 2:
            return q
        return (self.node("QLinearConcat", *linear, *q, *q, domain=MICROSOFT, axis=1), *linear)

    def qlinear_pointwise(self, q):
        linear = self.result_linear(float(self.values[q[1]] * 60), self.values[q[2]].dtype.type)
        return (self.node("QLinearLeakyRelu", *q, *linear, domain=MICROSOFT, alpha=self.pick(0.0, 0.1, 0.25)), *linear)

    def qlinear_pool(self, q):
        self.x = q[0]
        if len(self.shape) != 4:
            return q
        if self.chance(0.5):
            linear = self.result_linear(float(self.values[q[1]] * 60), self.values[q[2]].dtype.type)
            return (self.node("QLinearGlobalAveragePool", *q, *linear, domain=MICROSOFT), *linear)
        kernel = [min(2, n) for n in self.shape[2:]]
        return (self.node("MaxPool", q[0], kernel_shape=kernel, strides=kernel), *q[1:])
