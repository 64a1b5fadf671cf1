"""Outputs of a model with 1, 2 and 3 threads, in process and from a library:
one sample, five samples, all bit for bit equal.

usage: threads_test.py MODEL SHAPE FOLDER   (shape of one sample: 1x1x8x8)
"""

import os
import struct
import subprocess
import sys
from array import array

model, shape, folder = sys.argv[1:]
sizes = [int(size) for size in shape.split("x")]


def write_npy(path, samples):
    """Bytes of a simple generator, as f32: no numpy needed."""
    count = samples
    for size in sizes[1:]:
        count *= size
    state, values = 1, array("f")
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        values.append((state >> 16) % 256 / 255.0)
    dims = ", ".join(str(size) for size in [samples] + sizes[1:])
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }" % dims
    header += " " * (63 - (len(header) + 10) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
        file.write(header.encode() + values.tobytes())


def run(program, samples, threads):
    out = os.path.join(folder, "y.npy")
    command = ["qnn-run", program, "--input", f"{folder}/x{samples}.npy"]
    command += ["--output", out, f"--batch={samples}"]
    if threads:
        command += [f"--threads={threads}"]
    subprocess.run(command, check=True)
    with open(out, "rb") as file:
        return file.read()


def library(threads, batch):
    out = os.path.join(folder, f"m{threads}_{batch}.so")
    subprocess.run(["qnn-compile", model, "-o", out, "--emit=lib", f"--threads={threads}", f"--batch={batch}"],
                   check=True, stdout=subprocess.DEVNULL)
    return out


# A batch that is split, a batch of 5 in one piece for two threads, and one that
# is too small for three: samples one after the other, their loops split.
libraries = [library(2, "dynamic"), library(2, 5), library(3, 2)]
for samples in (1, 5):
    write_npy(f"{folder}/x{samples}.npy", samples)
    expected = run(model, samples, 1)
    for threads in (2, 3):
        assert run(model, samples, threads) == expected, (samples, threads)
    for path in libraries:
        assert run(path, samples, 0) == expected, (samples, path)
