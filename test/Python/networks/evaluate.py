"""What a network must compute: ONNX's own evaluator, with the operators that it lacks or is slow at."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

QONNX = "qonnx.custom_op.general"
MICROSOFT = "com.microsoft"
ROUNDING = {
    "ROUND": np.rint,
    "CEIL": np.ceil,
    "FLOOR": np.floor,
    "UP": lambda x: np.sign(x) * np.ceil(np.abs(x)),
    "DOWN": lambda x: np.sign(x) * np.floor(np.abs(x)),
    "HALF_UP": lambda x: np.sign(x) * np.floor(np.abs(x) + np.float32(0.5)),
    "HALF_DOWN": lambda x: np.sign(x) * np.ceil(np.abs(x) - np.float32(0.5)),
}


def same_pads(size, reach, strides, upper):
    """Pads that make ceil(size / stride) of each size."""
    totals = [max((-(-n // s) - 1) * s + r - n, 0) for n, r, s in zip(size, reach, strides)]
    small, large = [t // 2 for t in totals], [t - t // 2 for t in totals]
    return small + large if upper else large + small


def windows(x, kernel, strides, dilations, pads, border=0):
    """Views [N, C, outputs..., taps...] of an image with a border."""
    n = len(kernel)
    x = np.pad(x, [(0, 0), (0, 0), *zip(pads[:n], pads[n:])], constant_values=border)
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    view = sliding_window_view(x, reach, axis=tuple(range(2, 2 + n)))
    return view[(slice(None), slice(None), *(slice(None, None, s) for s in strides),
                 *(slice(None, None, d) for d in dilations))]  # fmt: skip


def convolve(x, w, bias, auto_pad, dilations, group, pads, strides):
    """In 64 bits, rounded once by the caller."""
    n, kernel = w.ndim - 2, w.shape[2:]
    dilations, strides, pads = dilations or [1] * n, strides or [1] * n, pads or [0] * 2 * n
    if auto_pad in ("SAME_UPPER", "SAME_LOWER"):
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
        pads = same_pads(x.shape[2:], reach, strides, auto_pad == "SAME_UPPER")
    view = windows(x.astype(np.float64), kernel, strides, dilations, pads)
    contracted = [1, *range(2 + n, 2 + 2 * n)], list(range(1, 2 + n))
    parts = [np.tensordot(image, filters.astype(np.float64), contracted)
             for image, filters in zip(np.split(view, group, axis=1), np.split(w, group))]  # fmt: skip
    result = np.moveaxis(np.concatenate(parts, axis=-1), -1, 1)
    return result if bias is None else result + bias.reshape(-1, *[1] * n)


def dequantize(x, scale, zero_point, axis=None):
    shape = [1] * x.ndim
    if axis is not None and np.size(scale) > 1:
        shape[axis] = np.size(scale)
    scale, zero_point = [np.reshape(v, shape if np.size(v) > 1 else []) for v in (scale, 0 if zero_point is None else zero_point)]
    return ((x.astype(np.int64) - zero_point.astype(np.int64)).astype(np.float32) * scale).astype(np.float32)


def quantize(x, scale, zero_point):
    info = np.iinfo(zero_point.dtype)
    return np.clip(np.rint(x.astype(np.float32) / scale) + int(zero_point), info.min, info.max).astype(zero_point.dtype)


class Rounding:
    """What sums may be off by, for those who want to know which numbers depend on it: a generator, or None."""

    generator = None

    @classmethod
    def of(cls, sums):
        if cls.generator is not None:
            sums = sums + cls.generator.normal(0, 1e-6 * np.abs(sums).mean(), sums.shape)
        return sums.astype(np.float32)


class Conv(OpRun):
    op_domain = ""

    def _run(self, x, w, b=None, auto_pad=None, dilations=None, group=None, kernel_shape=None, pads=None, strides=None):
        return (Rounding.of(convolve(x, w, b, auto_pad, dilations, group, pads, strides)),)


class MatMul(OpRun):
    op_domain = ""

    def _run(self, a, b):
        return (Rounding.of(a.astype(np.float64) @ b.astype(np.float64)),)


class Gemm(OpRun):
    op_domain = ""

    def _run(self, a, b, c=None, alpha=None, beta=None, transA=None, transB=None):
        a, b = [m.astype(np.float64).T if turned else m.astype(np.float64) for m, turned in ((a, transA), (b, transB))]
        return (Rounding.of(alpha * (a @ b) + (0 if c is None else beta * c)),)


class MaxPool(OpRun):
    op_domain = ""

    def _run(self, x, auto_pad=None, ceil_mode=None, dilations=None, kernel_shape=None, pads=None, storage_order=None,
             strides=None):  # fmt: skip
        n, strides = len(kernel_shape), strides or [1] * len(kernel_shape)
        pads, dilations = list(pads or [0] * 2 * n), dilations or [1] * n
        for d in range(n if ceil_mode else 0):
            reach = (kernel_shape[d] - 1) * dilations[d] + 1
            left = (x.shape[2 + d] + pads[d] + pads[n + d] - reach) % strides[d]
            starts = x.shape[2 + d] + pads[d] + pads[n + d] - reach - left + strides[d]
            pads[n + d] += strides[d] - left if left and starts < x.shape[2 + d] + pads[d] else 0
        least = -np.inf if x.dtype == np.float32 else np.iinfo(x.dtype).min
        view = windows(x, kernel_shape, strides, dilations, pads, least)
        return (view.max(axis=tuple(range(2 + n, 2 + 2 * n))),)


class GlobalMaxPool(OpRun):
    op_domain = ""

    def _run(self, x):
        return (x.max(axis=tuple(range(2, x.ndim)), keepdims=True),)


class BatchNormalization(OpRun):
    """Of inference: up to operator set 13 the evaluator moves the statistics towards the batch's."""

    op_domain = ""

    def _run(self, x, scale, bias, mean, variance, epsilon=None, momentum=None, training_mode=None):
        vectors = scale, bias, mean, variance
        scale, bias, mean, variance = [v.astype(np.float64).reshape(-1, *[1] * (x.ndim - 2)) for v in vectors]
        return ((scale * (x - mean) / np.sqrt(variance + epsilon) + bias).astype(np.float32),)


