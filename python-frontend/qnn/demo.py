"""The main job: a binary network goes from ONNX to a native object and is tried on new images.

Uses only the command-line tools, as a user would, and prints: accuracy on the
held-out images, sizes, time per image, the kernel of each layer, and one layer
at each level of the IR.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import time

from qnn import digits

ROOT = pathlib.Path(__file__).parents[2]
WIDTH = 110
LEVELS = ["graph", "integer", "packed", "loops", "asm"]
# What shows the same layer (the second convolution) at each level, and how many lines around it.
EXCERPTS = {
    "graph": (r"qnn\.conv2d", 2, 0, 4),
    "integer": (r"qnn\.iconv2d", 2, 0, 3),
    "packed": (r"qnn\.xnor_conv2d", 1, 0, 2),
    "loops": (r"math\.ctpop|llvm\.intr\.ctpop", 1, 6, 3),
    "asm": (r"v?popcntd|vpshufb|vpsadbw|\bcnt\b|popcnt", 1, 5, 6),
}


class Tools:
    """Runs the tools of a build folder; a failure ends the job with the tool's own message."""

    def __init__(self, build):
        self.folder = build / "bin"

    def __call__(self, tool, *arguments):
        command = [str(self.folder / tool), *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            sys.exit(f"{' '.join(command)}\n{result.stdout}{result.stderr}".rstrip())
        return result.stdout


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}")


def table(rows):
    """Prints rows of text in columns, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    number = re.compile(r"^[\d,.]+( \w+)?$")
    right = [all(number.match(row[i]) for row in rows[1:]) for i in range(len(rows[0]))]
    for row in rows:
        cells = [c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right)]
        print("  " + "  ".join(cells).rstrip())


def excerpt(text, pattern, occurrence, before, after):
    """Lines around the n-th match (or the last there is), dedented and cut to the screen's width."""
    lines = [line for line in text.splitlines() if line.strip()]
    matches = [i for i, line in enumerate(lines) if re.search(pattern, line)]
    if not matches:
        return [f"(nothing matches {pattern})"]
    at = matches[min(occurrence, len(matches)) - 1]
    chosen = lines[max(0, at - before):at + after + 1]
    indent = min(len(line) - len(line.lstrip()) for line in chosen)
    chosen = [line[indent:].expandtabs() for line in chosen]
    return [line if len(line) <= WIDTH else line[:WIDTH - 4] + " ..." for line in chosen]


def show_accuracy(run, model, data):
    heading("Accuracy on 360 held-out digits")
    for engine in ("native", "reference"):
        start = time.monotonic()
        line = run("qnn-run", model, "--dataset", f"npz:{data}", "--scale", 1, "--engine", engine).strip()
        print(f"  {engine:9}  {line.splitlines()[-1]}   ({time.monotonic() - start:.1f} s with compiling)")


def show_sizes(report, obj):
    heading("Sizes")
    floats = sum(layer["float_bytes"] for layer in report["layers"])
    packed = sum(layer["weight_bytes"] for layer in report["layers"])
    rows = [["", "bytes", "of float"]]
    for what, size in [("weights as float", floats), ("weights packed, with thresholds", packed),
                       (f"whole object, {obj.name}", obj.stat().st_size)]:
        rows.append([what, f"{size:,}", f"{100 * size / floats:.1f} %"])
    table(rows)


def show_layers(report):
    heading("Kernel of each layer")
    rows = [["layer", "shape", "kernel", "tile", "weights", "multiply-adds"]]
    for layer in report["layers"]:
        rows.append([layer["name"], layer["shape"], layer["kernel"], layer["tile"],
                     f"{layer['weight_bytes']:,} B", f"{layer['multiply_adds']:,}"])
    table(rows)


def show_time(run, library, image, report):
    heading("Time, one thread, batch 1")
    result = json.loads(run("qnn-run", library, "--input", image, "--repeat", 2000, "--json"))
    microseconds = result["us_per_image"]
    work = sum(layer["multiply_adds"] for layer in report["layers"])
    print(f"  {microseconds:.2f} us an image, {work / microseconds / 1000:.0f} G multiply-adds a second")


def show_levels(run, model):
    heading("One layer, the second convolution, at each level")
    for level in LEVELS:
        text = run("qnn-compile", model, f"--emit={level}", "-o", "-")
        print(f"\n  {level}:  qnn-compile {model.name} --emit={level} -o -")
        for line in excerpt(text, *EXCERPTS[level]):
            print("    " + line)


def main():
    parser = argparse.ArgumentParser(description="Compiles, runs and describes the network of test/Inputs/digits.onnx.")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="the build folder")
    args = parser.parse_args()
    import numpy as np

    run = Tools(args.build)
    model = ROOT / "test" / "Inputs" / "digits.onnx"
    folder = args.build / "demo"
    folder.mkdir(exist_ok=True)
    data, image = folder / "held-out.npz", folder / "image.npy"
    images, labels = digits.load_digits()[1]
    np.savez(data, images=images, labels=labels)
    np.save(image, images[:1].astype(np.float32))

    show_accuracy(run, model, data)
    run("qnn-compile", model, "-o", folder / "digits", "--emit=obj", f"--report={folder / 'report.json'}")
    run("qnn-compile", model, "-o", folder / "digits", "--emit=lib")
    report = json.loads((folder / "report.json").read_text())
    show_sizes(report, folder / "digits.o")
    show_layers(report)
    show_time(run, folder / "digits.so", image, report)
    show_levels(run, model)
    print(f"\nWritten: digits.o, digits.h, digits.so and the held-out images, in {folder}")


if __name__ == "__main__":
    main()
