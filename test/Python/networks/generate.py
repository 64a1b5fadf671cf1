"""Random small networks, as exporters of quantized networks write them.

A network is evaluated while it is built, so shapes and the spread of values are
known, and scales fit. All follows from the seed.
"""

import math

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .evaluate import MICROSOFT, QONNX, ROUNDING, evaluate
from .qlinear import QLinear

CHANNELS = [1, 2, 3, 5, 8, 16, 31, 32, 33, 48, 63, 64, 65]
STYLES = ["qonnx", "qonnx", "qdq", "qdq", "qlinear", "float"]


class Network(QLinear):
    """A network under construction; `x` is the tensor made last."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.nodes, self.outputs, self.constants, self.values = [], [], {}, {}
        self.opset = self.pick(13, 17, 21)
        self.style = self.pick(*STYLES)
        self.is_exact = self.chance(0.5)  # scales and weights are dyadic
        self.input = self.first_value()
        self.x = "x"
        self.values["x"] = self.input

    # Choices

    def chance(self, probability):
        return self.rng.random() < probability

    def pick(self, *choices):
        return choices[self.rng.integers(len(choices))]

    def channels(self):
        return self.pick(*CHANNELS)

    def integer(self, least, greatest):
        return int(self.rng.integers(least, greatest + 1))

    def first_value(self):
        rank = self.pick(4, 4, 4, 4, 4, 2, 2, 3, 5)
        spatial = [self.integer(1, 4 if rank == 5 else self.pick(9, 9, 9, 21)) for _ in range(rank - 2)]
        batch = self.pick(1, 1, 2, 3, 17, 40) if rank == 2 else self.pick(1, 1, 1, 2, 3)
        return self.numbers([batch, self.channels(), *spatial])

    def numbers(self, shape):
        """What the network may be fed."""
        numbers = self.rng.normal(0, 1, shape)
        return (np.round(numbers * 8) / 8 if self.is_exact else numbers).astype(np.float32)

    # Nodes

    @property
    def shape(self):
        return list(self.values[self.x].shape)

    @property
    def value(self):
        return self.values[self.x]

    def spread(self, name=None):
        value = self.values[name or self.x]
        return float(np.clip(np.abs(value).mean() * 1.25, 1e-3, 1e6))

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants[name] = self.values[name] = np.asarray(array)
        return name

    def scalar(self, number):
        return self.constant(np.float32(number))

    def model(self, nodes, inputs, outputs, constants):
        def info(name):
            value = self.values[name]
            return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)

        graph = helper.make_graph(nodes, "g", [info(name) for name in inputs], outputs or [info(name) for name in self.outputs],
                                  [numpy_helper.from_array(array, name) for name, array in constants.items()])  # fmt: skip
        opsets = [("", self.opset), (QONNX, 1), (MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=[helper.make_opsetid(*o) for o in opsets],
                                 ir_version=10 if self.opset > 20 else 8)  # fmt: skip

    def node(self, op, *operands, domain="", outputs=1, **attributes):
        names = [f"t{len(self.nodes)}_{i}" if i else f"t{len(self.nodes)}" for i in range(outputs)]
        node = helper.make_node(op, list(operands), names, f"n{len(self.nodes)}", domain=domain, **attributes)
        inputs = [name for name in dict.fromkeys(operands) if name]
        model = self.model([node], inputs, [helper.make_empty_tensor_value_info(name) for name in names], {})
        results = evaluate(model, {name: self.values[name] for name in inputs})
        self.nodes.append(node)
        self.values.update(zip(names, results))
        return names[0] if outputs == 1 else names

    def apply(self, op, *operands, **attributes):
        self.x = self.node(op, self.x, *operands, **attributes)

    def finish(self):
        """The model, with its last tensor as output, and a few others."""
        self.outputs = list(dict.fromkeys([*self.outputs, self.x]))
        model = self.model(self.nodes, ["x"], [], {k: v for k, v in self.constants.items() if self.is_used(k)})
        heads = {self.values[name].shape[0] for name in self.outputs}
        if heads == {1} and self.input.shape[0] == 1 and self.chance(0.4):
            for value in (*model.graph.input, *model.graph.output):
                value.type.tensor_type.shape.dim[0].dim_param = "batch"
        onnx.checker.check_model(model)
        return model

    def samples(self, count):
        """What may be fed: the input that the network was built with, and others."""
        return [self.input, *[self.numbers(self.input.shape) for _ in range(count - 1)]]

    def is_used(self, name):
        return any(name in node.input for node in self.nodes)

    # Quantizers

    def scale_for(self, spread, bits, shape=()):
        """So that codes of `bits` hold about two deviations."""
        scale = spread * 4 / 2**bits * self.rng.uniform(0.5, 2, shape)
        return np.float32(2.0 ** np.round(np.log2(scale)) if self.is_exact else scale)

    def quant(self, value, scale, bits, signed):
        zero = 0.0
        if bits > 1 and self.chance(0.15):
            zero = float(self.integer(-(2**bits) // 2, 2**bits // 2))
        return self.node("Quant", value, self.constant(scale), self.scalar(zero), self.scalar(bits), domain=QONNX,
                         signed=int(signed), narrow=int(bits > 1 and self.chance(0.3)),
                         rounding_mode=self.pick("ROUND", "ROUND", "ROUND", *ROUNDING))  # fmt: skip

    def integer_type(self):
        if self.style == "qdq" and self.opset > 20 and self.chance(0.1):
            return self.pick(np.uint16, np.int16)
        return self.pick(np.uint8, np.int8)

    def dynamic_product(self):
        """A product by integers whose scale and zero point follow from the data."""
        q, scale, zero = self.node("DynamicQuantizeLinear", self.x, outputs=3)
        rank = len(self.shape)
        inputs, outputs = self.shape[-1 if rank != 4 else 1], self.channels()
        if rank == 4:
            window = self.window()
            dims = [outputs, inputs, *window["kernel_shape"]]
        else:
            dims = [inputs, outputs]
        w = self.constant(self.rng.integers(-128, 128, dims).astype(np.int8))
        if rank == 4:
            sums = self.node("ConvInteger", q, w, zero, **window)
        else:
            sums = self.node("MatMulInteger", q, w, zero)
        factor = self.node("Mul", scale, self.scalar(self.scale_for(0.5 / math.sqrt(math.prod(dims) / outputs), 8)))
        self.x = self.node("Mul", self.node("Cast", sums, to=TensorProto.FLOAT), factor)

    def zero_point(self, dtype):
        info = np.iinfo(dtype)
        middle = (info.min + info.max + 1) // 2
        zero = self.pick(0, middle, self.integer(info.min, info.max), middle + self.integer(-9, 9))
        # A line takes the place of the rounding before an odd zero point, and misses ties, which are many of dyadic scales.
        return dtype(zero & ~1 if self.is_exact else zero)

    def linear(self, value, integers=False):
        """QuantizeLinear and, unless integers are wanted, DequantizeLinear."""
        dtype = self.integer_type()
        operands = self.constant(self.scale_for(self.spread(value), 8)), self.constant(self.zero_point(dtype))
        quantized = self.node("QuantizeLinear", value, *operands)
        return (quantized, *operands) if integers else self.node("DequantizeLinear", quantized, *operands)

    def activations(self):
        """Quantizes the current tensor, as the style wants."""
        if self.style == "float" and self.chance(0.7):
            return
        if self.style in ("qdq", "qlinear"):
            self.x = self.linear(self.x)
            return
        kind = self.pick("bipolar", "sign", "quant", "quant", "quant")
        if kind == "bipolar":
            self.apply("BipolarQuant", self.constant(self.scale_for(self.spread(), 2)), domain=QONNX)
        elif kind == "sign":
            above, compare = self.pick((1, "GreaterOrEqual"), (1, "Greater"), (-1, "Less"), (-1, "LessOrEqual"))
            condition, size = self.node(compare, self.x, self.scalar(0)), self.pick(1, 1, 0.25)
            self.x = self.node("Where", condition, self.scalar(above * size), self.scalar(-above * size))
        else:
            bits = self.pick(1, 2, 2, 3, 4, 5, 6, 7, 8)
            along = [1, self.shape[1]] + [1] * (len(self.shape) - 2)
            shape = tuple(along) if self.chance(0.1) else ()
            self.x = self.quant(self.x, self.scale_for(self.spread(), bits, shape), bits, self.chance(0.6))

    def weights(self, shape, axis):
        """Of a product; output channels along `axis`."""
        reach = math.prod(shape) / shape[axis]
        floats = self.rng.normal(0, 1 / math.sqrt(reach), shape)
        if self.is_exact:
            floats = np.round(floats * 8 * math.sqrt(reach)) / 8
        floats = floats.astype(np.float32)
        along = [size if d == axis else 1 for d, size in enumerate(shape)]
        spread = float(np.abs(floats).mean()) + 1e-3
        if self.style == "float" and self.chance(0.6):
            return self.constant(floats)
        if self.style in ("qdq", "qlinear") and self.chance(0.9):
            return self.linear_weights(floats, axis, spread)
        scale_shape = self.pick((), tuple(along), tuple([1] * len(shape)))
        if self.chance(0.35):
            return self.node("BipolarQuant", self.constant(floats), self.constant(self.scale_for(spread, 2, scale_shape)),
                             domain=QONNX)  # fmt: skip
        bits = self.pick(1, 2, 2, 3, 4, 5, 6, 8)
        return self.node("Quant", self.constant(floats), self.constant(self.scale_for(spread, bits, scale_shape)),
                         self.scalar(0), self.scalar(bits), domain=QONNX, signed=int(self.chance(0.85)),
                         narrow=int(bits > 1 and self.chance(0.5)), rounding_mode="ROUND")  # fmt: skip

    def weight_integers(self, floats, axis, spread):
        """Integers, scales and zero points."""
        along = [-1 if d == axis else 1 for d in range(floats.ndim)]
        channels = self.chance(0.6)
        scale = self.scale_for(spread, 8, (floats.shape[axis],) if channels else ())
        dtype = self.pick(np.int8, np.int8, np.int8, np.uint8)
        zero = 0
        if dtype == np.uint8 or self.chance(0.1):
            zero = 128 if dtype == np.uint8 and self.chance(0.7) else self.integer(np.iinfo(dtype).min, np.iinfo(dtype).max)
        info = np.iinfo(dtype)
        integers = np.clip(np.rint(floats / (scale.reshape(along) if channels else scale)) + zero, info.min, info.max)
        return integers.astype(dtype), scale, np.full(np.shape(scale), zero, dtype)

    def linear_weights(self, floats, axis, spread):
        integers, scale, zero = self.weight_integers(floats, axis, spread)
        attributes = {"axis": axis} if scale.ndim else {}
        operands = [self.constant(integers), self.constant(scale)]
        if np.any(zero) or self.chance(0.6):
            operands.append(self.constant(zero))
        return self.node("DequantizeLinear", *operands, **attributes)

    def bias(self, count):
        if self.chance(0.5):
            return []
        numbers = self.rng.normal(0, 1, count)
        return [self.constant(np.float32(np.round(numbers * 4) / 4 if self.is_exact else numbers))]

    # Products

    def window(self, most=5, dilate=True):
        """Attributes of a window that fits: kernel, strides, dilations, pads."""
        size = self.shape[2:]
        rank = len(size)
        kernel = [self.pick(1, 2, 3, 3, 3, self.integer(1, most)) for _ in size]
        strides = [self.pick(1, 1, 1, 2, 3) for _ in size]
        dilations = [self.pick(1, 1, 1, 1, 2, 3) if dilate else 1 for _ in size]
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
        attributes = {"kernel_shape": kernel}
        if strides != [1] * rank or self.chance(0.2):
            attributes["strides"] = strides
        if dilations != [1] * rank:
            attributes["dilations"] = dilations
        if self.chance(0.15):
            attributes["auto_pad"] = self.pick("SAME_UPPER", "SAME_LOWER")
            return attributes
        pads = [self.integer(0, 2) if self.chance(0.5) else 0 for _ in range(2 * rank)]
        if self.chance(0.5):
            pads = [r // 2 for r in reach] * 2
        for i in range(rank):
            pads[i] += max(0, reach[i] - size[i] - pads[i] - pads[rank + i])
        if any(pads):
            attributes["pads"] = pads
        return attributes

    def groups(self, channels):
        """Groups and output channels."""
        if self.chance(0.65):
            return 1, self.channels()
        divisors = [g for g in range(1, channels + 1) if channels % g == 0]
        groups = channels if self.chance(0.5) else self.pick(*divisors)
        return groups, groups * self.pick(1, 1, 1, 2, 3)

    def convolve(self):
        window = self.window()
        channels = self.shape[1]
        groups, outputs = self.groups(channels)
        weights = self.weights([outputs, channels // groups, *window["kernel_shape"]], 0)
        if groups > 1:
            window["group"] = groups
        self.apply("Conv", weights, *self.bias(outputs), **window)

    def convolve_same(self, outputs=None):
        """A convolution that keeps the size."""
        channels, kernel = self.shape[1], self.pick(1, 3)
        outputs = outputs or self.channels()
        rank = len(self.shape) - 2
        weights = self.weights([outputs, channels, *[kernel] * rank], 0)
        self.apply("Conv", weights, *self.bias(outputs), kernel_shape=[kernel] * rank, pads=[kernel // 2] * 2 * rank)

    def convolve_transposed(self):
        self.activations()
        channels, outputs = self.shape[1], self.channels()
        kernel, strides = [[self.integer(1, 3) for _ in range(2)] for _ in range(2)]
        weights = self.weights([channels, outputs, *kernel], 1)
        pads = [self.integer(0, (k - 1) // 2) for k in kernel] * 2
        self.apply("ConvTranspose", weights, *self.bias(outputs), kernel_shape=kernel, strides=strides, pads=pads)

    def multiply(self):
        inputs, outputs = self.shape[-1], self.channels()
        if len(self.shape) > 2 or self.chance(0.5):
            self.apply("MatMul", self.weights([inputs, outputs], 1))
            if self.chance(0.5):
                self.apply("Add", self.constant(self.numbers([outputs])))
        elif self.chance(0.7):
            self.apply("Gemm", self.weights([outputs, inputs], 0), *self.bias(outputs), transB=1)
        else:
            self.apply("Gemm", self.weights([inputs, outputs], 1), *self.bias(outputs), alpha=self.pick(1.0, 0.5),
                       beta=self.pick(1.0, 2.0))  # fmt: skip

    # Between products

    def along_channels(self, numbers):
        axis = 1 if len(self.shape) > 1 else 0
        shape = [-1] + [1] * (len(self.shape) - axis - 1)
        return self.constant(np.float32(numbers).reshape(shape))

    def normals(self, deviation=1.0):
        return self.rng.normal(0, deviation, self.shape[1])

    def batch_norm(self):
        spread, size = self.spread(), self.pick(1, 1, 1, 1, -1, 1e-20, 1e15)
        gamma = np.where(self.rng.random(self.shape[1]) < 0.95, self.normals(), 0)
        gamma = (np.abs(gamma) if self.chance(0.5) else gamma) * size
        vectors = [gamma, self.normals(), self.normals(spread / 2), self.rng.uniform(0.3, 2, len(gamma)) * spread**2]
        self.apply("BatchNormalization", *[self.constant(np.float32(v)) for v in vectors])

    def pointwise(self):
        spread = self.spread()
        op = self.pick("BatchNormalization", "BatchNormalization", "Relu", "Relu", "Clip", "LeakyRelu", "HardSwish", "PRelu",
                       "Add", "Mul", "Sub", "Div", "Neg", "Abs", "Sigmoid", "Tanh", "Elu", "HardSigmoid", "Sqrt", "Pow", "Min",
                       "Max", "Floor", "Softplus", "Relu6", "Hardtanh", "ThresholdedRelu", "Erf", "Exp", "Sign", "Ceil")  # fmt: skip
        if op == "BatchNormalization":
            return self.batch_norm()
        if op in ("Relu6", "Clip", "Hardtanh"):
            bounds = {"Relu6": (0, 6), "Hardtanh": (-1, 1), "Clip": (-0.7 * spread, 1.2 * spread)}[op]
            least = "" if self.chance(0.1) else self.scalar(bounds[0])
            return self.apply("Clip", least, *([self.scalar(bounds[1])] if self.chance(0.9) or not least else []))
        if op in ("LeakyRelu", "Elu", "ThresholdedRelu"):
            return self.apply(op, alpha=self.pick(0.125, 0.01, 1.5, -0.25) if op == "LeakyRelu" else 0.5)
        if op == "PRelu":
            return self.apply(op, self.along_channels(self.normals(0.3)))
        if op in ("Add", "Sub", "Mul", "Div", "Min", "Max"):
            numbers = self.normals(1 if op in ("Mul", "Div") else spread)
            if op == "Div":
                numbers = np.sign(numbers + 1e-9) * (np.abs(numbers) + 0.2)
            operand = self.along_channels(numbers) if self.chance(0.7) else self.scalar(numbers[0])
            if self.chance(0.2) and op != "Div":
                self.x = self.node(op, operand, self.x)
                return None
            return self.apply(op, operand)
        if op == "Sqrt":
            self.apply("Abs")
        if op == "Pow":
            return self.apply(op, self.scalar(2))
        if op == "Exp":
            self.apply("Clip", self.scalar(-5), self.scalar(3))
        if op in ("Floor", "Ceil", "Sign") and self.style == "float":
            return None
        if op == "HardSwish" and self.opset < 14:
            op = "HardSigmoid"
        return self.apply(op)

    def residual(self):
        """A branch of the same shape, added."""
        before = self.x
        if len(self.shape) < 3:
            self.x = self.linear_branch()
        else:
            self.activations()
            self.convolve_same(self.shape[1])
        for _ in range(self.integer(0, 2)):
            self.pointwise()
        if self.chance(0.4):
            self.activations()
        if self.chance(0.3) and self.style == "qdq":
            before = self.linear(before)
        operands = (self.x, before) if self.chance(0.5) else (before, self.x)
        self.x = self.node(self.pick("Add", "Add", "Add", "Mul", "Sub"), *operands)

    def linear_branch(self):
        self.activations()
        features = self.shape[-1]
        return self.node("MatMul", self.x, self.weights([features, features], 1))

    def branches(self):
        """Convolutions side by side, concatenated."""
        if len(self.shape) < 3:
            return
        if self.chance(0.6):
            self.activations()
        before, parts = self.x, []
        for _ in range(self.integer(2, 3)):
            self.x = before
            if self.chance(0.8):
                self.convolve_same()
            if self.chance(0.4):
                self.pointwise()
            if self.chance(0.4):
                self.activations()
            parts.append(self.x)
        self.x = self.node("Concat", *parts, axis=1)

    def excite(self):
        """A factor for each channel, computed from all pixels."""
        if len(self.shape) != 4:
            return
        before, channels = self.x, self.shape[1]
        self.apply("GlobalAveragePool")
        self.activations()
        self.convolve_same(max(1, channels // 4))
        self.apply("Relu")
        self.convolve_same(channels)
        self.apply(self.pick("HardSigmoid", "Sigmoid"))
        self.x = self.node("Mul", before, self.x)

    def attend(self):
        """Products of two computed matrices."""
        if len(self.shape) != 3:
            return
        before, features = self.x, self.shape[-1]
        parts = []
        for _ in range(3):
            self.x = before
            self.apply("MatMul", self.weights([features, features], 1))
            self.activations()
            parts.append(self.x)
        keys = self.node("Transpose", parts[1], perm=[0, 2, 1])
        scores = self.node("MatMul", parts[0], keys)
        scores = self.node("Mul", scores, self.scalar(1 / math.sqrt(features)))
        self.x = self.node("MatMul", self.node("Softmax", scores, axis=-1), parts[2])

    def pool(self):
        if len(self.shape) not in (3, 4):
            return
        kind = self.pick("MaxPool", "MaxPool", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "ReduceMean")
        if kind.startswith("Global"):
            return self.apply(kind)
        if kind == "ReduceMean":
            axes = list(range(2, len(self.shape)))
            extra = {"axes": axes} if self.opset < 18 else {}
            operands = [] if self.opset < 18 else [self.constant(np.int64(axes))]
            return self.apply(kind, *operands, keepdims=1, **extra)
        kernel = [self.integer(1, min(3, n)) for n in self.shape[2:]]
        attributes = {"kernel_shape": kernel, "strides": [self.integer(1, 3) for _ in kernel]}
        if self.chance(0.4):
            attributes["pads"] = [self.integer(0, kernel[i % len(kernel)] - 1) for i in range(2 * len(kernel))]
        if kind == "AveragePool" and self.chance(0.5):
            attributes["count_include_pad"] = 1
        if kind == "MaxPool" and self.chance(0.2) and all(s <= k for s, k in zip(attributes["strides"], kernel)):
            attributes["ceil_mode"] = 1
        self.apply(kind, **attributes)

    def move(self):
        """Reshapes and transposes that exporters leave."""
        shape, rank = self.shape, len(self.shape)
        kind = self.pick("flatten", "flatten", "transpose", "shuffle", "split", "pad", "slice", "there and back", "tokens", "gather",
                         "depth", "norm")  # fmt: skip
        if kind == "flatten" and rank > 2:
            if self.chance(0.5):
                return self.apply("Flatten", axis=1)
            return self.apply("Reshape", self.constant(np.int64([shape[0], -1])))
        if kind == "transpose" and rank > 2:
            return self.apply("Transpose", perm=[0, *(1 + self.rng.permutation(rank - 1)).tolist()])
        if kind == "shuffle" and rank == 4 and shape[1] % 2 == 0:
            self.apply("Reshape", self.constant(np.int64([shape[0], 2, shape[1] // 2, *shape[2:]])))
            self.apply("Transpose", perm=[0, 2, 1, 3, 4])
            return self.apply("Reshape", self.constant(np.int64(shape)))
        if kind == "split" and shape[1] > 1:
            first = self.integer(1, shape[1] - 1)
            parts = self.node("Split", self.x, self.constant(np.int64([first, shape[1] - first])), axis=1, outputs=2)
            self.x = parts[0]
            if self.chance(0.5):
                self.activations()
            self.x = self.node("Concat", *((self.x, parts[1]) if self.chance(0.5) else (parts[1], self.x)), axis=1)
            return None
        if kind == "pad" and rank == 4:
            pads = [0, 0, *[self.integer(0, 2) for _ in range(2)]] * 2
            value = [self.scalar(self.pick(0, 1, -1))] if self.chance(0.5) else []
            return self.apply("Pad", self.constant(np.int64(pads)), *value)
        if kind == "slice":
            starts = [self.integer(0, n // 3) for n in shape[1:]]
            steps = [self.pick(1, 1, 2) for _ in starts]
            operands = [starts, shape[1:], list(range(1, rank)), steps]
            return self.apply("Slice", *[self.constant(np.int64(o)) for o in operands])
        if kind == "there and back" and rank == 4:
            self.apply("Transpose", perm=[0, 2, 3, 1])
            if self.chance(0.5):
                self.activations()
            return self.apply("Transpose", perm=[0, 3, 1, 2])
        if kind == "gather":
            axis = self.integer(1, rank - 1)
            indices = self.rng.integers(-shape[axis], shape[axis], self.integer(1, 5))
            return self.apply("Gather", self.constant(np.int64(indices)), axis=axis)
        if kind == "depth" and rank == 4 and shape[1] % 4 == 0:
            return self.apply("DepthToSpace", blocksize=2, mode=self.pick("DCR", "CRD"))
        if kind == "depth" and rank == 4 and shape[2] % 2 == 0 and shape[3] % 2 == 0:
            return self.apply("SpaceToDepth", blocksize=2)
        if kind == "norm" and rank > 2:
            scale, bias = self.constant(np.float32(self.normals())), self.constant(np.float32(self.normals()))
            return self.apply("InstanceNormalization", scale, bias)
        if kind == "norm" and self.opset >= 17:
            return self.apply("LayerNormalization", self.constant(self.numbers(shape[-1:])), axis=-1)
        if kind == "tokens" and rank == 4:
            self.apply("Reshape", self.constant(np.int64([shape[0], shape[1], -1])))
            return self.apply("Transpose", perm=[0, 2, 1])
        return None

    # The whole

    def layer(self):
        self.activations()
        if len(self.shape) == 2 or (len(self.shape) == 3 and self.chance(0.7)):
            self.multiply()
        else:
            self.convolve()
        if len(self.shape) > 2 and self.chance(0.15):
            self.pool()
        for _ in range(self.integer(0, 2)):
            self.pointwise()

    def build(self):
        if self.style == "qlinear":
            self.qlinear()
        else:
            self.layer()
        for _ in range(self.integer(1, 4)):
            part = self.pick(*[self.layer] * 4, *[self.residual, self.pool, self.move] * 2, self.branches, self.excite, self.attend,
                             self.pointwise, self.activations)  # fmt: skip
            if self.style == "qlinear" and self.chance(0.4):
                part = self.qlinear
            if self.style == "float" and self.chance(0.2):
                part = self.dynamic_product
            if len(self.shape) == 4 and self.chance(0.06):
                part = self.convolve_transposed
            part()
            if self.x != "x" and self.chance(0.05):
                self.outputs.append(self.x)
        if self.chance(0.1):
            self.outputs.append(self.node("ArgMax", self.x, axis=1))
        if self.chance(0.2):
            self.apply("Softmax", axis=self.pick(1, -1))
        elif self.chance(0.2):
            self.activations()
        return self
