"""Writes a .npy file: npy.py FILE TYPE SHAPE NUMBER...  (TYPE f4, i8, ...; SHAPE 1x4)

Plain Python, so that tests of the tools need no package.
"""

import struct
import sys

FORMATS = {"f4": "f", "f8": "d", "i4": "i", "i8": "q", "u1": "B", "i1": "b"}


def main(path, kind, shape, *numbers):
    dims = tuple(int(n) for n in shape.split("x"))
    convert = float if kind[0] == "f" else int
    data = struct.pack(f"<{len(numbers)}{FORMATS[kind]}", *map(convert, numbers))
    order = "|" if kind.endswith("1") else "<"
    text = f"{{'descr': '{order}{kind}', 'fortran_order': False, 'shape': {dims}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data)


main(*sys.argv[1:])
