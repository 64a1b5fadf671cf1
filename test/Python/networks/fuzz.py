"""Compiles random networks and holds them against ONNX's own evaluator.

Each network depends on its seed alone; one that differs is kept, made as small
as it can be, and can be run again:

  cd test/Python && python -m networks.fuzz --work DIR --first SEED --cases 1
"""

import argparse
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

from .evaluate import evaluate
from .generate import Network

SAMPLES = 4
MOST_TRIES = 60  # of shrinking
LIMIT = 600  # seconds of a run
NATIVE, REFERENCE = "native", "reference"


class Case:
    """How a network is run: on which target, in process or as a library, and so on."""

    def __init__(self, seed, tool, targets, work):
        rng = np.random.default_rng([seed, 1])
        self.tool, self.work = pathlib.Path(tool), pathlib.Path(work)
        self.options = [f"--target={targets[seed % len(targets)]}", f"--threads={rng.choice([1, 1, 2])}",
                        f"-O{rng.choice([0, 1, 1, 1, 3])}"]  # fmt: skip
        self.batch = f"--batch={rng.choice([1, 1, 2, SAMPLES])}"
        self.is_library = rng.random() < 0.2

    def commands(self, path, model, engine):
        """What is to be run, one after the other."""
        files = [part for i, output in enumerate(model.graph.output)
                 for part in ("--output", f"{output.name}={self.work}/y{i}.npy")]  # fmt: skip
        run = ["--input", self.work / "x.npy", *files]
        if engine == REFERENCE:
            return [[self.tool, path, *run, "--engine=reference"]]
        if not self.is_library:
            return [[self.tool, path, *run, *self.options, self.batch]]
        is_open = model.graph.input[0].type.tensor_type.shape.dim[0].dim_param
        compile = [self.tool.with_name("qnn-compile"), path, "--emit=lib", "-o", self.work / "network", *self.options]
        return [compile + ["--batch=dynamic"] * bool(is_open), [self.tool, self.work / "network.so", *run]]

    def run(self, path, model, samples, engine):
        """The outputs, or None and what went wrong."""
        np.save(self.work / "x.npy", np.concatenate(samples))
        for command in self.commands(path, model, engine):
            try:
                result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=LIMIT)
            except subprocess.TimeoutExpired:
                return None, f"takes more than {LIMIT} s"
            if result.returncode:
                return None, f"exit {result.returncode}: {result.stderr.strip()[-2000:]}"
        return [np.load(self.work / f"y{i}.npy") for i in range(len(model.graph.output))], ""


def wrong(actual, expected):
    """Which numbers are off by more than rounding."""
    spread = np.abs(expected[np.isfinite(expected)]).mean() if np.isfinite(expected).any() else 1.0
    with np.errstate(all="ignore"):
        near = np.abs(actual - expected) <= 1e-3 * np.abs(expected) + 1e-3 * spread
    return ~(near | (actual == expected) | (np.isnan(actual) & np.isnan(expected)))


def difference(actual, expected, uncertain):
    """What to say of an output for several samples, or None. A sum at the edge of two codes may be rounded to either, which
    shows in one sample, but not in most."""  # fmt: skip
    if actual.shape != expected.shape:
        return f"shape {actual.shape}, expected {expected.shape}"
    off = wrong(actual, expected) & ~uncertain
    parts = [part.any() for part in np.split(off, SAMPLES)]
    if sum(parts) < SAMPLES / 2:
        return None
    i = tuple(int(k) for k in np.argwhere(off)[0])
    return f"{100 * off.mean():.1f} % of numbers, first {list(i)}: {actual[i]}, expected {expected[i]}"


def differences(actual, expected, uncertain):
    return "; ".join(filter(None, map(difference, actual, expected, uncertain)))


def expect(model, samples, rounding=None):
    return [np.concatenate(parts) for parts in zip(*[evaluate(model, {"x": x}, rounding) for x in samples])]


def depends_on_rounding(model, samples, expected):
    """Which numbers do. Not asked where all is exact: there ties have to be right."""
    uncertain = [np.zeros(y.shape, bool) for y in expected]
    for seed in range(4 if depends_on_order(model) else 0):
        others = expect(model, samples, np.random.default_rng(seed))
        uncertain = [known | wrong(*pair) for known, *pair in zip(uncertain, others, expected)]
    return uncertain


def depends_on_order(model):
    """Whether some scale or weight is not a multiple of 1/2^20, so that sums are rounded."""
    arrays = [numpy_helper.to_array(tensor) for tensor in model.graph.initializer]
    return any(np.any(array * 2.0**20 % 1) for array in arrays if array.dtype == np.float32)


def check(case, model, samples):
    """None, or a kind of failure and what to say of it."""
    path = case.work / "network.onnx"
    onnx.save(model, path)
    expected = expect(model, samples)
    actual, trouble = case.run(path, model, samples, NATIVE)
    if actual is None:
        return trouble[-60:], trouble
    if not differences(actual, expected, [np.zeros(y.shape, bool) for y in expected]):
        return None
    uncertain = depends_on_rounding(model, samples, expected)
    text = differences(actual, expected, uncertain)
    if not text:
        return None
    evaluated, trouble = case.run(path, model, samples, REFERENCE)
    if evaluated is None:
        return REFERENCE, f"reference: {trouble}"
    same = differences(evaluated, expected, uncertain)
    return (REFERENCE, f"reference: {same}; native code: {text}") if same else (NATIVE, f"native code: {text}")


