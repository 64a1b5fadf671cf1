"""ONNX's own tests of single operators, which its package carries: each gives the expected numbers, or is refused in one line."""

import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

ROOT = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get("QNN_BUILD", ROOT / "build"))
NODES = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data" / "node"

# Operators with an importer, and how many of their tests must give numbers.
OPERATORS = {
    "Abs": 1, "Add": 2, "ArgMax": 8, "ArgMin": 8, "Attention": 60, "AveragePool": 14, "BatchNormalization": 2,
    "Ceil": 2, "Celu": 1, "CenterCropPad": 6, "Clip": 9, "Concat": 12, "Conv": 6, "ConvTranspose": 9, "DepthToSpace": 2,
    "Div": 3, "Dropout": 4, "Elu": 3, "Erf": 1, "Exp": 2, "Expand": 2, "Flatten": 9, "Floor": 2, "Gather": 4, "Gelu": 4,
    "Gemm": 11, "GlobalAveragePool": 2, "GlobalMaxPool": 2, "GroupNormalization": 2, "HardSigmoid": 3, "HardSwish": 1,
    "Identity": 2, "InstanceNormalization": 2, "LRN": 2, "LSTM": 2, "LayerNormalization": 19, "LeakyRelu": 3, "Log": 2,
    "LogSoftmax": 7, "MatMul": 3, "Max": 4, "MaxPool": 12, "Mean": 3, "MeanVarianceNormalization": 1, "Min": 4,
    "Mish": 1, "Mul": 3, "Neg": 2, "PRelu": 2, "Pad": 3, "Pow": 8, "RMSNormalization": 19, "RNN": 3, "Reciprocal": 2,
    "ReduceL1": 8, "ReduceL2": 8, "ReduceLogSum": 4, "ReduceMax": 8, "ReduceMean": 8, "ReduceMin": 8, "ReduceSum": 10,
    "ReduceSumSquare": 8, "Relu": 1, "Reshape": 9, "RotaryEmbedding": 3, "Round": 1, "Selu": 3, "Shape": 11,
    "Shrink": 2, "Sigmoid": 2, "Sign": 1, "Size": 2, "Slice": 7, "Softmax": 7, "Softplus": 2, "Softsign": 2,
    "SpaceToDepth": 2, "Split": 14, "Sqrt": 2, "Squeeze": 2, "Sub": 3, "Sum": 3, "Swish": 1, "Tanh": 2,
    "ThresholdedRelu": 3, "Tile": 2, "TopK": 3, "Transpose": 7, "Unsqueeze": 7, "Where": 1,
}  # fmt: skip
# Expected numbers that the test writes down with few digits.
ROUNDED = {"test_averagepool_2d_ceil_last_window_starts_on_pad": 1e-3}
# Operators whose further inputs an exporter writes as constants.
PARAMETERS = {"Clip", "Pad", "Dropout", "GRU", "LSTM", "RNN"}

pytestmark = pytest.mark.skipif(not (BUILD / "bin" / "qnn-run").exists(), reason=f"nothing is built in {BUILD}")


def load(path):
    return onnx.load_tensor(str(path))


def prepare(case, folder):
    """Writes the case with its parameters as constants; returns arguments of qnn-run, or None for values that are no tensors."""
    model = onnx.load(case / "model.onnx")
    operator = model.graph.node[0].op_type
    arguments, inputs = [], []
    for i, value in enumerate(model.graph.input):
        if not value.type.HasField("tensor_type"):
            return None
        tensor = load(case / "test_data_set_0" / f"input_{i}.pb")
        if value.type.tensor_type.elem_type != onnx.TensorProto.FLOAT or (i and operator in PARAMETERS):
            tensor.name = value.name
            model.graph.initializer.append(tensor)
            continue
        inputs.append(value)
        np.save(folder / f"input_{i}.npy", numpy_helper.to_array(tensor))
        arguments += ["--input", f"{value.name}={folder}/input_{i}.npy"]
    for i, value in enumerate(model.graph.output):
        np.save(folder / f"output_{i}.npy", numpy_helper.to_array(load(case / "test_data_set_0" / f"output_{i}.pb")))
        arguments += ["--expect", f"{value.name}={folder}/output_{i}.npy"]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    model.ir_version = max(model.ir_version, 4)
    onnx.save(model, folder / "model.onnx")
    return arguments


def run(case, folder):
    """(operator, "equal" or "refused" or the complaint)"""
    folder.mkdir()
    operator = onnx.load(case / "model.onnx").graph.node[0].op_type
    arguments = prepare(case, folder)
    if not arguments or "--input" not in arguments:
        return operator, "refused"
    command = [BUILD / "bin" / "qnn-run", folder / "model.onnx", "--engine=reference", *arguments]
    tolerance = ROUNDED.get(case.name, 1e-4)
    command += ["--rtol", str(tolerance), "--atol", "1e-5"]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    message = result.stderr.strip()
    if result.returncode == 0:
        return operator, "equal"
    if result.returncode == 1 and re.fullmatch(r"[^\n]*: not (supported|valid ONNX): [^\n]*", message):
        return operator, "refused"
    return operator, f"{case.name}: {result.returncode}: {result.stdout}{message}"


def cases():
    for case in sorted(NODES.iterdir()):
        nodes = onnx.load(case / "model.onnx").graph.node
        if len(nodes) == 1 and nodes[0].op_type in OPERATORS and nodes[0].domain == "":
            yield case


def test_node_tests_of_onnx(tmp_path):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda case: run(case, tmp_path / case.name), list(cases())))
    complaints = [outcome for _, outcome in results if outcome not in ("equal", "refused")]
    assert not complaints, "\n".join(complaints)
    equal = collections.Counter(operator for operator, outcome in results if outcome == "equal")
    short = {operator: equal[operator] for operator, least in OPERATORS.items() if equal[operator] < least}
    assert not short, f"fewer tests than before gave numbers: {short}"
