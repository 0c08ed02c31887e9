#!/usr/bin/python3
"""Exchanges weights with gradus: `exchange.py check DIR` reads what exchange_test.cpp wrote, `exchange.py write DIR` writes
what it reads. Files are safetensors, spelled out below as any program may, and NumPy's own .npz."""
import json
import pathlib
import struct
import sys

import numpy

DTYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "BOOL": "?", "F16": "<f2", "U8": "u1", "I32": "<i4"}


def load_safetensors(path):
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    assert length % 8 == 0, "the numbers are not aligned"
    header = json.loads(content[8 : 8 + length])
    assert header.pop("__metadata__") == {"writer": "gradus"}
    arrays, used = {}, 0
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = numpy.dtype(DTYPES[entry["dtype"]])
        assert begin % dtype.itemsize == 0, f"{name} is not aligned"
        arrays[name] = numpy.frombuffer(content[8 + length + begin : 8 + length + end], dtype).reshape(entry["shape"])
        used += end - begin
    assert 8 + length + used == len(content)
    return arrays


def save_safetensors(path, arrays):
    names = {numpy.dtype(dtype): name for name, dtype in DTYPES.items()}
    header, numbers = {"__metadata__": {"writer": "Python"}}, b""
    for name, array in arrays.items():
        raw = numpy.ascontiguousarray(array).tobytes()
        header[name] = {"dtype": names[array.dtype], "shape": array.shape, "data_offsets": (len(numbers), len(numbers) + len(raw))}
        numbers += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + numbers)


def state():
    """What gradus writes."""
    return {
        "0.weight": (numpy.arange(12, dtype="f4") / numpy.float32(8) - 1).reshape(3, 4),
        "0.bias": numpy.array([0.1, -0.0, numpy.inf], "f4"),
        "turned": numpy.arange(6, dtype="f8").reshape(2, 3).T / 3,
        "count": numpy.array(-(2**62), "i8"),
        "mask": numpy.array([[True], [False]]),
        "empty": numpy.zeros((2, 0), "f4"),
    }


def check(found, expected):
    assert list(found) == list(expected), f"names: {list(found)} in place of {list(expected)}"
    for name, array in expected.items():
        assert found[name].dtype == array.dtype, f"{name}: {found[name].dtype} in place of {array.dtype}"
        assert found[name].shape == array.shape, f"{name}: {found[name].shape} in place of {array.shape}"
        assert found[name].tobytes() == numpy.ascontiguousarray(array).tobytes(), f"{name}: {found[name]} in place of {array}"


def others():
    """What Python writes besides: other types."""
    return {
        "half": numpy.array([1.5, -2, 65504, 6e-8], "f2"),
        "bytes": numpy.arange(250, 256, dtype="u1").reshape(2, 3),
        "ints": numpy.array([-7, 2**31 - 1], "i4"),
    }


def main(action, folder):
    if action == "check":
        check(load_safetensors(folder / "gradus.safetensors"), state())
        with numpy.load(folder / "gradus.npz") as archive:
            check(archive, state())
    else:
        save_safetensors(folder / "python.safetensors", state() | others())
        numpy.savez(folder / "python.npz", **state(), **others())
        # Fortran's order and big-endian numbers, packed.
        turned = {name: numpy.array(a, a.dtype.newbyteorder(">"), order="F") for name, a in (state() | others()).items()}
        numpy.savez_compressed(folder / "python_turned.npz", **turned)


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
