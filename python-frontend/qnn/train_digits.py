"""Trains a binary CNN on 8x8 digits and writes it as QONNX.

Three 3x3 convolutions and one matrix product, all weights and all activations
+-1; the input keeps its 5 bits. Adam, images moved by up to one pixel. Less
than a minute on one core.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time

import numpy as np

from qnn import qonnx
from qnn.digits import load_digits
from qnn.layers import BatchNorm, Conv3x3, Flatten, Linear, MaxPool2x2, Sign

PIXEL_BITS = 5  # 0..16


def build(rng, widths=(32, 64, 64)):
    """The network as a list of (name, layer)."""
    a, b, c = widths
    return [
        ("conv1", Conv3x3(1, a, rng)), ("norm1", BatchNorm(a)), ("sign1", Sign()),
        ("conv2", Conv3x3(a, b, rng)), ("pool2", MaxPool2x2()), ("norm2", BatchNorm(b)), ("sign2", Sign()),
        ("conv3", Conv3x3(b, c, rng)), ("pool3", MaxPool2x2()), ("norm3", BatchNorm(c)), ("sign3", Sign()),
        ("flatten", Flatten()), ("fc", Linear(4 * c, 10, rng)), ("norm4", BatchNorm(10)),
    ]


def forward(network, images, training=False):
    """Logits of u8 images [N, 1, 8, 8]."""
    x = images.transpose(0, 2, 3, 1).astype(np.float32)
    for _, layer in network:
        x = layer.forward(x, training)
    return x


def backward(network, gradient):
    for _, layer in reversed(network):
        gradient = layer.backward(gradient)


class Adam:
    """Kingma and Ba 2015; each parameter is clipped to its range after the step."""

    def __init__(self, parameters):
        self.parameters = parameters
        self.first = [np.zeros_like(p.value) for p in parameters]
        self.second = [np.zeros_like(p.value) for p in parameters]
        self.step = 0

    def update(self, rate, beta1=0.9, beta2=0.999):
        self.step += 1
        rate *= np.sqrt(1 - beta2**self.step) / (1 - beta1**self.step)
        for p, m, v in zip(self.parameters, self.first, self.second):
            m += (1 - beta1) * (p.gradient - m)
            v += (1 - beta2) * (p.gradient**2 - v)
            p.value = np.clip(p.value - np.float32(rate) * m / (np.sqrt(v) + 1e-8), p.low, p.high)


def shift(images, rng):
    """Moves each image by -1, 0 or 1 pixels in each direction."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    rows, columns = rng.integers(0, 3, (2, len(images)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (8, 8), axis=(2, 3))
    return windows[np.arange(len(images)), :, rows, columns]


def softmax_gradient(logits, labels):
    """Gradient of the mean cross entropy, and the loss."""
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = exp / exp.sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    loss = -np.log(p[rows, labels] + 1e-12).mean()
    p[rows, labels] -= 1
    return p / len(labels), loss


def accuracy(network, images, labels):
    return int((forward(network, images).argmax(axis=1) == labels).sum())


def recalibrate(network, images, rng, rounds=8):
    """Makes the statistics of batch normalization the means over batches of the final network."""
    norms = [layer for _, layer in network if isinstance(layer, BatchNorm)]
    for i in range(rounds):
        for norm in norms:
            norm.rate = 1 / (i + 1)
        forward(network, shift(images[rng.permutation(len(images))[:512]], rng), training=True)


def train(epochs, seed=0, batch=64, rate=5e-3, log=print):
    """Returns the trained network and how many held-out images it gets right."""
    rng = np.random.default_rng(seed)
    (images, labels), held_out = load_digits()
    network = build(rng)
    adam = Adam([p for _, layer in network for p in layer.parameters()])
    steps = len(images) // batch
    start = time.monotonic()
    for epoch in range(epochs):
        order = rng.permutation(len(images))
        for step in range(steps):
            rows = order[step * batch:(step + 1) * batch]
            gradient, loss = softmax_gradient(forward(network, shift(images[rows], rng), True), labels[rows])
            backward(network, gradient)
            progress = (epoch + step / steps) / epochs
            adam.update(rate * 0.5 * (1 + np.cos(np.pi * progress)) + 1e-6)
        if (epoch + 1) % 5 == 0 or epoch + 1 == epochs:
            log(f"epoch {epoch + 1:3}  loss {loss:.3f}  {time.monotonic() - start:5.1f} s")
    recalibrate(network, images, rng)
    return network, accuracy(network, *held_out)


def main():
    parser = argparse.ArgumentParser(description="Trains a binary CNN on 8x8 digits and writes it as QONNX.")
    parser.add_argument("output", help="the .onnx file to write")
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    network, right = train(args.epochs, args.seed)
    total = len(load_digits()[1][1])
    print(f"held out: accuracy {right}/{total} ({100 * right / total:.2f} %)")
    qonnx.write(network, args.output, "digits", (1, 8, 8), PIXEL_BITS)


if __name__ == "__main__":
    main()
