"""Writes the first MNIST test images, divided by 255: mnist_images.py FOLDER COUNT NPY RAW

NPY is COUNTx1x28x28 floats, RAW the same numbers without a header.
"""

import gzip
import pathlib
import struct
import sys


def main(folder, count, npy, raw):
    count = int(count)
    plain = pathlib.Path(folder) / "t10k-images-idx3-ubyte"
    packed = pathlib.Path(str(plain) + ".gz")
    data = plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes())
    pixels = data[16:16 + 784 * count]
    floats = struct.pack(f"<{len(pixels)}f", *(pixel / 255 for pixel in pixels))
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, 1, 28, 28), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(npy, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + floats)
    pathlib.Path(raw).write_bytes(floats)


main(*sys.argv[1:])
