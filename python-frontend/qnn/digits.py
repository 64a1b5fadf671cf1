"""UCI's handwritten digits (1,797 images of 8x8 pixels, 0..16), as scikit-learn ships them.

The split is fixed, so that an accuracy means the same everywhere: the last 360
images are held out. The data set is ordered by writer, so they are mostly by
people whose hand the network has not seen.
"""

import argparse

import numpy as np

HELD_OUT = 360


def load_digits():
    """Returns ((images, labels) to train on, (images, labels) held out): u8 [N, 1, 8, 8], i64 [N]."""
    from sklearn.datasets import load_digits as load

    data = load()
    images = data.images.astype(np.uint8)[:, None]
    labels = data.target.astype(np.int64)
    return (images[:-HELD_OUT], labels[:-HELD_OUT]), (images[-HELD_OUT:], labels[-HELD_OUT:])


def main():
    parser = argparse.ArgumentParser(
        description="Writes the held-out digits as .npz (arrays images, labels), "
        "for qnn-run --dataset npz:FILE --scale 1.")
    parser.add_argument("output")
    args = parser.parse_args()
    images, labels = load_digits()[1]
    np.savez(args.output, images=images, labels=labels)
    print(f"{args.output}: {len(images)} images, {images.dtype} {list(images.shape[1:])}")


if __name__ == "__main__":
    main()
