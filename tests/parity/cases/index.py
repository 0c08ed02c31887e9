import torch
import torch.nn.functional as functional
from make_parity import B, D, F, I

INF, NAN = float("inf"), float("nan")
T, G = "transposed", "gapped"
MATRIX = {"matrix": [F(3, 4)], "transposed": [F(3, 4, layout=T)], "gapped": [F(3, 4, layout=G)]}
ORDER = {"matrix": [F(3, 4)], "ties": [D([[2.0, 1.0, 2.0, 1.0], [3.0, 3.0, 3.0, 3.0]])], "nan": [D([[NAN, 1.0, INF, -INF]])], "transposed": [F(4, 3, layout=T)]}


def put(function):
    """Applies function to a copy and returns the copy."""

    def run(x, *others):
        y = x.clone()
        function(y, *others)
        return y

    return run


def assign(key):
    """y[key] = value."""
    return put(lambda y, v: y.__setitem__(key, v))


def add_cases(family):
    add = family.add
    add("gather", lambda x, i: x.gather(1, i), {"matrix": [F(3, 4), I([[0, 3], [1, 1], [2, 0]])], "transposed": [F(3, 4, layout=T), I([[0], [1], [3]])], "repeated": [F(1, 3), I([[2, 2, 2, 2]])]})
    add("gather 0", lambda x, i: x.gather(0, i), {"matrix": [F(3, 4), I([[0, 1, 2], [2, 2, 2]])], "vector": [F(5), I([4, 4, 0])], "empty": [F(5), I(torch.zeros(0))], "0-d": [F(), I(0)]})
    add("scatter_add", lambda x, i, s: x.scatter_add(0, i, s), {"matrix": [F(3, 4), I([[0, 1, 2, 0], [0, 0, 0, 0]]), F(2, 4, seed=1)], "vector": [F(3), I([1, 1, 1]), F(3, seed=1)], "larger source": [F(3), I([0, 2]), F(4, seed=1, grad=False)], "empty": [F(3), I(torch.zeros(0)), F(0)], "0-d": [F(), I(0), F(seed=1)]})
    add("scatter_add_", put(lambda x, i, s: x.scatter_add_(1, i, s)), {"matrix": [F(2, 3), I([[0, 0], [2, 1]]), F(2, 2, seed=1)]})
    add("index_select", lambda x, i: x.index_select(0, i), {"matrix": [F(3, 4), I([2, 0, 2])], "vector": [F(3), I([1])], "empty": [F(3, 2), I(torch.zeros(0))], "0-d": [F(), I([0])]})
    add("index_select last", lambda x, i: x.index_select(-1, i), {"matrix": [F(3, 4), I([3, 3, 0])], "transposed": [F(3, 4, layout=T), I([1, 2])]})
    add("index_add", lambda x, i, s: x.index_add(0, i, s), {"matrix": [F(3, 4), I([2, 0, 2]), F(3, 4, seed=1)], "vector": [F(3), I([1, 1]), F(2, seed=1)], "empty": [F(3, 2), I(torch.zeros(0)), F(0, 2)]})
    add("index_add_", put(lambda x, i, s: x.index_add_(1, i, s)), {"matrix": [F(2, 3), I([0, 0]), F(2, 2, seed=1)]})
    add("masked_select", lambda x, m: x.masked_select(m), {"matrix": [F(2, 3), B([[True, False, True], [False, True, False]])], "broadcast": [F(2, 3), B([True, False, True])], "none": [F(2), B([False, False])], "empty": [F(0), B([])], "0-d": [F(), B(True)]})
    add("one_hot", lambda c: functional.one_hot(c, 4), {"vector": [I([0, 3, 1])], "matrix": [I([[0, 1], [2, 3]])], "0-d": [I(2)], "empty": [I(torch.zeros(0))]})
    add("one_hot classes", functional.one_hot, {"vector": [I([0, 3, 1])]})
    add("nonzero", torch.nonzero, {"floats": [D([[0.0, 1.5], [NAN, 0.0]])], "bools": [B([True, False, True])], "none": [I([0, 0])], "0-d": [I(3)]})
    add("where indices", lambda c: torch.where(c), {"bools": [B([[True, False], [True, True]])], "floats": [D([0.0, 2.0], grad=False)]})
    add("sort", lambda x: torch.sort(x, stable=True), ORDER | {"0-d": [F()], "ints": [I([3, 1, 2])], "empty": [F(0)]})
    add("sort descending", lambda x: torch.sort(x, stable=True, dim=-1, descending=True), ORDER)
    add("sort 0", lambda x: torch.sort(x, stable=True, dim=0), ORDER | {"no columns": [F(2, 0)]})
    add("argsort", lambda x: torch.sort(x, stable=True)[1], ORDER)
    add("argsort descending 0", lambda x: torch.sort(x, stable=True, dim=0, descending=True)[1], ORDER)
    add("topk", lambda x: x.topk(2), {"matrix": [F(3, 4)], "nan": ORDER["nan"], "transposed": ORDER["transposed"]})
    add("topk smallest", lambda x: x.topk(2, 0, largest=False), {"matrix": [F(3, 4)]})
    # Indexing, reading.
    add("[i, j]", lambda x: x[1, -1], MATRIX)
    add("[:, j]", lambda x: x[:, 2], MATRIX)
    add("[..., j]", lambda x: x[..., 0], MATRIX | {"cube": [F(2, 3, 4)]})
    add("[None]", lambda x: x[None, :, None], MATRIX)
    add("[a:b, ::s]", lambda x: x[1:, ::2], MATRIX)
    add("[tensor]", lambda x, i: x[i], {"rows": [F(3, 4), I([2, 0, 2])], "matrix of rows": [F(3, 2), I([[0, 1], [1, 2]])], "negative": [F(3), I([-1, 0])], "0-d": [F(3, 2), I(1)], "empty": [F(3, 2), I(torch.zeros(0))]})
    add("[:, tensor]", lambda x, i: x[:, i], {"columns": [F(3, 4), I([3, 3, 1])]})
    add("[tensor, tensor]", lambda x, i, j: x[i, j], {"pairs": [F(3, 4), I([0, 2, 2]), I([1, 3, 3])], "broadcast": [F(3, 4), I([[0], [2]]), I([1, 3])]})
    add("[tensor, :, tensor]", lambda x, i, j: x[i, :, j], {"apart": [F(2, 3, 4), I([0, 1, 1]), I([1, 3, 2])]})
    add("[tensor, i]", lambda x, i: x[i, 1], {"mixed": [F(3, 4), I([2, 0])]})
    add("[mask]", lambda x, m: x[m], {"elements": [F(2, 3), B([[True, False, True], [False, True, False]])], "rows": [F(3, 2), B([True, False, True])], "none": [F(3, 2), B([False, False, False])]})
    # Indexing, writing.
    add("[i, j] = number", put(lambda y: y.__setitem__((1, 2), 5.0)), MATRIX)
    add("[i] = tensor", assign(1), {"row": [F(3, 4), F(4, seed=1)], "number": [F(3, 4), F(seed=1)]})
    add("[:, a:b] = tensor", assign((slice(None), slice(1, 3))), {"block": [F(3, 4), F(3, 2, seed=1)], "row": [F(3, 4), F(2, seed=1)]})
    add("[tensor] = tensor", put(lambda y, i, v: y.__setitem__(i, v)), {"rows": [F(3, 2), I([2, 0]), F(2, 2, seed=1)], "broadcast": [F(3, 2), I([2, 0]), F(2, seed=1)]})
    add("[mask] = tensor", put(lambda y, m, v: y.__setitem__(m, v)), {"elements": [F(2, 3), B([[True, False, True], [False, False, False]]), F(2, seed=1)], "number": [F(2, 3), B([[True, False, True], [False, False, False]]), F(seed=1)]})
    add("[mask] = number", put(lambda y, m: y.__setitem__(m, 0.5)), {"rows": [F(3, 2), B([True, False, True])]})
