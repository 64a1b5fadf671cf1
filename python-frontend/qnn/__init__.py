"""Trains small quantized networks and writes them as QONNX for the compiler."""
