"""Unpacks the test images of CIFAR-10 once: cifar10_test.py DATA FOLDER

DATA/data holds `unpack.py` and the packed pictures; only the 10,000 test images
are decoded, as that script does it. A folder that has them is left alone.
"""

import importlib.util
import pathlib
import sys
import tarfile


def load_unpack(folder):
    spec = importlib.util.spec_from_file_location("unpack", folder / "unpack.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(data, folder):
    target = pathlib.Path(folder) / "test_batch.bin"
    if target.exists() and target.stat().st_size == 10000 * 3073:
        return
    source = pathlib.Path(data) / "data"
    unpack = load_unpack(source)
    with tarfile.open(source / "cifar10" / "test.tar.xz") as archive:
        files = {member.name: archive.extractfile(member).read() for member in archive}
    _, labels, images = unpack.decode_all("cifar10/test", files, unpack.CIFAR_CLASSES, 32)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".part")
    partial.write_bytes(unpack.records(labels, images))
    partial.rename(target)


main(*sys.argv[1:])
