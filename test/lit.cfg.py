# Configuration of the lit tests. The folders here mirror lib and tools.

import os
import platform
import shutil
import sys

import lit.formats
import lit.util

config.name = "QNN"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test", ".onnxtxt"]
config.excludes = ["Inputs", "Python"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.qnn_binary, "test")

# Tools: ours first, then LLVM's (FileCheck, not, split-file, llvm-nm, ...).
tools = os.path.join(config.qnn_binary, "bin")
path = [tools, config.llvm_tools, config.environment["PATH"]]
config.environment["PATH"] = os.pathsep.join(path)
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --dump-input-filter=error"

# Models and data that the project does not carry; tests that need them say
# `REQUIRES: data` and are unsupported without.
data = os.environ.get("QNN_DATA") or os.path.join(config.qnn_source, "..", "shared")
data = os.path.normpath(data)
config.environment["QNN_DATA"] = data
if os.path.isdir(os.path.join(data, "models")):
    config.available_features.add("data")

# A virtual environment with numpy and onnx may be named by QNN_PYTHON.
python = os.environ.get("QNN_PYTHON") or sys.executable

config.substitutions.append(("%qnn_src_root", config.qnn_source))
config.substitutions.append(("%qnn_obj_root", config.qnn_binary))
config.substitutions.append(("%data", data))
config.substitutions.append(("%inputs", os.path.join(config.test_source_root, "Inputs")))
config.substitutions.append(("%python", python))
config.substitutions.append(("%cc", config.qnn_c_compiler))

# What the machine can run.
if platform.machine() in ("x86_64", "AMD64"):
    config.available_features.add("x86_64")
try:
    with open("/proc/cpuinfo") as file:
        flags = next((line for line in file if line.startswith("flags")), "").split()
except OSError:
    flags = []
for feature, flag in [("avx2", "avx2"), ("avx512f", "avx512f"), ("avx512vpopcntdq", "avx512_vpopcntdq")]:
    if flag in flags:
        config.available_features.add(feature)
if shutil.which("qemu-aarch64") and shutil.which("aarch64-linux-gnu-gcc"):
    config.available_features.add("qemu-aarch64")

# QNN_ROUNDTRIP=1 prints and reads back the IR of every test.
if os.environ.get("QNN_ROUNDTRIP"):
    config.substitutions.append((r"\bqnn-opt\b", "qnn-opt --verify-roundtrip"))
