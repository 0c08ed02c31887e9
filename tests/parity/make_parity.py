#!/usr/bin/python3
"""Writes what PyTorch computes into data/*.json, which the tests beside this file compare gradus with.

    apt-get install python3-torch && tests/parity/make_parity.py

Each file of cases/ names functions and gives each its inputs; the C++ test of the same name gives the same functions.
Made with PyTorch 1.13.1 (Debian 12). Where PyTorch 2 differs, the case follows PyTorch 2 and says so.
"""
import importlib
import json
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
FAMILIES = ["creation", "arithmetic", "pointwise", "comparison", "reduce", "matmul", "shape", "index", "image", "loss", "nn", "optim"]


def text(value):
    """A number as JSON: infinities and NaN as strings, whole floats without a point."""
    if isinstance(value, (bool, int)):
        return value
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    return int(value) if value == int(value) and abs(value) < 1e15 and str(value) != "-0.0" else value


def tensor_to_json(x, exact=False):
    """A tensor as JSON, or None; unless exact with 12 digits (7 for float32): the last vary between processors."""
    if x is None:
        return None
    digits = 7 if x.dtype == torch.float32 else 12
    values = x.detach().contiguous().view(-1).tolist()
    if x.is_floating_point() and not exact:
        values = [float(f"%.{digits}g" % v) for v in values]
    return {"dtype": str(x.dtype)[6:], "sizes": list(x.shape), "data": [text(v) for v in values]}


class Input:
    """A tensor to be made: floating-point ones are made in float64 and float32, and ask for a gradient if grad."""

    def __init__(self, data, kind, grad=False, layout=""):
        self.kind, self.grad, self.layout = kind, grad, layout
        self.values = torch.as_tensor(data, dtype={"float": torch.float64, "int64": torch.int64, "bool": torch.bool}[kind])

    def tensor(self, dtype):
        x = self.values.to(dtype if self.kind == "float" else self.values.dtype, copy=True)
        if self.layout == "transposed":  # memory in column order
            x = x.transpose(0, 1).contiguous().transpose(0, 1)
        elif self.layout == "gapped":  # every other element of a larger memory
            x = torch.stack([x, x + x], -1).select(-1, 0)
        return x.requires_grad_(True) if self.grad else x

    def to_json(self):
        entry = tensor_to_json(self.values, exact=True)
        entry["dtype"] = self.kind
        if self.grad:
            entry["grad"] = True
        if self.layout:
            entry["layout"] = self.layout
        return entry


def spread(*sizes, seed=0, low=-2.0, high=2.0):
    """Numbers between low and high without an order to them, each a multiple of 1/64 so that float32 holds it."""
    count = 1
    for size in sizes:
        count *= size
    parts = [((i + 1) * 0.6180339887498949 + seed * 0.3819660112501051) % 1 for i in range(count)]
    values = [round((low + (high - low) * part) * 64) / 64 for part in parts]
    return torch.tensor(values, dtype=torch.float64).view(sizes)


def F(*sizes, seed=0, low=-2.0, high=2.0, grad=True, layout=""):
    """A floating-point input of those sizes, of spread numbers."""
    return Input(spread(*sizes, seed=seed, low=low, high=high), "float", grad, layout)


def D(data, grad=True, layout=""):
    """A floating-point input with those numbers."""
    return Input(data, "float", grad, layout)


def I(data, layout=""):
    """An integer input."""
    return Input(data, "int64", layout=layout)


def B(data):
    """A bool input."""
    return Input(data, "bool")


def weights(x):
    """The gradient that backward starts with: not the same for all elements."""
    return ((torch.arange(x.numel()) * 7 % 11 + 1) / 8).view(x.shape).to(x.dtype)


def run(function, inputs, dtype):
    """Outputs of the function and gradients of its inputs."""
    tensors = [i.tensor(dtype) for i in inputs]
    outputs = function(*tensors)
    if isinstance(outputs, bool):
        outputs = torch.tensor(outputs)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    for output in outputs:
        if output.requires_grad:
            output.backward(weights(output), retain_graph=True)
    return {"outputs": [tensor_to_json(o) for o in outputs], "grads": [tensor_to_json(t.grad) for t in tensors if t.requires_grad]}


class Family:
    """The cases of one file."""

    def __init__(self):
        self.cases = []

    def add(self, function_name, function, inputs_by_name):
        """One case for each entry of inputs_by_name: a name, and the list of inputs."""
        for name, inputs in inputs_by_name.items():
            floating = any(i.kind == "float" for i in inputs)
            expected = {str(d)[6:]: run(function, inputs, d) for d in ([torch.float64, torch.float32] if floating else [torch.float32])}
            self.cases.append({"function": function_name, "case": name, "inputs": [i.to_json() for i in inputs], "expected": expected})

    def write(self, path):
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        path.write_text("[\n" + lines + "\n]\n")
        print(f"{path.relative_to(HERE)}: {len(self.cases)} cases, {path.stat().st_size} bytes")
        assert path.stat().st_size < 900_000, "split this family"


def main():
    torch.set_num_threads(1)
    sys.modules["make_parity"] = sys.modules["__main__"]
    sys.path.insert(0, str(HERE))
    (HERE / "data").mkdir(exist_ok=True)
    for name in sys.argv[1:] or FAMILIES:
        family = Family()
        importlib.import_module(f"cases.{name}").add_cases(family)
        family.write(HERE / "data" / f"{name}.json")


if __name__ == "__main__":
    main()
