import torch
from make_parity import B, D, F, I

INF, NAN = float("inf"), float("nan")
WHOLE = {"matrix": [F(3, 4)], "0-d": [F()], "vector": [F(5)], "cube": [F(2, 3, 4)], "transposed": [F(3, 4, layout="transposed")], "gapped": [F(2, 3, layout="gapped")],
         "nan": [D([1.0, NAN, 2.0])], "infinite": [D([1.0, INF, 2.0])], "both infinities": [D([INF, 1.0, -INF])], "one": [F(1, 1)]}
LONG = {"long": [F(3, 301)]}
EMPTY = {"empty": [F(0)], "empty rows": [F(0, 3)]}
INTS = {"ints": [I([[3, -1], [2, 5]])]}
BOOLS = {"bools": [B([[True, False], [True, True]])]}
DIMS = {"matrix": [F(3, 4)], "cube": [F(2, 3, 4)], "transposed": [F(3, 4, layout="transposed")], "gapped": [F(3, 2, layout="gapped")], "nan": [D([[1.0, NAN], [2.0, 3.0]])],
        "infinite": [D([[1.0, INF], [-INF, 3.0]])], "one column": [F(3, 1)]}
SCALAR = {"0-d": [F()]}
TIES = {"ties": [D([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])]}
PROD = {"matrix": [F(2, 3)], "one zero": [D([2.0, 0.0, 3.0])], "two zeros": [D([0.0, 5.0, 0.0])], "0-d": [F()], "empty": [F(0)], "ints": [I([2, 3, 4])], "infinite": [D([2.0, INF, 3.0], grad=False)], "nan": [D([2.0, NAN], grad=False)]}  # PyTorch divides by the element: its gradient is NaN there
PROD_DIM = {"matrix": [F(2, 3)], "zeros": [D([[2.0, 0.0, 3.0], [0.0, 5.0, 0.0], [1.0, 2.0, 3.0]])], "cube": [F(2, 3, 2)], "infinite": [D([[2.0, INF], [0.5, 3.0]], grad=False)], "empty": [F(2, 0)], "ints": INTS["ints"]}
VECTORS = {"matrix": [F(2, 3)], "zero": [D([[0.0, 0.0], [3.0, -4.0]])], "one zero": [D([[0.0, 2.0], [1.0, 0.0]])]}
VARS = {"matrix": [F(3, 4)], "cube": [F(2, 3, 4)], "transposed": [F(3, 4, layout="transposed")], "far from 0": [F(3, 4, low=100, high=101)], "nan": DIMS["nan"], "infinite": DIMS["infinite"]}


