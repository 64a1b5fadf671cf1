#!/usr/bin/env python3
"""Times other libraries and QNN on the same products in one run.

    python peers.py [--threads N] [--seconds S] [--filter RE] [--json]

Columns are the best of many runs in billions of multiply-adds a second (or
milliseconds with --ms). What is not installed is said once and left out:

    ONNX Runtime   pip install onnxruntime onnx     f32; int8 as QDQ, u8 by i8
    OpenVINO       pip install openvino             f32; BinaryConvolution
    PyTorch        pip install torch                f32
    Larq           pip install larq larq-compute-engine tensorflow-cpu==2.15
    gemmbitserial  QNN_GEMMBITSERIAL=folder of its sources; a C++ compiler

Every peer gets weights of -1 and +1, float input and float output, but for
gemmbitserial, which gets packed operands as QNN's packed rows do. Turn off
everything else on the machine; compare numbers of one run only.
"""

import argparse
import importlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


class Product:
    """A matmul M x K x N or a 3x3 convolution C -> C on H x H images."""

    def __init__(self, op, *sizes):
        self.op, self.sizes = op, sizes

    @property
    def shape(self):
        if self.op == "matmul":
            return "x".join(map(str, self.sizes))
        batch, c, h = self.sizes
        images = f"{batch}x" if batch > 1 else ""
        return f"{c}x{c}x3x3@{images}{h}x{h}"

    @property
    def macs(self):
        if self.op == "matmul":
            m, k, n = self.sizes
            return m * k * n
        batch, c, h = self.sizes
        return batch * c * c * 9 * h * h

    @property
    def input_shape(self):
        if self.op == "matmul":
            return self.sizes[:2]
        batch, c, h = self.sizes
        return (batch, c, h, h)

    @property
    def weight_shape(self):
        if self.op == "matmul":
            return self.sizes[1:]
        return (self.sizes[1], self.sizes[1], 3, 3)


PRODUCTS = [
    Product("matmul", 1024, 1024, 1024),
    Product("matmul", 128, 4096, 4096),
    Product("matmul", 1, 4096, 4096),
    Product("matmul", 100, 4096, 4096),
    Product("matmul", 4096, 100, 4096),
    Product("conv", 1, 64, 56),
    Product("conv", 1, 128, 28),
    Product("conv", 1, 256, 14),
    Product("conv", 1, 512, 7),
    Product("conv", 50, 128, 32),
]


def best_time(run, seconds):
    """Seconds of the fastest of many calls, three at least."""
    run()
    best, end, calls = float("inf"), time.perf_counter() + seconds, 0
    while calls < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
        calls += 1
    return best


class Peer:
    """A way to compute products: `time` gives seconds, or None where it cannot."""

    name, modules = "", ()

    def __init__(self, options):
        self.options = options
        for module in self.modules:
            setattr(self, module, importlib.import_module(module))

    def signs(self, shape):
        np = importlib.import_module("numpy")
        return np.random.default_rng(1).choice([-1.0, 1.0], shape).astype(np.float32)

    def measure(self, run):
        return best_time(run, self.options.seconds)


