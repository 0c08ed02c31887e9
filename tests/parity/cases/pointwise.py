import torch
import torch.nn.functional as functional
from make_parity import B, D, F, I

INF, NAN = float("inf"), float("nan")
EDGES = [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN, 1e-30, 1e30, -1e30, 88.0, -88.0, 800.0, -800.0]

ONE = {"matrix": [F(3, 5)], "0-d": [F()], "empty": [F(2, 0)], "edges": [D(EDGES)], "transposed": [F(3, 2, layout="transposed")], "gapped": [F(7, layout="gapped")],
       "long": [F(37, low=-8, high=8)]}
INTS = {"int": [I([3, 1, 0, -2])]}
PLAIN = {k: v for k, v in ONE.items() if k != "edges"}
POSITIVE = {"positive": [F(4, 3, low=0.125, high=9)], "0-d": [F(low=1)]}
HALVES = {"halves": [D([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.25])]}
PAIRS = {"same shape": [F(2, 3), F(2, 3, seed=1)], "broadcast": [F(2, 1, 3), F(4, 1, seed=1)], "ties": [D([1.0, 2.0, 3.0]), D([1.0, 2.5, 3.0])],
         "edges": [D([0.0, -0.0, INF, -INF, NAN, 1.0, NAN]), D([-0.0, 0.0, 1.0, INF, 1.0, NAN, NAN])], "0-d": [F(), F(2, seed=1)],
         "float and int": [F(3), I([-1, 0, 1])], "ints": [I([1, 5]), I([4, 2])], "empty": [F(0), F(0)]}
MASKS = {"same shape": B([[True, False, True], [False, False, True]]), "broadcast": B([True, False, False]), "0-d": B(True)}
UNARY = ["exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "rsqrt", "square", "reciprocal", "abs", "sign", "sin", "cos", "tan", "tanh",
         "sigmoid", "relu", "floor", "ceil", "round"]
# sin, cos, tan of 1e30: float32 and float64 reduce the argument each in their own way, so no more than finite numbers.
PERIODIC = {k: v for k, v in ONE.items() if k != "edges"} | {"edges": [D([0.0, -0.0, INF, -INF, NAN, 1e-30, 100.0])]}


def add_cases(family):
    add = family.add
    for name in UNARY:
        function = getattr(torch, name)
        inputs = dict(PERIODIC if name in ("sin", "cos", "tan") else ONE)
        if name in ("log", "log1p", "log2", "log10", "sqrt", "rsqrt"):
            inputs |= POSITIVE
        if name in ("floor", "ceil", "round"):
            inputs |= HALVES
        # relu, sign, abs, floor, ceil, round of integers stay integers; the others give floats.
        inputs |= {"int": [I([3, 1, 0, 2])]} if name in ("sqrt", "log", "rsqrt", "reciprocal") else INTS
        add(name, function, inputs)
    add("leaky_relu", functional.leaky_relu, ONE)
    add("leaky_relu slope", lambda a: functional.leaky_relu(a, 0.5), ONE)
    add("softplus", functional.softplus, ONE)
    add("softplus beta threshold", lambda a: functional.softplus(a, 2, 3), ONE)
    add("logsigmoid", functional.logsigmoid, ONE)
    add("clamp", lambda a: a.clamp(-1, 1), ONE | INTS)
    add("clamp min", lambda a: a.clamp(min=0.5), ONE)
    add("clamp max", lambda a: a.clamp(max=0.5), ONE)
    add("clamp_min", lambda a: a.clamp_min(-1), ONE)
    add("clamp_max", lambda a: a.clamp_max(1), ONE)
    add("clamp crossed", lambda a: a.clamp(1, -1), PLAIN)
    add("clamp tensors", torch.clamp, {"same shape": [F(2, 3), F(2, 3, seed=1, low=-1, high=0), F(2, 3, seed=2, low=0, high=1)],
                                      "broadcast": [F(2, 3), F(3, seed=1, low=-1, high=0), F(seed=2, low=0, high=1)],
                                      "bounds": [D([1.0, 2.0, 3.0]), D([1.0, 1.0, 1.0]), D([3.0, 3.0, 3.0])], "crossed": [D([0.0, 1.0, 2.0]), D([1.5, 1.5, 1.5]), D([0.5, 0.5, 0.5])],
                                      "edges": [D([INF, -INF, NAN, 0.5, 0.5]), D([0.0, 0.0, 0.0, -INF, 0.0]), D([1.0, 1.0, 1.0, 1.0, INF])], "empty": [F(0, 2), F(2), F()]})
    add("maximum", torch.maximum, PAIRS)
    add("minimum", torch.minimum, PAIRS)
    add("where", torch.where, {k: [m, F(2, 3), F(2, 3, seed=1)] for k, m in MASKS.items()} | {"all broadcast": [B([[True], [False]]), F(3), F(seed=1)], "edges": [B([True, False, True, False]), D([INF, INF, NAN, NAN]), D([NAN, -INF, 0.0, -0.0])], "empty": [B([]), F(0), F(0)]})
    add("where number", lambda c, a: torch.where(c, a, torch.tensor(2.0, dtype=a.dtype)), {k: [m, F(2, 3)] for k, m in MASKS.items()})
    add("number where", lambda c, a: torch.where(c, torch.tensor(-1.0, dtype=a.dtype), a), {k: [m, F(2, 3)] for k, m in MASKS.items()})
    add("where nan in the other branch", lambda a: torch.where(a > 0, a.sqrt(), torch.zeros_like(a)), {"some": [D([4.0, 1.0, 0.25])]})
    add("masked_fill", lambda a, m: a.masked_fill(m, 7), {k: [F(2, 3), m] for k, m in MASKS.items()} | {"edges": [D([NAN, INF, NAN, -INF]), B([True, True, False, False])], "empty": [F(0), B(True)]})
    add("masked_fill tensor", lambda a, m, v: a.masked_fill(m, v), {k: [F(2, 3), m, F(seed=3)] for k, m in MASKS.items()})
    for name in ("exp", "log", "sqrt", "rsqrt", "abs", "sin", "cos", "tanh", "sigmoid", "relu", "neg"):
        inputs = {"matrix": POSITIVE["positive"]} if name in ("log", "sqrt", "rsqrt") else {"matrix": ONE["matrix"], "transposed": ONE["transposed"]}
        add(name + "_", lambda a, name=name: getattr(a.clone(), name + "_")(), inputs)
    add("clamp_", lambda a: a.clone().clamp_(-1, 0.5), {"matrix": ONE["matrix"]})
    add("masked_fill_", lambda a, m: a.clone().masked_fill_(m, -3), {"broadcast": [F(2, 3), MASKS["broadcast"]]})
    add("fill_", lambda a: a.clone().fill_(3), {"matrix": ONE["matrix"]})
    add("zero_", lambda a: a.clone().zero_(), {"matrix": ONE["matrix"]})
    add("copy_", lambda a, b: a.clone().copy_(b), {"broadcast": [F(2, 3), F(3, seed=1)], "from int": [F(2), I([1, 2])], "transposed": [F(2, 3), F(2, 3, seed=1, layout="transposed")]})
