"""Choose the bundled subset of Fashion-MNIST: `python -m dnnbook.subset FOLDER [--out FILE]`.

FOLDER holds the four original .gz files. 1,000 training and 200 test images of each class
are drawn by the book's seed and kept in their original order. The same input gives the same
file, byte for byte.
"""

import argparse
import gzip
import hashlib
import io
import os
import sys
import zipfile
from pathlib import Path

import numpy as np

from dnnbook import data, seeds

TRAIN_PER_CLASS = 1000
TEST_PER_CLASS = 200


def main(arguments: list[str] | None = None) -> int:
    """Write the subset, print its size and digest; return 1 with a message on bad input."""
    parser = argparse.ArgumentParser(prog="python -m dnnbook.subset", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder with the four original files")
    parser.add_argument("--out", type=Path, default=data.SUBSET_FILE, help="the file to write")
    options = parser.parse_args(arguments)
    try:
        content = npz_bytes(choose(options.folder))
        write_atomically(options.out, content)
    except (data.DataError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{options.out}: {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")
    return 0


def choose(folder: Path) -> dict[str, np.ndarray]:
    """The subset's six arrays: images and labels of both parts, and where they came from.

    Images are uint8 (n, 28, 28), labels uint8 (n,), indices uint16 (n,): `x_train[i]` is the
    original training image number `train_index[i]`.

    Raises:
        DataError: a file is missing or damaged.
    """
    arrays = {}
    for part, prefix, per_class in (
        ("train", "train", TRAIN_PER_CLASS),
        ("test", "t10k", TEST_PER_CLASS),
    ):
        images = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz")
        labels = read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz")
        counts = [per_class] * len(data.CLASS_NAMES)
        rng = seeds.generator(f"Fashion-MNIST subset, {part}")
        index = seeds.stratified_choice(labels, counts, rng)
        arrays[f"x_{part}"], arrays[f"y_{part}"] = images[index], labels[index]
        arrays[f"{part}_index"] = index.astype(np.uint16)  # 60,000 numbers: 16 bits suffice
    return arrays


def read_idx(file: Path) -> np.ndarray:
    """The uint8 array in one of the four original files, its digest verified first.

    IDX: two zero bytes, a type code (8: uint8), the number of axes, each axis's length as
    a big-endian 32-bit integer, then the values.

    Raises:
        DataError: the file is missing or damaged.
    """
    remedy = "fetch the original file again, from the Fashion-MNIST project"
    content = gzip.decompress(data.read_verified(file, data.FULL_SHA256[file.name], remedy))
    axes = content[3]
    shape = np.frombuffer(content, ">u4", count=axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def npz_bytes(arrays: dict[str, np.ndarray]) -> bytes:
    """The arrays as the bytes of an .npz file that `np.load` reads without pickle.

    By hand and not with `np.savez_compressed`, for two reasons. The bytes must not depend
    on the machine: bzip2's output has not changed for decades, while zlib's differs between
    zlib and zlib-ng, and xz's between versions. And bzip2 packs these images 8 % smaller.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_BZIP2
            entry.create_system = 3  # Unix, on every system
            member = io.BytesIO()
            np.lib.format.write_array(member, array, version=(1, 0), allow_pickle=False)
            archive.writestr(entry, member.getvalue(), compresslevel=9)
    return buffer.getvalue()


def write_atomically(file: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whenever the power fails."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