class OnnxRuntime(Peer):
    """One node, float in and float out."""

    name, modules = "onnxruntime f32", ("numpy", "onnx", "onnxruntime")

    def nodes(self, product):
        helper = self.onnx.helper
        weights = self.signs(product.weight_shape)
        initializers = [self.onnx.numpy_helper.from_array(weights, "w")]
        return [self.product_node(product, "x", "w", "y")], initializers, helper

    def product_node(self, product, x, w, y):
        make = self.onnx.helper.make_node
        if product.op == "matmul":
            return make("MatMul", [x, w], [y])
        return make("Conv", [x, w], [y], pads=[1] * 4, kernel_shape=[3, 3])

    def time(self, product):
        nodes, initializers, helper = self.nodes(product)
        kind = self.onnx.TensorProto.FLOAT
        x = helper.make_tensor_value_info("x", kind, product.input_shape)
        y = helper.make_tensor_value_info("y", kind, None)
        graph = helper.make_graph(nodes, "product", [x], [y], initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        options = self.onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.options.threads
        options.inter_op_num_threads = 1
        session = self.onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        feed = {"x": self.signs(product.input_shape)}
        return self.measure(lambda: session.run(None, feed))


class OnnxRuntimeInt8(OnnxRuntime):
    """Quantizers around the node, which ONNX Runtime merges with it."""

    name = "onnxruntime int8"

    def nodes(self, product):
        np, make = self.numpy, self.onnx.helper.make_node
        weights = self.signs(product.weight_shape).astype(np.int8)
        values = {
            "w": weights,
            "one": np.float32(1),
            "zero": np.uint8(128),
            "none": np.int8(0),
            "scale": np.float32(40),
        }
        nodes = [
            make("QuantizeLinear", ["x", "one", "zero"], ["xq"]),
            make("DequantizeLinear", ["xq", "one", "zero"], ["xd"]),
            make("DequantizeLinear", ["w", "one", "none"], ["wd"]),
            self.product_node(product, "xd", "wd", "sums"),
            make("QuantizeLinear", ["sums", "scale", "zero"], ["yq"]),
            make("DequantizeLinear", ["yq", "scale", "zero"], ["y"]),
        ]
        initializers = [
            self.onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()
        ]
        return nodes, initializers, self.onnx.helper


class OpenVino(Peer):
    """Parameter, constant and one op; the input is bound once."""

    name, modules = "openvino f32", ("numpy", "openvino")

    def ops(self):
        return importlib.import_module("openvino.opset1")

    def model(self, product):
        op = self.ops()
        x = op.parameter(list(product.input_shape), self.numpy.float32)
        w = op.constant(self.signs(product.weight_shape))
        if product.op == "matmul":
            y = op.matmul(x, w, False, False)
        else:
            y = op.convolution(x, w, [1, 1], [1, 1], [1, 1], [1, 1])
        return x, y

    def time(self, product):
        built = self.model(product)
        if built is None:
            return None
        x, y = built
        settings = {"INFERENCE_NUM_THREADS": self.options.threads, "NUM_STREAMS": 1,
                    "INFERENCE_PRECISION_HINT": "f32"}
        model = self.openvino.Model([y], [x], "product")
        request = self.openvino.Core().compile_model(model, "CPU", settings).create_infer_request()
        feed = {0: self.signs(product.input_shape)}
        return self.measure(lambda: request.infer(feed))


class OpenVinoXnor(OpenVino):
    """FakeQuantize to -1 and +1, then BinaryConvolution."""

    name = "openvino xnor"

    def model(self, product):
        if product.op != "conv":
            return None
        np, op = self.numpy, self.ops()
        x = op.parameter(list(product.input_shape), np.float32)
        bound = lambda value: op.constant(np.full((1, 1, 1, 1), value, np.float32))
        signs = op.fake_quantize(x, bound(0), bound(0), bound(-1), bound(1), 2)
        bits = np.packbits(self.signs(product.weight_shape).reshape(-1) > 0)
        weights = self.openvino.Tensor(bits, list(product.weight_shape), self.openvino.Type.u1)
        constant = importlib.import_module("openvino.op").Constant(weights)
        y = op.binary_convolution(signs, constant, [1, 1], [1, 1], [1, 1], [1, 1], "xnor-popcount", -1.0)
        return x, y


class PyTorch(Peer):
    """Eager mode without gradients."""

    name, modules = "pytorch f32", ("torch",)

    def time(self, product):
        torch = self.torch
        torch.set_num_threads(self.options.threads)
        sign = lambda shape: torch.where(torch.rand(tuple(shape)) < 0.5, -1.0, 1.0)
        x, w = sign(product.input_shape), sign(product.weight_shape)
        with torch.inference_mode():
            if product.op == "matmul":
                return self.measure(lambda: torch.matmul(x, w))
            return self.measure(lambda: torch.nn.functional.conv2d(x, w, padding=1))


class Larq(Peer):
    """Two equal layers, so that bits pass between them; half of their time."""

    name = "larq"
    modules = ("larq", "larq_compute_engine", "tensorflow")

    def layers(self, channels):
        keras, quantizers = self.tensorflow.keras, dict(
            input_quantizer="ste_sign", kernel_quantizer="ste_sign", kernel_constraint="weight_clip"
        )
        for _ in range(2):
            yield self.larq.layers.QuantConv2D(
                channels, 3, padding="same", pad_values=1, use_bias=False, **quantizers
            )
            yield keras.layers.BatchNormalization(scale=False)

    def time(self, product):
        if product.op != "conv":
            return None
        batch, channels, size = product.sizes
        keras = self.tensorflow.keras
        source = keras.Input((size, size, channels), batch_size=batch)
        network = keras.models.Sequential([source, *self.layers(channels)])
        interpreter = importlib.import_module(
            "larq_compute_engine.tflite.python.interpreter"
        ).Interpreter(self.larq_compute_engine.convert_keras_model(network), num_threads=self.options.threads)
        x = self.signs((batch, size, size, channels))
        return self.measure(lambda: interpreter.predict(x)) / 2


class GemmBitSerial(Peer):
    """Matmuls of one bit; one thread, as it has no more."""

    name = "gemmbitserial"

    def __init__(self, options):
        super().__init__(options)
        sources = os.environ.get("QNN_GEMMBITSERIAL")
        if not sources:
            raise RuntimeError("QNN_GEMMBITSERIAL is not set")
        if not (pathlib.Path(sources) / "gemmbitserial.hpp").exists():
            raise RuntimeError(f"{sources} has no gemmbitserial.hpp")
        self.folder = tempfile.TemporaryDirectory()
        self.program = pathlib.Path(self.folder.name) / "gemmbitserial"
        compiler = os.environ.get("CXX", "g++")
        command = [compiler, "-O3", "-march=native", "-w", "-I", sources, HERE / "gemmbitserial.cpp",
                   "-o", self.program]
        built = subprocess.run(command, capture_output=True, text=True)
        if built.returncode:
            raise RuntimeError("it does not compile: " + built.stderr.strip().splitlines()[0])

    def time(self, product):
        if product.op != "matmul" or self.options.threads != 1:
            return None
        numbers = [*product.sizes, 1, self.options.seconds]
        result = subprocess.run([self.program, *map(str, numbers)], capture_output=True, text=True, check=True)
        return float(result.stdout)


class Qnn(Peer):
    """One row of `qnn-bench kernels`. Rows of one product come from one call, for
    each call measures the ceilings, too."""

    columns, times = [], {}

    def __init__(self, options, types, io):
        super().__init__(options)
        self.name, self.column = f"qnn {types} {io}", f"{types} {io}"
        if re.search(options.peers, self.name):
            self.columns.append(self.column)

    def time(self, product):
        if product not in self.times:
            self.times[product] = self.time_columns(product)
        return self.times[product].get(self.column)

    def time_columns(self, product):
        pattern = f"^{product.op} ({'|'.join(self.columns)}) {re.escape(product.shape)}$"
        command = [self.options.qnn_bench, "kernels", "--json", "--filter", pattern,
                   "--seconds", str(self.options.seconds), "--threads", str(self.options.threads)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            raise RuntimeError(result.stderr.strip())
        rows = map(json.loads, result.stdout.splitlines())
        return {f"{row['types']} {row['io']}": row["ms"] / 1e3 for row in rows}


def make_peers(options):
    """All peers that are here; one line for each that is not."""
    peers = [Qnn(options, types, io) for types, io in
             [("1x1", "packed"), ("1x1", "float"), ("1x2", "packed"), ("2x2", "packed"), ("3x3", "packed"),
              ("4x4", "packed"), ("1xi8", "packed"), ("txi8", "packed"), ("2xi8", "packed"),
              ("3xi8", "packed"), ("4xi8", "packed"), ("i8xi8", "packed"), ("i8xi8", "float"), ("f32xf32", "float"), ("1xf32", "float")]]
    for peer in [OnnxRuntime, OnnxRuntimeInt8, OpenVino, OpenVinoXnor, PyTorch, Larq, GemmBitSerial]:
        try:
            peers.append(peer(options))
        except Exception as error:  # whatever an import may raise
            print(f"without {peer.name}: {error}", file=sys.stderr)
    return peers


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.5, help="for each product and peer (default 0.5)")
    parser.add_argument("--filter", default="", help="regular expression on 'op shape', such as 'conv 64x'")
    parser.add_argument("--peers", default="", help="regular expression on the names of columns")
    parser.add_argument("--qnn-bench", default=HERE.parents[1] / "build/bin/qnn-bench")
    parser.add_argument("--ms", action="store_true", help="milliseconds instead of GMAC/s")
    parser.add_argument("--json", action="store_true", help="one object for each product and peer")
    return parser.parse_args()


def time_or_reason(peer, product):
    try:
        return peer.time(product), None
    except Exception as error:  # a peer that fails is a fact, not our failure
        return None, (str(error).strip().splitlines() or [type(error).__name__])[0]


def main():
    options = parse_options()
    peers = [peer for peer in make_peers(options) if re.search(options.peers, peer.name)]
    products = [p for p in PRODUCTS if re.search(options.filter, f"{p.op} {p.shape}")]
    widths = [max(10, len(peer.name)) for peer in peers]
    if not options.json:
        print(" " * 28, *(peer.name.rjust(width) for peer, width in zip(peers, widths)), sep="  ")
    for product in products:
        cells = []
        for peer, width in zip(peers, widths):
            seconds, reason = time_or_reason(peer, product)
            if reason:
                print(f"{peer.name}, {product.op} {product.shape}: {reason}", file=sys.stderr)
            if options.json and seconds:
                print(json.dumps({"op": product.op, "shape": product.shape, "peer": peer.name,
                                  "threads": options.threads, "ms": seconds * 1e3,
                                  "gmacs": product.macs / seconds / 1e9}), flush=True)
            number = (seconds * 1e3 if options.ms else product.macs / seconds / 1e9) if seconds else None
            cells.append(("-" if number is None else f"{number:.4g}").rjust(width))
        if not options.json:
            print(f"{product.op} {product.shape}".ljust(28), *cells, sep="  ", flush=True)


if __name__ == "__main__":
    main()