class QuantizeLinear(OpRun):
    op_domain = ""

    def _run(self, x, scale, zero_point=None, axis=None, block_size=None, output_dtype=None, saturate=None, precision=None):
        return (quantize(x, scale, np.uint8(0) if zero_point is None else zero_point),)


class DequantizeLinear(OpRun):
    op_domain = ""

    def _run(self, x, scale, zero_point=None, axis=1, block_size=None, output_dtype=None):
        return (dequantize(x, scale, zero_point, axis),)


class ConvInteger(OpRun):
    op_domain = ""

    def _run(self, x, w, xz=None, wz=None, auto_pad=None, dilations=None, group=None, kernel_shape=None, pads=None,
             strides=None):  # fmt: skip
        x = x.astype(np.int64) - (0 if xz is None else xz.astype(np.int64))
        w = w.astype(np.int64) - (0 if wz is None else wz.astype(np.int64))
        return (convolve(x, w, None, auto_pad, dilations, group, pads, strides).astype(np.int32),)


class QLinearConv(OpRun):
    op_domain = ""

    def _run(self, x, xs, xz, w, ws, wz, ys, yz, b=None, auto_pad=None, dilations=None, group=None, kernel_shape=None,
             pads=None, strides=None):  # fmt: skip
        x, w = dequantize(x, xs, xz), dequantize(w, ws, wz, 0)
        if b is not None:
            b = b * (xs * ws).astype(np.float64)
        return (quantize(convolve(x, w, b, auto_pad, dilations, group, pads, strides), ys, yz),)


class QLinearMatMul(OpRun):
    op_domain = ""

    def _run(self, a, a_scale, az, b, b_scale, bz, ys, yz):
        a = dequantize(a, a_scale, az, a.ndim - 2).astype(np.float64)
        b = dequantize(b, b_scale, bz, b.ndim - 1).astype(np.float64)
        return (quantize(a @ b, ys, yz),)


class QLinearAdd(OpRun):
    op_domain = MICROSOFT

    def _run(self, a, a_scale, az, b, b_scale, bz, ys, yz):
        return (quantize(dequantize(a, a_scale, az) + dequantize(b, b_scale, bz), ys, yz),)


class QLinearMul(OpRun):
    op_domain = MICROSOFT

    def _run(self, a, a_scale, az, b, b_scale, bz, ys, yz):
        return (quantize(dequantize(a, a_scale, az) * dequantize(b, b_scale, bz), ys, yz),)


class QLinearLeakyRelu(OpRun):
    op_domain = MICROSOFT

    def _run(self, x, xs, xz, ys, yz, alpha=None):
        x = dequantize(x, xs, xz)
        return (quantize(np.where(x < 0, x * np.float32(alpha), x), ys, yz),)


class QLinearGlobalAveragePool(OpRun):
    op_domain = MICROSOFT

    def _run(self, x, xs, xz, ys, yz, channels_last=None):
        mean = dequantize(x, xs, xz).mean(axis=tuple(range(2, x.ndim)), keepdims=True, dtype=np.float64)
        return (quantize(mean, ys, yz),)


class QLinearConcat(OpRun):
    op_domain = MICROSOFT

    def _run(self, ys, yz, *parts, axis=None):
        floats = [dequantize(*parts[i:i + 3]) for i in range(0, len(parts), 3)]
        return (quantize(np.concatenate(floats, axis=axis), ys, yz),)


class Quant(OpRun):
    op_domain = QONNX

    def _run(self, x, scale, zero_point, bits, signed=None, narrow=None, rounding_mode=None):
        if bits == 1 and signed and not np.any(zero_point):
            return (np.where(x >= 0, scale, -scale).astype(np.float32),)
        least = -2.0 ** (bits - 1) + narrow if signed else 0.0
        greatest = 2.0 ** (bits - 1) - 1 if signed else 2.0**bits - 1 - narrow
        codes = ROUNDING[rounding_mode](np.clip(x / scale + zero_point, least, greatest))
        return (((codes - zero_point) * scale).astype(np.float32),)


class BipolarQuant(OpRun):
    op_domain = QONNX

    def _run(self, x, scale):
        return (np.where(x >= 0, scale, -scale).astype(np.float32),)


OPERATORS = [
    BatchNormalization, BipolarQuant, Conv, ConvInteger, DequantizeLinear, Gemm, GlobalMaxPool, MatMul, MaxPool, QLinearAdd,
    QLinearConcat, QLinearConv, QLinearGlobalAveragePool, QLinearLeakyRelu, QLinearMatMul, QLinearMul, Quant, QuantizeLinear,
]  # fmt: skip


def evaluate(model, feeds, rounding=None):
    Rounding.generator = rounding
    with np.errstate(all="ignore"):
        return ReferenceEvaluator(model, new_ops=list(OPERATORS)).run(None, feeds)
