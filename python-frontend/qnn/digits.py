"""UCI's handwritten digits (1,797 images of 8x8 pixels, 0..16), as scikit-learn ships them.

The split is that of `digits:FILE` in the tools, so that an accuracy means the same everywhere: the last 360
images are held out. The data set is ordered by writer, so they are mostly by people whose hand the network has
not seen.
"""

import pathlib

import numpy as np

HELD_OUT = 360


def csv_file():
    """The file of the data set, for the tools' `digits:FILE`."""
    from sklearn import datasets

    return pathlib.Path(datasets.__file__).parent / "data" / "digits.csv.gz"


def load_digits():
    """Returns ((images, labels) to train on, (images, labels) held out): u8 [N, 1, 8, 8], i64 [N]."""
    data = np.loadtxt(csv_file(), delimiter=",")
    images = data[:, :-1].astype(np.uint8).reshape(-1, 1, 8, 8)
    labels = data[:, -1].astype(np.int64)
    return (images[:-HELD_OUT], labels[:-HELD_OUT]), (images[-HELD_OUT:], labels[-HELD_OUT:])
