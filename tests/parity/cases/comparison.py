import torch
from make_parity import B, D, F, I

INF, NAN = float("inf"), float("nan")
PAIRS = {"matrix": [F(2, 3), F(2, 3, seed=1)], "broadcast": [F(3), F(2, 1, seed=1)], "ties": [D([1.0, 2.0, 0.0]), D([1.0, 3.0, -0.0])],
         "edges": [D([NAN, NAN, INF, -INF, INF]), D([NAN, 1.0, INF, INF, NAN])], "ints": [I([1, 2, 3]), I([3, 2, 1])],
         "float and int": [D([1.0, 2.5]), I([1, 2])], "bools": [B([True, False]), B([True, True])], "empty": [F(0), F(0)], "0-d": [F(), F(2, seed=1)]}
ONE = {"floats": [D([0.5, 0.0, -1.0, NAN, INF])], "ints": [I([0, 1, 2])]}
LOGICAL = {"bools": [B([True, True, False, False]), B([True, False, True, False])], "floats": [D([0.0, 1.5, NAN, -0.0]), D([1.0, 0.0, 1.0, 0.0])],
           "int and bool": [I([[0], [2]]), B([True, False])]}
CLOSE = {"near": [D([1.0, 1.0, 100.0]), D([1.000001, 1.1, 100.0005])], "edges": [D([INF, NAN, -INF]), D([INF, NAN, INF])], "same": [D([1.0, 2.0]), D([1.0, 2.0])], "empty": [F(0), F(0)]}


def add_cases(family):
    add = family.add
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        add(name, getattr(torch, name), PAIRS)
        add(name + " number", lambda a, name=name: getattr(torch, name)(a, 0.5), ONE)
        add(name + " int", lambda a, name=name: getattr(torch, name)(a, 1), ONE)
    for name in ("logical_and", "logical_or", "logical_xor"):
        add(name, getattr(torch, name), LOGICAL)
    add("logical_not", torch.logical_not, ONE | {"bools": [B([True, False])]})
    bits = {"bools": [B([True, True, False, False]), B([True, False, True, False])], "ints": [I([12, -1, 5]), I([10, 7, 2])], "int and bool": [I([[6], [7]]), B([True, False])]}
    add("&", lambda a, b: a & b, bits)
    add("|", lambda a, b: a | b, bits)
    add("^", lambda a, b: a ^ b, bits)
    add("~", lambda a: ~a, {"bools": [B([True, False])], "ints": [I([0, 5, -3])]})
    for name in ("isnan", "isinf", "isfinite"):
        add(name, getattr(torch, name), ONE | {"more": [D([-INF, 1e308])]} if name == "isnan" else ONE)
    add("isclose", torch.isclose, CLOSE)
    add("isclose options", lambda a, b: torch.isclose(a, b, rtol=0.2, atol=0, equal_nan=True), CLOSE)
    add("allclose", torch.allclose, CLOSE)
    add("allclose options", lambda a, b: torch.allclose(a, b, rtol=0.2, equal_nan=True), CLOSE)
    add("equal", torch.equal, {"same": CLOSE["same"], "nan": CLOSE["edges"], "shape": [F(2), F(1, 2)], "other": CLOSE["near"]})
