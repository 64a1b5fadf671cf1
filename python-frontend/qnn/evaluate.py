"""Evaluates a QONNX file in numpy, node by node: a second opinion on the compiler's results.

Knows the nodes that networks of convolutions and matrix products are made of,
and no others. Products of +-1 are exact in f32 here, so that results agree
with compiled code bit for bit up to the last quantizer.
"""

import argparse

import numpy as np
from onnx import helper, load, numpy_helper


def convolve(x, weight, pads=(0, 0, 0, 0), strides=(1, 1), dilations=(1, 1), group=1, kernel_shape=None):
    if tuple(dilations) != (1, 1) or group != 1:
        raise NotImplementedError("Conv with dilations or groups")
    top, left, bottom, right = pads
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::strides[0], ::strides[1]]
    n, c, h, w = windows.shape[:4]
    columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, -1)
    return (columns @ weight.reshape(len(weight), -1).T).reshape(n, h, w, -1).transpose(0, 3, 1, 2)


def max_pool(x, kernel_shape, strides=(1, 1), pads=(0, 0, 0, 0), dilations=(1, 1), ceil_mode=0):
    if any(pads) or tuple(dilations) != (1, 1) or ceil_mode:
        raise NotImplementedError("MaxPool with pads, dilations or ceil_mode")
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel_shape, axis=(2, 3))
    return windows[:, :, ::strides[0], ::strides[1]].max(axis=(4, 5))


def batch_norm(x, scale, bias, mean, variance, epsilon=1e-5, momentum=0.9):
    shape = [1, -1] + [1] * (x.ndim - 2)
    factor = scale / np.sqrt(variance + np.float32(epsilon))
    return (x - mean.reshape(shape)) * factor.reshape(shape) + bias.reshape(shape)


def quant(x, scale, zero_point, bits, signed=1, narrow=0, rounding_mode="ROUND"):
    if rounding_mode != "ROUND":
        raise NotImplementedError(f"Quant with rounding mode {rounding_mode}")
    low = -(2**(bits - 1)) + narrow if signed else np.float32(0)
    high = 2**(bits - 1) - 1 if signed else 2**bits - 1 - narrow
    return (np.round(np.clip(x / scale + zero_point, low, high)) - zero_point) * scale


def gemm(a, b, c=None, alpha=1.0, beta=1.0, transA=0, transB=0):
    result = np.float32(alpha) * ((a.T if transA else a) @ (b.T if transB else b))
    return result if c is None else result + np.float32(beta) * c


def reshape(x, shape, allowzero=0):
    return x.reshape([x.shape[i] if size == 0 and not allowzero else size for i, size in enumerate(shape)])


OPERATIONS = {
    "BatchNormalization": batch_norm,
    "BipolarQuant": lambda x, scale: np.where(x >= 0, scale, -scale),
    "Conv": convolve,
    "Flatten": lambda x, axis=1: x.reshape(int(np.prod(x.shape[:axis])), -1),
    "Gemm": gemm,
    "MatMul": np.matmul,
    "MaxPool": max_pool,
    "Quant": quant,
    "Reshape": reshape,
    "Transpose": lambda x, perm=None: np.transpose(x, perm),
}


def evaluate(model, x):
    """The first result of an onnx.ModelProto with one input."""
    graph = model.graph
    values = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    values[next(i.name for i in graph.input if i.name not in values)] = x
    for node in graph.node:
        if node.op_type not in OPERATIONS:
            raise NotImplementedError(f"node '{node.name}' ({node.op_type})")
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        attributes = {n: v.decode() if isinstance(v, bytes) else v for n, v in attributes.items()}
        inputs = [values[name] for name in node.input if name]
        values[node.output[0]] = OPERATIONS[node.op_type](*inputs, **attributes)
    return values[graph.output[0].name]


def main():
    parser = argparse.ArgumentParser(description="Accuracy of a QONNX file on the held-out digits.")
    parser.add_argument("model")
    args = parser.parse_args()
    from qnn.digits import load_digits
    images, labels = load_digits()[1]
    logits = evaluate(load(args.model), images.astype(np.float32))
    right = int((logits.argmax(axis=1) == labels).sum())
    print(f"accuracy {right}/{len(labels)} ({100 * right / len(labels):.2f} %)")


if __name__ == "__main__":
    main()
