"""Whole networks: accuracy on real data, compiled code against the reference and against numpy, other machines."""

import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import onnx
import pytest

from qnn import digits, evaluate

ROOT = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get("QNN_BUILD", ROOT / "build"))
DATA = pathlib.Path(os.environ.get("QNN_DATA", ROOT.parent / "shared"))
DIGITS = ROOT / "test" / "Inputs" / "digits.onnx"

pytestmark = pytest.mark.skipif(not (BUILD / "bin" / "qnn-run").exists(), reason=f"nothing is built in {BUILD}")
needs_data = pytest.mark.skipif(not (DATA / "models").exists(), reason=f"no models in {DATA}, see QNN_DATA")


def tool(name, *arguments):
    result = subprocess.run([str(BUILD / "bin" / name), *map(str, arguments)], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def right(output):
    """The n of `accuracy n/N (p %)`."""
    return int(output.split("accuracy ")[1].split("/")[0])


def held_out(path):
    images, labels = digits.load_digits()[1]
    np.savez(path, images=images, labels=labels)
    return path


@pytest.mark.parametrize("engine", ["native", "reference"])
def test_digits_accuracy(tmp_path, engine):
    data = held_out(tmp_path / "digits.npz")
    assert right(tool("qnn-run", DIGITS, "--dataset", f"npz:{data}", "--scale", 1, "--engine", engine)) == 351


def test_digits_logits_equal_numpy(tmp_path):
    images = digits.load_digits()[1][0].astype(np.float32)
    np.save(tmp_path / "x.npy", images)
    tool("qnn-run", DIGITS, "--input", tmp_path / "x.npy", "--output", tmp_path / "y.npy")
    expected = evaluate.evaluate(onnx.load(DIGITS), images)
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), expected, rtol=1e-5, atol=1e-5)


def test_main_job():
    command = [sys.executable, "-m", "qnn.demo", "--build", str(BUILD)]
    result = subprocess.run(command, capture_output=True, text=True,
                            env={**os.environ, "PYTHONPATH": str(ROOT / "python-frontend")})
    assert result.returncode == 0, result.stdout + result.stderr
    assert "351/360" in result.stdout and "nothing matches" not in result.stdout


def logits(folder, images, target, compiler, *runner):
    """What the object of model.onnx for a target computes, in a program of its own."""
    tool("qnn-compile", folder / "model.onnx", "--emit=obj", "--target", target, "-o", folder / "model")
    binary = folder / f"run-{target}"
    subprocess.run([*compiler, "-I", folder, ROOT / "test/Inputs/logits.c", folder / "model.o", "-o", binary], check=True)
    result = subprocess.run([*runner, binary], input=images.tobytes(), capture_output=True, check=True)
    return np.frombuffer(result.stdout, np.uint32).reshape(len(images), -1)


@pytest.mark.skipif(not shutil.which("qemu-aarch64"), reason="no qemu-aarch64")
@pytest.mark.parametrize("model", ["digits", pytest.param("TFC_1W1A", marks=needs_data)])
def test_aarch64_gives_the_same_bits(tmp_path, model):
    network = onnx.load(DIGITS if model == "digits" else DATA / "models" / f"{model}.onnx")
    network.graph.name = "model"
    onnx.save(network, tmp_path / "model.onnx")
    images = digits.load_digits()[1][0].astype(np.float32)
    if model != "digits":
        images = np.random.default_rng(0).random((50, 28 * 28), np.float32)
    here = logits(tmp_path, images, "native", ["clang-22"])
    there = logits(tmp_path, images, "aarch64", ["aarch64-linux-gnu-gcc", "-static"], "qemu-aarch64")
    assert here.size > 0
    np.testing.assert_array_equal(here, there)


@needs_data
@pytest.mark.parametrize("model, count", [("TFC_1W1A", 9296), ("TFC_1W2A", 9474)])
def test_mnist(tmp_path, model, count):
    path = DATA / "models" / f"{model}.onnx"
    assert right(tool("qnn-run", path, "--dataset", f"mnist:{DATA / 'data' / 'mnist'}")) == count


@needs_data
@pytest.mark.parametrize("model, shape", [("TFC_1W1A", (1, 28, 28)), ("TFC_1W2A", (1, 28, 28)),
                                          ("CNV_1W1A", (3, 32, 32))])
def test_logits_equal_the_references(tmp_path, model, shape):
    images = np.random.default_rng(1).integers(0, 256, (4, *shape)).astype(np.float32) / 255
    path = DATA / "models" / f"{model}.onnx"
    for engine in ("native", "reference"):
        x, y = tmp_path / "x.npy", tmp_path / f"{engine}.npy"
        np.save(x, images)
        tool("qnn-run", path, "--input", x, "--output", y, "--engine", engine)
    np.testing.assert_array_equal(np.load(tmp_path / "native.npy"), np.load(tmp_path / "reference.npy"))


@needs_data
def test_cifar10(tmp_path):
    pytest.importorskip("PIL")
    subprocess.run([sys.executable, DATA / "data" / "unpack.py", tmp_path, "--only", "cifar10"], check=True,
                   stdout=subprocess.DEVNULL)
    path = DATA / "models" / "CNV_1W1A.onnx"
    assert abs(right(tool("qnn-run", path, "--dataset", f"cifar10:{tmp_path / 'cifar10'}")) - 6443) <= 2


@needs_data
def test_mnist_conv():
    folder = DATA / "models" / "mnist-conv"
    tool("qnn-run", folder / "model.onnx", "--input", folder / "test_data_set_0" / "input_0.pb", "--expect",
         folder / "test_data_set_0" / "output_0.pb", "--rtol", 0, "--atol", 1e-4)
