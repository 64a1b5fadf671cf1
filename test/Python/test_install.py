"""An installed QNN is found and used by a project outside the tree."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get("QNN_BUILD", ROOT / "build"))
INPUTS = ROOT / "test" / "Inputs"

pytestmark = pytest.mark.skipif(not (BUILD / "bin" / "qnn-compile").exists(), reason=f"nothing is built in {BUILD}")


def run(*command):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("installed")
    run("cmake", "--install", BUILD, "--prefix", prefix)
    return prefix


def build_consumer(prefix, folder, *options):
    run("cmake", "-S", INPUTS / "consumer", "-B", folder, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
        "-DCMAKE_C_COMPILER=clang-22", "-DCMAKE_CXX_COMPILER=clang++-22", *options)
    run("ninja", "-C", folder)


def test_compiler_is_found(prefix, tmp_path):
    build_consumer(prefix, tmp_path)
    assert "ran" in run(tmp_path / "compile", INPUTS / "digits.onnx")


def test_runtime_alone_is_found(prefix, tmp_path):
    build_consumer(prefix, tmp_path, "-DRUNTIME_ONLY=ON")
    run(prefix / "bin" / "qnn-compile", INPUTS / "digits.onnx", "-o", tmp_path / "digits", "--emit=lib")
    assert run(tmp_path / "describe", tmp_path / "digits.so") == "digits: 64 floats in, 10 out\n"
