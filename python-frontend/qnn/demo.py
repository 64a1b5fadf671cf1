"""The main job: a binary network is trained, compiled to a native object and tried on new images.

Uses only the command-line tools, as a user would, and prints: how training
went, accuracy on the held-out images, sizes, time per image, the kernel of each
layer, and one layer at each level of the IR.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap
import time

from qnn import digits

ROOT = pathlib.Path(__file__).parents[2]
WIDTH = 110
EPOCHS = 25
# The levels are shown for one CPU, so that the text is the same on every machine.
TARGET = "znver4"
# What shows the second convolution at each level: a pattern, its how-manieth match, and how many lines to
# show from how many before it. 0 stands for the match with the most `dense` lines after it: the inner loop.
LEVELS = {
    "graph": dict(pattern=r"qnn\.conv2d", match=2, before=1, lines=5),
    "integer": dict(pattern=r"qnn\.iconv2d", match=2, before=0, lines=3),
    "packed": dict(pattern=r"qnn\.xnor_conv2d", match=1, before=0, lines=2),
    "loops": dict(pattern=r"scf\.for .*iter_args", match=0, before=0, lines=12, dense=r"math\.ctpop"),
    "asm": dict(pattern=r"vpopcntd", match=0, before=2, lines=12, dense=r"vpopcntd"),
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
    number = re.compile(r"^[\d,.]*( \S+)?$")
    right = [all(number.match(row[i]) for row in rows[1:]) for i in range(len(rows[0]))]
    for row in rows:
        cells = [c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right)]
        print("  " + "  ".join(cells).rstrip())


def wrap(line, most=4):
    """A line of IR in at most so many lines of the screen."""
    deeper = " " * (len(line) - len(line.lstrip()) + 4)
    parts = textwrap.wrap(line, WIDTH, subsequent_indent=deeper, break_long_words=False, break_on_hyphens=False)
    return parts if len(parts) <= most else parts[:most - 1] + [parts[most - 1][:WIDTH - 4] + " ..."]


def excerpt(text, pattern, match, before, lines, dense=None):
    """Some lines of a text, dedented and wrapped; see LEVELS."""
    text = [line.expandtabs() for line in text.splitlines() if line.strip()]
    matches = [i for i, line in enumerate(text) if re.search(pattern, line)]
    if len(matches) < max(match, 1):
        return [f"(nothing matches {pattern})"]
    if match:
        at = matches[match - 1]
    else:
        at = max(matches, key=lambda i: sum(bool(re.search(dense, line)) for line in text[i:i + 40]))
    chosen = text[max(0, at - before):][:lines]
    indent = min(len(line) - len(line.lstrip()) for line in chosen)
    return [part for line in chosen for part in wrap(line[indent:])]


def show_training(run, data, model):
    heading("Training")
    command = ["qnn-train", "digits", f"--data=digits:{data}", f"--epochs={EPOCHS}", "-o", model]
    start = time.monotonic()
    lines = run(*command).splitlines()
    seconds = time.monotonic() - start
    print("  " + " ".join([*command[:-1], model.name]))
    first = next(i for i, line in enumerate(lines) if line.startswith("epoch"))
    last = max(i for i, line in enumerate(lines) if line.startswith("epoch"))
    for line in [*lines[:first + 1], "...", *lines[last:]]:
        print("  " + line.replace(str(model), model.name))
    print(f"  {seconds:.1f} s with compiling the step")


def show_accuracy(run, model, data):
    heading(f"Accuracy on {digits.HELD_OUT} held-out digits")
    for engine in ("native", "reference"):
        start = time.monotonic()
        line = run("qnn-run", model, "--dataset", f"digits:{data}", "--scale", 1, "--engine", engine).strip()
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
    for level, where in LEVELS.items():
        text = run("qnn-compile", model, f"--emit={level}", f"--target={TARGET}", "-o", "-")
        print(f"\n  {level}:  qnn-compile {model.name} --emit={level} --target={TARGET} -o -")
        for line in excerpt(text, **where):
            print("    " + line)


def main():
    parser = argparse.ArgumentParser(description="Trains, compiles, runs and describes a network for digits.")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="the build folder")
    args = parser.parse_args()
    import numpy as np

    run = Tools(args.build)
    folder = args.build / "demo"
    folder.mkdir(exist_ok=True)
    model, data, image = folder / "digits.onnx", folder / "digits.csv.gz", folder / "image.npy"
    shutil.copyfile(digits.csv_file(), data)
    np.save(image, digits.load_digits()[1][0][:1].astype(np.float32))

    show_training(run, data, model)
    show_accuracy(run, model, data)
    run("qnn-compile", model, "-o", folder / "digits", "--emit=obj", f"--report={folder / 'report.json'}")
    run("qnn-compile", model, "-o", folder / "digits", "--emit=lib")
    report = json.loads((folder / "report.json").read_text())
    show_sizes(report, folder / "digits.o")
    show_layers(report)
    show_time(run, folder / "digits.so", image, report)
    show_levels(run, model)
    print(f"\nWritten: digits.onnx, digits.o, digits.h, digits.so and the digits, in {folder}")


if __name__ == "__main__":
    main()