def add_cases(family):
    add = family.add
    add("sum", torch.sum, WHOLE | EMPTY | INTS | BOOLS | LONG)
    add("sum dtype", lambda a: a.sum(dtype=torch.float64), {"matrix": WHOLE["matrix"]} | INTS)
    add("sum dim 0", lambda a: a.sum(0), DIMS | {"empty rows": [F(0, 3)]} | INTS | SCALAR)
    add("sum dim -1", lambda a: a.sum(-1), DIMS | {"empty": [F(3, 0)]} | BOOLS | LONG)
    add("sum dim keepdim", lambda a: a.sum(1, keepdim=True), DIMS)
    add("sum dims", lambda a: a.sum((0, 2)), {"cube": [F(2, 3, 4)]})
    add("sum dims keepdim", lambda a: a.sum((-1, 0), keepdim=True), {"cube": [F(2, 3, 4)], "matrix": [F(2, 3)]})
    add("mean", torch.mean, WHOLE | EMPTY)
    add("mean dtype", lambda a: a.mean(dtype=torch.float64), {"matrix": WHOLE["matrix"]} | INTS)
    add("mean dim 0", lambda a: a.mean(0), DIMS | {"empty rows": [F(0, 3)]} | SCALAR)
    add("mean dim keepdim", lambda a: a.mean(-1, keepdim=True), DIMS | {"empty": [F(2, 0)]})
    add("mean dims", lambda a: a.mean((0, 1)), {"cube": [F(2, 3, 4)]})
    add("var", torch.var, VARS | {"one": [F(1, grad=False)], "empty": [F(0, grad=False)]})  # 1.13 cannot differentiate these
    add("var biased", lambda a: a.var(unbiased=False), VARS | {"one": [F(1)]})
    add("var dim", lambda a: a.var(0), VARS)
    add("var dim biased keepdim", lambda a: a.var(-1, unbiased=False, keepdim=True), VARS)
    add("var dims", lambda a: a.var((0, 2)), {"cube": [F(2, 3, 4)]})
    add("std", torch.std, VARS | {"one": [F(1, grad=False)]})
    add("std biased", lambda a: a.std(unbiased=False), VARS)
    add("std dim", lambda a: a.std(0), VARS | {"equal": [D([[1.0, 2.0], [1.0, 3.0]])]})
    add("std dim biased keepdim", lambda a: a.std(-1, unbiased=False, keepdim=True), VARS)
    add("prod", torch.prod, PROD)
    add("prod dim", lambda a: a.prod(1), PROD_DIM)
    add("prod dim keepdim", lambda a: a.prod(0, keepdim=True), PROD_DIM)
    for name in ("max", "min"):
        function = getattr(torch, name)
        add(name, function, WHOLE | TIES | INTS)
        add(name + " dim", lambda a, f=function: f(a, 1), DIMS | TIES | INTS)
        add(name + " dim keepdim", lambda a, f=function: f(a, 0, keepdim=True), DIMS | TIES | SCALAR | {"no columns": [F(2, 0)]})
        full = getattr(torch, "a" + name)
        add("a" + name, full, WHOLE | TIES | INTS)
        add("a" + name + " dim", lambda a, f=full: f(a, 1), DIMS | TIES | {"no rows": [F(0, 2)]})
        add("a" + name + " dims keepdim", lambda a, f=full: f(a, (0, -1), keepdim=True), {"cube": [F(2, 3, 4)]} | TIES)
        arg = getattr(torch, "arg" + name)
        add("arg" + name, arg, WHOLE | TIES | INTS)
        add("arg" + name + " dim", lambda a, f=arg: f(a, 1), DIMS | TIES | INTS)
        add("arg" + name + " dim keepdim", lambda a, f=arg: f(a, 0, keepdim=True), DIMS | SCALAR | {"no columns": [F(2, 0)]})
    add("logsumexp", lambda a: a.logsumexp(1), DIMS | {"large": [D([[1000.0, 1000.0], [-1000.0, 0.0]])], "minus infinity": [D([[-INF, -INF], [-INF, 0.0]])], "empty": [F(2, 0)]})
    add("logsumexp dims keepdim", lambda a: a.logsumexp((0, 1), keepdim=True), {"matrix": [F(3, 4)], "cube": [F(2, 3, 4)]})
    for name in ("any", "all"):
        function = getattr(torch, name)
        some = {"bools": BOOLS["bools"], "floats": [D([[0.0, NAN], [1.0, 0.0]])], "ints": [I([[0, 0], [0, 3]])], "empty": [B(torch.zeros(0, 2))]}
        add(name, function, some)
        add(name + " dim", lambda a, f=function: f(a, 0), some)
        add(name + " dim keepdim", lambda a, f=function: f(a, -1, keepdim=True), some)
    add("cumsum", lambda a: a.cumsum(0), DIMS | INTS | BOOLS | {"0-d": [F()], "empty": [F(0)]})
    add("cumsum last", lambda a: a.cumsum(-1), DIMS | {"empty": [F(2, 0)]})
    add("cumsum dtype", lambda a: a.cumsum(0, dtype=torch.float64), INTS)
    add("norm", lambda a: a.norm(), VECTORS | {"0-d": [F()], "all zero": [D([0.0, 0.0])], "edges": [D([INF, 1.0])], "nan": [D([NAN, 1.0])], "empty": [F(0)]})
    for p in (0, 1, 3, 2.5, "inf", "-inf"):
        add(f"norm {p}", lambda a, p=p: a.norm(float(p)), VECTORS | {"ties": [D([3.0, -3.0, 1.0, 1.0])], "0-d": [F()]})
    add("norm dim", lambda a: a.norm(2, 1), VECTORS)
    add("norm dim keepdim", lambda a: a.norm(2, 0, keepdim=True), VECTORS)
    add("norm 1 dims", lambda a: a.norm(1, (0, 1)), VECTORS)
    add("norm inf dim", lambda a: a.norm(float("inf"), 1), VECTORS)
    soft = {"matrix": [F(3, 4)], "cube": [F(2, 3, 4)], "transposed": [F(3, 4, layout="transposed")], "large": [D([[1000.0, 1000.0], [-1000.0, 0.0]])], "long": [F(2, 37)],
            "edges": [D([[INF, 0.0], [-INF, 0.0], [NAN, 0.0], [-INF, -INF]])], "one": [F(2, 1)], "empty": [F(0, 3)]}
    add("softmax last", lambda a: a.softmax(-1), soft)
    add("softmax first", lambda a: a.softmax(0), soft)
    add("softmax 1", lambda a: a.softmax(1), soft)
    add("softmax 0-d", lambda a: a.softmax(0), {"0-d": [F()]})
    add("log_softmax 0-d", lambda a: a.log_softmax(0), {"0-d": [F()]})
    add("log_softmax last", lambda a: a.log_softmax(-1), soft)
    add("log_softmax first", lambda a: a.log_softmax(0), soft)
    add("log_softmax 1", lambda a: a.log_softmax(1), soft)