def names(values):
    return [value.name for value in values]


# Shrinking


def reduced(model, values):
    """Smaller networks: a prefix, a suffix, or a node less."""
    nodes = list(model.graph.node)
    floats = [name for name in values if values[name].dtype == np.float32 and values[name].ndim]
    for result in names(model.graph.output)[: -1 if len(model.graph.output) == 1 else None]:
        yield with_nodes(model, nodes, "x", result, values)
    for i, node in enumerate(nodes):
        if node.output[0] in floats and i < len(nodes) - 1:
            yield with_nodes(model, nodes, "x", node.output[0], values)
    for node in nodes[::-1]:
        if node.output[0] in floats and node is not nodes[-1] and depends(nodes, node.output[0]):
            yield with_nodes(model, nodes, node.output[0], model.graph.output[0].name, values)
    for i, node in enumerate(nodes):
        before = node.input[0] if node.input else ""
        if before in values and values[before].shape == values[node.output[0]].shape \
                and values[before].dtype == values[node.output[0]].dtype and i < len(nodes) - 1:  # fmt: skip
            copies = [onnx.NodeProto.FromString(n.SerializeToString()) for n in nodes if n is not node]
            for copy in copies:
                for k, name in enumerate(copy.input):
                    if name == node.output[0]:
                        copy.input[k] = before
            yield with_nodes(model, copies, "x", model.graph.output[0].name, values)


def depends(nodes, name):
    return any(name in node.input for node in nodes)


def with_nodes(model, nodes, source, result, values):
    """The nodes that `result` needs, with `source` as input."""
    kept, wanted = [], {result}
    for node in reversed(nodes):
        if source not in node.output and wanted & set(node.output):
            kept.insert(0, onnx.NodeProto.FromString(node.SerializeToString()))
            wanted |= set(node.input)
    if source not in wanted or "x" in wanted - {source}:
        return None
    for node in kept:
        for k, name in enumerate(node.input):
            node.input[k] = "x" if name == source else name
    value, output = values[source], values[result]
    graph = helper.make_graph(
        kept, "g", [helper.make_tensor_value_info("x", 1, value.shape)],
        [helper.make_tensor_value_info(result, helper.np_dtype_to_tensor_dtype(output.dtype), output.shape)],
        [tensor for tensor in model.graph.initializer if tensor.name in wanted])  # fmt: skip
    return helper.make_model(graph, opset_imports=list(model.opset_import), ir_version=model.ir_version)


def tensors(model, x):
    """All tensors of a run."""
    copy = onnx.ModelProto.FromString(model.SerializeToString())
    results = [name for node in copy.graph.node for name in node.output]
    del copy.graph.output[:]
    copy.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in results)
    return {"x": x, **dict(zip(results, evaluate(copy, {"x": x})))}


def shrink(case, model, samples, kind):
    """The smallest network found that fails in the same way."""
    progress, tries = True, MOST_TRIES
    while progress:
        progress = False
        values = [tensors(model, sample) for sample in samples]
        for smaller in reduced(model, values[0]):
            if smaller is None or size(smaller) >= size(model):
                continue
            tries -= 1
            if tries < 0:
                return model, samples
            source = next((name for name in values[0] if is_source(model, smaller, name)), "x")
            fed = [value[source] for value in values]
            try:
                failure = check(case, smaller, fed)
            except Exception:  # not a network
                continue
            if failure and failure[0] == kind:
                model, samples, progress = smaller, fed, True
                break
    return model, samples


def size(model):
    return len(model.graph.node) + len(model.graph.output)


def is_source(model, smaller, name):
    """Whether the input of `smaller` is tensor `name` of `model`."""
    if name == "x":
        return False
    produced = {output for node in smaller.graph.node for output in node.output}
    readers = [(node.output[0], k) for node in model.graph.node for k, n in enumerate(node.input) if n == name]
    inputs = {node.output[0]: list(node.input) for node in smaller.graph.node}
    return name not in produced and any(out in inputs and inputs[out][k] == "x" for out, k in readers)


def run(seed, tool, targets, work, shrinks=True):
    """None, or what differs and how to see it again."""
    case, network = Case(seed, tool, targets, work), Network(seed).build()
    model, samples = network.finish(), network.samples(SAMPLES)
    failure = check(case, model, samples)
    if not failure:
        return None
    onnx.save(model, case.work / f"seed-{seed}.onnx")
    if shrinks:
        model, samples = shrink(case, model, samples, failure[0])
        failure = check(case, model, samples) or failure
    path = case.work / f"seed-{seed}-small.onnx"
    onnx.save(model, path)
    np.save(path.with_suffix(".npy"), np.concatenate(samples))
    commands = [" ".join(str(part) for part in command) for command in case.commands(path, model, NATIVE)]
    return f"seed {seed}: {failure[1]}\n  {' && '.join(commands).replace('/x.npy', f'/{path.stem}.npy')}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("."), help="folder for networks that differ")
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--cases", type=int, default=25)
    parser.add_argument("--targets", default="native", help="separated by commas; cases take them in turn")
    parser.add_argument("--tool", default="qnn-run")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    failures = 0
    for seed in range(options.first, options.first + options.cases):
        if text := run(seed, options.tool, options.targets.split(","), options.work, options.shrink):
            failures += 1
            print(text, flush=True)
        if seed % 50 == 0:
            print(f"seed {seed} is done, {failures} failures", file=sys.stderr, flush=True)
    print(f"{options.cases - failures} of {options.cases} networks equal")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
