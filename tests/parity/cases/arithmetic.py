import torch
from make_parity import B, D, F, I

INF, NAN = float("inf"), float("nan")
EDGES = [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN, 1e-30, 1e30]

# Without 1e-30 and 1e30, whose squares float32 does not hold.
FEW_EDGES = [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN]

PAIRS = {
    "same shape": [F(2, 3), F(2, 3, seed=1)],
    "broadcast right": [F(2, 3), F(3, seed=1)],
    "broadcast left": [F(3), F(2, 3, seed=1)],
    "broadcast both": [F(2, 1, 3), F(4, 1, seed=1)],
    "0-d and matrix": [F(), F(2, 2, seed=1)],
    "0-d both": [F(), F(seed=1)],
    "long": [F(37), F(37, seed=1)],
    "empty": [F(0, 3), F(1, seed=1)],
    "transposed": [F(3, 4, layout="transposed"), F(3, 4, seed=1)],
    "gapped": [F(5, layout="gapped"), F(2, 5, seed=1, layout="gapped")],
    "edges": [D(EDGES), D(list(reversed(EDGES)))],
    "edges and one": [D(EDGES), D([1.0])],
    "edges and zero": [D(EDGES), D([0.0])],
    "float and int": [F(2, 2), I([[1, 2], [3, -4]])],
    "int and float 0-d": [I([1, 2, 3]), F(seed=2)],
    "int and int": [I([7, -7, 3]), I([2, 2, -2])],
    "left constant": [F(3, grad=False), F(3, seed=1)],
}
BOOLS = {"bool and bool": [B([True, True, False]), B([True, False, False])], "bool and int": [B([True, False]), I([5, 6])]}
ONE = {"matrix": [F(2, 3)], "0-d": [F()], "empty": [F(2, 0)], "edges": [D(EDGES)], "transposed": [F(3, 2, layout="transposed")]}
INTS = {"int": [I([3, -4, 0])]}
# Away from 0, where torch's own float32 and float64 powers agree.
POSITIVE = {"same shape": [F(2, 3, low=0.25), F(2, 3, seed=1)], "broadcast": [F(3, low=0.25), F(2, 3, seed=1)], "0-d": [F(low=0.25), F(seed=1)],
            "ints": [I([2, 3, -2]), I([3, 0, 2])], "negative base, whole exponents": [D([-2.0, -1.5, -1.0]), D([2.0, 3.0, -1.0], grad=False)],
            "zeros": [D([0.0, 0.0, 2.0]), D([0.0, 2.0, 0.0])], "edges": [D(EDGES), D([2.0], grad=False)], "to the edges": [D([2.0]), D(EDGES)]}
TRIPLES = {"same shape": [F(2, 3), F(2, 3, seed=1), F(2, 3, seed=2, low=0.5)], "broadcast": [F(2, 3), F(3, seed=1), F(2, 1, seed=2, low=0.5)],
           "0-d": [F(), F(seed=1), F(seed=2, low=0.5)], "transposed": [F(2, 3, layout="transposed"), F(2, 3, seed=1), F(2, 3, seed=2, low=0.5)], "empty": [F(0, 3), F(3, seed=1), F(3, seed=2, low=0.5)],
           "edges": [D(FEW_EDGES), D(list(reversed(FEW_EDGES))), D([2.0])], "edges last": [D([2.0]), D(FEW_EDGES), D(list(reversed(FEW_EDGES)))]}


def add_cases(family):
    add = family.add
    add("add", lambda a, b: a + b, PAIRS | BOOLS)
    add("add alpha", lambda a, b: torch.add(a, b, alpha=0.5), {k: v for k, v in PAIRS.items() if "int and int" != k})
    add("add alpha int", lambda a, b: torch.add(a, b, alpha=3), {"ints": PAIRS["int and int"]})
    add("add number", lambda a: a + 1.5, ONE | INTS)
    add("number add", lambda a: 2 + a, ONE | INTS)
    add("sub", lambda a, b: a - b, PAIRS)
    add("sub alpha", lambda a, b: torch.sub(a, b, alpha=2), PAIRS)
    add("sub number", lambda a: a - 0.75, ONE | INTS)
    add("number sub", lambda a: 1 - a, ONE | INTS)
    add("mul", lambda a, b: a * b, PAIRS | BOOLS)
    add("mul number", lambda a: a * -1.5, ONE | INTS)
    add("number mul", lambda a: 3 * a, ONE | INTS)
    add("mul itself", lambda a: a * a, ONE | INTS)
    add("div", lambda a, b: a / b, PAIRS | BOOLS)
    add("div number", lambda a: a / 4, ONE | INTS)
    add("number div", lambda a: 3 / a, ONE | INTS)
    add("pow", torch.pow, POSITIVE)
    for exponent in (2, 3, -1, 0, 1, 4):
        add(f"pow {exponent}", lambda a, exponent=exponent: a**exponent, ONE if exponent < 0 else ONE | INTS)
    add("pow 0.5", lambda a: a**0.5, ONE | INTS)
    add("pow -1.5", lambda a: a**-1.5, ONE)
    add("2 pow", lambda a: torch.pow(2, a), ONE)
    add("0.5 pow", lambda a: torch.pow(0.5, a), ONE | INTS)
    add("0 pow", lambda a: torch.pow(0.0, a), {"signs": [D([1.0, 2.5, 0.0])]})
    add("neg", lambda a: -a, ONE | INTS)
    add("addcmul", lambda x, a, b: torch.addcmul(x, a, b), TRIPLES)
    add("addcmul value", lambda x, a, b: torch.addcmul(x, a, b, value=-0.5), TRIPLES)
    add("addcdiv", lambda x, a, b: torch.addcdiv(x, a, b), TRIPLES)
    add("addcdiv value", lambda x, a, b: torch.addcdiv(x, a, b, value=2.0), TRIPLES)
    add("lerp", lambda a, b: torch.lerp(a, b, 0.3), {k: PAIRS[k] for k in ("same shape", "broadcast right", "broadcast left", "0-d both", "empty", "transposed")} | {"edges": [D(FEW_EDGES), D(list(reversed(FEW_EDGES)))]})
    add("lerp beyond", lambda a, b: torch.lerp(a, b, 1.5), {"same shape": PAIRS["same shape"]})
    # In place, on a copy that has a history.
    add("add_", lambda a, b: a.clone().add_(b, alpha=2), {k: PAIRS[k] for k in ("same shape", "broadcast right", "transposed", "float and int")})
    add("sub_", lambda a, b: a.clone().sub_(b), {"broadcast": PAIRS["broadcast right"]})
    add("mul_", lambda a, b: a.clone().mul_(b), {k: PAIRS[k] for k in ("same shape", "broadcast right")})
    add("div_", lambda a, b: a.clone().div_(b), {"broadcast": PAIRS["broadcast right"]})
    add("pow_", lambda a: a.clone().pow_(2), ONE)
    same_size = {k: v for k, v in TRIPLES.items() if k != "edges last"}
    add("addcmul_", lambda x, a, b: x.clone().addcmul_(a, b, value=0.5), same_size)
    add("addcdiv_", lambda x, a, b: x.clone().addcdiv_(a, b, value=0.5), same_size)
    add("lerp_", lambda a, b: a.clone().lerp_(b, 0.25), {"same shape": PAIRS["same shape"]})
    add("used three times", lambda a, b: a * b + a / (b * b + 1) - a, {"same shape": PAIRS["same shape"], "broadcast": PAIRS["broadcast left"]})
