"""Writes a small set of 1x4x4 images of two classes: bright above or below. A second argument is the number of
classes, those after the second all dark.

Plain Python, so that tests of the tools need no package.
"""

import random
import struct
import sys
import zipfile

rng = random.Random(0)
classes = int(sys.argv[2]) if len(sys.argv) > 2 else 2


def npy(kind, shape, data):
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data


def image(label):
    return bytes(rng.randrange(100) + 120 * (i // 8 == label) for i in range(16))


with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for prefix, count in [("train_", 200), ("", 60)]:
        labels = [rng.randrange(classes) for _ in range(count)]
        pixels = b"".join(map(image, labels))
        archive.writestr(prefix + "images.npy", npy("|u1", (count, 1, 4, 4), pixels))
        archive.writestr(prefix + "labels.npy", npy("<i8", (count,), struct.pack(f"<{count}q", *labels)))
