"""Writes a network of qnn.layers as QONNX: float weights behind BipolarQuant nodes."""

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

from qnn import layers

DOMAIN = "qonnx.custom_op.general"


class Writer:
    """Collects nodes and initializers; every method returns the name of its result."""

    def __init__(self):
        self.nodes, self.initializers = [], []

    def constant(self, name, value):
        array = np.asarray(value, np.float32)
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def node(self, op, name, inputs, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [name + "_out"], name=name, **attributes))
        return name + "_out"

    def quant(self, name, x, bits, signed):
        inputs = [x, self.constant(name + "_scale", 1), self.constant(name + "_zero_point", 0),
                  self.constant(name + "_bits", bits)]
        return self.node("Quant", name, inputs, domain=DOMAIN, signed=int(signed), narrow=0,
                         rounding_mode="ROUND")

    def bipolar(self, name, x):
        return self.node("BipolarQuant", name, [x, self.constant(name + "_scale", 1)], domain=DOMAIN)

    def layer(self, layer, name, x):
        return getattr(self, "write_" + type(layer).__name__)(layer, name, x)

    def write_Conv3x3(self, layer, name, x):
        weight = self.constant(name + "_weight", layer.weight.value.transpose(3, 2, 0, 1))
        weight = self.bipolar(name + "_weight_quant", weight)
        return self.node("Conv", name, [x, weight], kernel_shape=[3, 3], pads=[1, 1, 1, 1])

    def write_Linear(self, layer, name, x):
        weight = self.bipolar(name + "_weight_quant", self.constant(name + "_weight", layer.weight.value.T))
        return self.node("Gemm", name, [x, weight], transB=1)

    def write_MaxPool2x2(self, layer, name, x):
        return self.node("MaxPool", name, [x], kernel_shape=[2, 2], strides=[2, 2])

    def write_BatchNorm(self, layer, name, x):
        parts = [("scale", layer.scale.value), ("bias", layer.bias.value), ("mean", layer.mean),
                 ("variance", layer.variance)]
        return self.node("BatchNormalization", name, [x] + [self.constant(f"{name}_{n}", v) for n, v in parts],
                         epsilon=layer.EPSILON)

    def write_Sign(self, layer, name, x):
        return self.bipolar(name, x)

    def write_Flatten(self, layer, name, x):
        return self.node("Flatten", name, [x])


def write(network, path, name, input_shape, input_bits):
    """Writes a network, a list of (name, layer), whose input holds whole numbers below 2^input_bits."""
    writer = Writer()
    x = writer.quant("input_quant", "image", input_bits, signed=False)
    for layer_name, layer in network:
        x = writer.layer(layer, layer_name, x)
    writer.nodes[-1].output[0] = "logits"
    float32 = TensorProto.FLOAT
    classes = network[-1][1].scale.value.size
    graph = helper.make_graph(
        writer.nodes, name, [helper.make_tensor_value_info("image", float32, ["batch", *input_shape])],
        [helper.make_tensor_value_info("logits", float32, ["batch", classes])], writer.initializers)
    model = helper.make_model(graph, producer_name="qnn", ir_version=8, opset_imports=[
        helper.make_opsetid("", 17), helper.make_opsetid(DOMAIN, 1)])
    checker.check_model(model)
    save(model, path)
