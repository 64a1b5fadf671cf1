"""Layers of binary networks in numpy, forward and backward, channels last.

Every layer has forward(x, training), backward(gradient) and parameters(), a
list of Parameter. Weights and activations are binarized to +-1 (0 gives +1);
the gradient passes where the real number lies in [-1, 1] (straight-through
estimator of Hubara et al. 2016).
"""

import numpy as np


def binarize(x):
    return np.where(x >= 0, np.float32(1), np.float32(-1))


class Parameter:
    """An array, its gradient, and the range that each update clips it to."""

    def __init__(self, value, low=-np.inf, high=np.inf):
        self.value = value.astype(np.float32)
        self.gradient = np.zeros_like(self.value)
        self.low, self.high = low, high


class Conv3x3:
    """Convolution with +-1 weights, padded with a border of zeros. Weights [3, 3, in, out]."""

    def __init__(self, channels_in, channels_out, rng):
        shape = (3, 3, channels_in, channels_out)
        self.weight = Parameter(rng.uniform(-0.1, 0.1, shape), -1, 1)

    def parameters(self):
        return [self.weight]

    def forward(self, x, training):
        n, h, w, c = x.shape
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        taps = [padded[:, i:i + h, j:j + w] for i in range(3) for j in range(3)]
        self.columns = np.concatenate(taps, axis=-1).reshape(n * h * w, 9 * c)
        self.shape = x.shape
        weight = binarize(self.weight.value).reshape(9 * c, -1)
        return (self.columns @ weight).reshape(n, h, w, -1)

    def backward(self, gradient):
        n, h, w, c = self.shape
        rows = gradient.reshape(n * h * w, -1)
        weight = binarize(self.weight.value).reshape(9 * c, -1)
        self.weight.gradient = (self.columns.T @ rows).reshape(self.weight.value.shape)
        columns = (rows @ weight.T).reshape(n, h, w, 3, 3, c)
        padded = np.zeros((n, h + 2, w + 2, c), np.float32)
        for i in range(3):
            for j in range(3):
                padded[:, i:i + h, j:j + w] += columns[:, :, :, i, j]
        return padded[:, 1:-1, 1:-1]


class Linear:
    """Matrix product with +-1 weights [in, out]."""

    def __init__(self, channels_in, channels_out, rng):
        self.weight = Parameter(rng.uniform(-0.1, 0.1, (channels_in, channels_out)), -1, 1)

    def parameters(self):
        return [self.weight]

    def forward(self, x, training):
        self.x = x
        return x @ binarize(self.weight.value)

    def backward(self, gradient):
        self.weight.gradient = self.x.T @ gradient
        return gradient @ binarize(self.weight.value).T


class MaxPool2x2:
    def parameters(self):
        return []

    def forward(self, x, training):
        n, h, w, c = x.shape
        windows = x.reshape(n, h // 2, 2, w // 2, 2, c)
        result = windows.max(axis=(2, 4))
        self.winners = windows == result[:, :, None, :, None]
        self.shape = x.shape
        return result

    def backward(self, gradient):
        shares = self.winners / self.winners.sum(axis=(2, 4), keepdims=True, dtype=np.float32)
        return (shares * gradient[:, :, None, :, None]).reshape(self.shape)


class BatchNorm:
    """Normalizes over all dimensions but the last. The scale stays positive, so that
    max pooling and the sign that follows may change places."""

    EPSILON = 1e-5

    def __init__(self, channels):
        self.scale = Parameter(np.ones(channels), 0.05)
        self.bias = Parameter(np.zeros(channels))
        self.mean = np.zeros(channels, np.float32)
        self.variance = np.ones(channels, np.float32)
        self.rate = 0.1  # at which the running statistics follow a batch's

    def parameters(self):
        return [self.scale, self.bias]

    def forward(self, x, training):
        if not training:
            factor = self.scale.value / np.sqrt(self.variance + np.float32(self.EPSILON))
            return (x - self.mean) * factor + self.bias.value
        axes = tuple(range(x.ndim - 1))
        mean, variance = x.mean(axis=axes), x.var(axis=axes)
        self.mean = self.mean + np.float32(self.rate) * (mean - self.mean)
        self.variance = self.variance + np.float32(self.rate) * (variance - self.variance)
        self.deviation = np.sqrt(variance + self.EPSILON)
        self.normal = (x - mean) / self.deviation
        return self.normal * self.scale.value + self.bias.value

    def backward(self, gradient):
        axes = tuple(range(gradient.ndim - 1))
        self.scale.gradient = (gradient * self.normal).sum(axis=axes)
        self.bias.gradient = gradient.sum(axis=axes)
        count = self.normal.size // self.normal.shape[-1]
        centred = gradient - self.bias.gradient / count - self.normal * (self.scale.gradient / count)
        return centred * (self.scale.value / self.deviation)


class Sign:
    def parameters(self):
        return []

    def forward(self, x, training):
        self.inside = np.abs(x) <= 1
        return binarize(x)

    def backward(self, gradient):
        return gradient * self.inside


class Flatten:
    """[N, H, W, C] to [N, C * H * W], in the order that ONNX's Flatten gives NCHW."""

    def parameters(self):
        return []

    def forward(self, x, training):
        self.shape = x.shape
        return x.transpose(0, 3, 1, 2).reshape(len(x), -1)

    def backward(self, gradient):
        n, h, w, c = self.shape
        return gradient.reshape(n, c, h, w).transpose(0, 2, 3, 1)
