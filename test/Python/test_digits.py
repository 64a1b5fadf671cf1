"""The committed network, compiled: the accuracy of training, numpy's logits, the same bits on every machine."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import onnx
import pytest

from qnn import digits, evaluate

ROOT = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get("QNN_BUILD", ROOT / "build"))
DIGITS = ROOT / "test" / "Inputs" / "digits.onnx"
IMAGES = digits.load_digits()[1][0].astype(np.float32)
CPU = pathlib.Path("/proc/cpuinfo").read_text()

pytestmark = pytest.mark.skipif(not (BUILD / "bin" / "qnn-run").exists(), reason=f"nothing is built in {BUILD}")


def run(*command, **options):
    result = subprocess.run([str(c) for c in command], capture_output=True, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def logits(tmp_path_factory):
    """Of the held-out images, by code compiled in process."""
    folder = tmp_path_factory.mktemp("logits")
    np.save(folder / "x.npy", IMAGES)
    run(BUILD / "bin" / "qnn-run", DIGITS, "--input", folder / "x.npy", "--output", folder / "y.npy")
    return np.load(folder / "y.npy")


def test_logits_equal_numpys(logits):
    np.testing.assert_allclose(logits, evaluate.evaluate(onnx.load(DIGITS), IMAGES), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("target, compiler, runner", [
    ("native", ["clang-22"], []),
    ("x86-64-v2", ["clang-22"], []),
    pytest.param("x86-64-v3", ["clang-22"], [],
                 marks=pytest.mark.skipif(" avx2 " not in CPU, reason="this CPU has no AVX2")),
    pytest.param("x86-64-v4", ["clang-22"], [],
                 marks=pytest.mark.skipif(" avx512vl " not in CPU, reason="this CPU has no AVX-512")),
    pytest.param("aarch64", ["aarch64-linux-gnu-gcc", "-static"], ["qemu-aarch64"],
                 marks=pytest.mark.skipif(not shutil.which("qemu-aarch64"), reason="no qemu-aarch64")),
])
def test_object_gives_the_same_bits(tmp_path, logits, target, compiler, runner):
    run(BUILD / "bin" / "qnn-compile", DIGITS, "--target", target, "--name", "net", "-o", tmp_path / "net")
    run(*compiler, "-I", tmp_path, ROOT / "test/Integration/Inputs/filter.c", tmp_path / "net.o", "-o", tmp_path / "net")
    output = np.frombuffer(run(*runner, tmp_path / "net", input=IMAGES.tobytes()), np.uint32)
    np.testing.assert_array_equal(output.reshape(logits.shape), logits.view(np.uint32))


def test_main_job():
    output = run(sys.executable, "-m", "qnn.demo", "--build", BUILD,
                 env={**os.environ, "PYTHONPATH": str(ROOT / "python-frontend")}).decode()
    # Trained, compiled and evaluated: three times the same number, and most of them.
    right = [int(n) for n in re.findall(r"accuracy (\d+)/360", output)]
    assert len(right) == 3 and len(set(right)) == 1 and right[0] > 324, output
    assert "equal predictions 360/360" in output, output
    assert "nothing matches" not in output, output
