import torch
import torch.nn.functional as functional
from make_parity import D, F, I

T = "transposed"
MM = {"plain": [F(2, 3), F(3, 4, seed=1)], "left transposed": [F(3, 2, layout=T), F(2, 4, seed=1)], "right transposed": [F(3, 2), F(2, 4, seed=1, layout=T)],
      "both transposed": [F(3, 5, layout=T), F(5, 4, seed=1, layout=T)], "gapped": [F(2, 3, layout="gapped"), F(3, 2, seed=1, layout="gapped")],
      "one row": [F(1, 3), F(3, 4, seed=1)], "one column": [F(3, 4), F(4, 1, seed=1)], "inner 1": [F(3, 1), F(1, 4, seed=1)],
      "inner 0": [F(2, 0), F(0, 3, seed=1)], "no rows": [F(0, 3), F(3, 2, seed=1)], "left constant": [F(2, 3, grad=False), F(3, 4, seed=1)],
      "ints": [I([[1, 2], [3, 4]]), I([[5, 6], [7, 8]])], "larger": [F(9, 17), F(17, 5, seed=1)]}
INF, NAN = float("inf"), float("nan")
EDGES = {"edges": [D([[INF, 1.0], [NAN, 2.0]]), D([[1.0, 2.0], [3.0, 4.0]])]}


def add_cases(family):
    add = family.add
    add("mm", torch.mm, MM | EDGES)
    add("mv", torch.mv, {"plain": [F(2, 3), F(3, seed=1)], "transposed": [F(2, 3, layout=T), F(3, seed=1)], "gapped": [F(2, 3), F(3, seed=1, layout="gapped")],
                         "no columns": [F(2, 0), F(0)], "no rows": [F(0, 3), F(3)], "edges": [D([[INF, 1.0], [NAN, 2.0], [0.0, 1.0]]), D([1.0, 2.0])]})
    add("dot", torch.dot, {"plain": [F(4), F(4, seed=1)], "gapped": [F(4, layout="gapped"), F(4, seed=1)], "empty": [F(0), F(0)], "ints": [I([1, 2]), I([3, 4])], "edges": [D([INF, 1.0]), D([0.0, 2.0])]})
    add("outer", torch.outer, {"plain": [F(2), F(3, seed=1)], "empty": [F(0), F(3)], "edges": [D([INF, 1.0]), D([0.0, NAN])]})
    add("bmm", torch.bmm, {"plain": [F(2, 3, 4), F(2, 4, 2, seed=1)], "transposed": [F(2, 2, 3, layout=T), F(2, 3, 2, seed=1)], "no batch": [F(0, 3, 4), F(0, 4, 2)],
                           "inner 0": [F(2, 3, 0), F(2, 0, 2)], "edges": [D([[[INF, 1.0]], [[NAN, 2.0]]]), F(2, 2, 2, seed=1)]})
    add("matmul", torch.matmul, MM | EDGES | {
        "vector vector": [F(3), F(3, seed=1)], "matrix vector": [F(2, 3), F(3, seed=1)], "vector matrix": [F(3), F(3, 2, seed=1)],
        "batch matrix": [F(2, 3, 4), F(4, 5, seed=1)], "matrix batch": [F(3, 4), F(2, 4, 5, seed=1)], "batch batch": [F(2, 3, 4), F(2, 4, 2, seed=1)],
        "batches broadcast": [F(2, 1, 2, 3), F(3, 3, 2, seed=1)], "batch vector": [F(2, 3, 4), F(4, seed=1)], "vector batch": [F(3), F(2, 3, 4, seed=1)],
        "batch 0": [F(0, 2, 3), F(3, 2, seed=1)], "4-d": [F(2, 2, 2, 3), F(2, 2, 3, 1, seed=1)]})
    triple = {"plain": [F(2, 4, seed=2), F(2, 3), F(3, 4, seed=1)], "bias": [F(4, seed=2), F(2, 3), F(3, 4, seed=1)], "column": [F(2, 1, seed=2), F(2, 3), F(3, 4, seed=1)],
              "0-d": [F(seed=2), F(2, 3), F(3, 4, seed=1)], "transposed": [F(3, 2, seed=2), F(3, 5, layout=T), F(5, 2, seed=1, layout=T)], "inner 0": [F(2, 3, seed=2), F(2, 0), F(0, 3)], "edges": [D([INF, 1.0]), D([[INF, 1.0], [NAN, 2.0]]), D([[1.0, 2.0], [3.0, 4.0]])]}
    add("addmm", torch.addmm, triple)
    add("addmm beta alpha", lambda x, a, b: torch.addmm(x, a, b, beta=0.5, alpha=-2), triple)
    add("addmm beta 0", lambda x, a, b: torch.addmm(x, a, b, beta=0), {"nan does not come through": [D([[NAN]], grad=False), F(1, 2), F(2, 1)]})
    add("linear", functional.linear, {"batch": [F(4, 3), F(2, 3, seed=1)], "vector": [F(3), F(2, 3, seed=1)], "cube": [F(2, 4, 3), F(2, 3, seed=1)], "transposed": [F(4, 3, layout=T), F(2, 3, seed=1)]})
    add("linear bias", functional.linear, {"batch": [F(4, 3), F(2, 3, seed=1), F(2, seed=2)], "batch 1": [F(1, 3), F(2, 3, seed=1), F(2, seed=2)], "vector": [F(3), F(2, 3, seed=1), F(2, seed=2)],
                                           "cube": [F(2, 4, 3), F(2, 3, seed=1), F(2, seed=2)], "no rows": [F(0, 3), F(2, 3, seed=1), F(2, seed=2)],
                                           "constant input": [F(4, 3, grad=False), F(2, 3, seed=1), F(2, seed=2)], "one output": [F(5, 3), F(1, 3, seed=1), F(1, seed=2)], "edges": [D([[INF, 1.0], [NAN, 2.0]]), F(3, 2, seed=1), F(3, seed=2)]})
    add("chain", lambda x, a, b: (x @ a).sigmoid() @ b.t(), {"network": [F(2, 3), F(3, 4, seed=1), F(5, 4, seed=2)]})
