import torch
from make_parity import B, D, F, I

T, G = "transposed", "gapped"
MATRIX = {"matrix": [F(3, 4)], "transposed": [F(3, 4, layout=T)], "gapped": [F(3, 4, layout=G)]}
CUBE = {"cube": [F(2, 3, 4)], "gapped cube": [F(2, 3, 4, layout=G)], "transposed cube": [F(2, 3, 4, layout=T)]}
EMPTY = {"empty": [F(0, 4)]}
VECTOR = {"vector": [F(6)], "gapped vector": [F(6, layout=G)]}


def add_cases(family):
    add = family.add
    add("view", lambda x: x.view(2, -1), {"matrix": [F(3, 4)], "vector": [F(6)], "gapped": [F(6, layout=G)]})
    add("view 0-d", lambda x: x.view(()), {"one": [F(1, 1)]})
    add("reshape", lambda x: x.reshape(2, -1), MATRIX | VECTOR | EMPTY)
    add("flatten", lambda x: x.flatten(), CUBE | EMPTY | {"0-d": [F()]})
    add("flatten dims", lambda x: x.flatten(1, -1), CUBE)
    add("unflatten", lambda x: x.unflatten(-1, (2, 2)), {"matrix": [F(3, 4)], "gapped": [F(3, 4, layout=G)]} | CUBE)
    add("t", lambda x: x.t(), MATRIX | EMPTY | {"vector": [F(3)], "0-d": [F()]})
    add("transpose", lambda x: x.transpose(0, -1), CUBE | MATRIX | EMPTY | {"0-d": [F()]})
    add("permute", lambda x: x.permute(2, 0, 1), CUBE | {"empty": [F(2, 0, 3)]})
    add("squeeze", lambda x: x.squeeze(), {"ones": [F(1, 3, 1)], "none": [F(2, 3)], "empty": [F(1, 0)], "0-d": [F()]})
    add("squeeze dim", lambda x: x.squeeze(1), {"one": [F(2, 1, 3)], "not one": [F(2, 3)]})
    add("unsqueeze", lambda x: x.unsqueeze(1), MATRIX | VECTOR | EMPTY)
    add("unsqueeze last", lambda x: x.unsqueeze(-1), MATRIX | {"0-d": [F()]})
    add("expand", lambda x: x.expand(2, 3, 4), {"row": [F(4)], "column": [F(3, 1)], "0-d": [F()], "all": [F(2, 3, 4)]})
    add("expand -1", lambda x: x.expand(2, -1, -1), {"matrix": [F(3, 4)]} | EMPTY)
    add("view_as", lambda x, y: x.view_as(y), {"matrix": [F(3, 4), F(2, 6, seed=1)]})
    add("reshape_as", lambda x, y: x.reshape_as(y), {"transposed": [F(3, 4, layout=T), F(2, 6, seed=1)]})
    add("expand_as", lambda x, y: x.expand_as(y), {"row": [F(4), F(3, 4, seed=1)]})
    add("ravel", lambda x: x.ravel(), MATRIX | EMPTY | {"0-d": [F()]})
    add("type_as", lambda x, y: x.type_as(y), {"ints": [I([1, 2]), F(1)], "floats": [F(2), I([1])]})
    add("narrow", lambda x: x.narrow(1, 1, 2), MATRIX | CUBE | EMPTY)
    add("slice", lambda x: x[1:3], MATRIX | VECTOR | EMPTY)
    add("slice step", lambda x: x[:, 0:4:3], MATRIX)
    add("slice negative", lambda x: x[:, -3:-1], MATRIX)
    add("slice beyond", lambda x: x[2:100], VECTOR)
    add("slice nothing", lambda x: x[4:2], VECTOR)
    add("select", lambda x: x.select(1, -1), MATRIX | CUBE | EMPTY)
    add("row", lambda x: x[1], MATRIX | CUBE | VECTOR)
    add("row of row", lambda x: x[1][2], CUBE | MATRIX)
    add("diagonal", lambda x: x.diagonal(), MATRIX | EMPTY)
    add("diagonal offset", lambda x: x.diagonal(1, 0, 2), CUBE)
    add("diagonal below", lambda x: x.diagonal(-1), MATRIX)
    add("as_strided", lambda x: torch.as_strided(x, (2, 2), (3, 1), 1), {"vector": [F(8)]})
    add("as_strided overlapping", lambda x: torch.as_strided(x, (3, 3), (1, 1)), {"vector": [F(5)]})
    add("split", lambda x: x.split(2), {"even": [F(4, 2)], "rest": [F(5)]} | EMPTY)
    add("split sizes", lambda x: x.split([1, 3], 1), MATRIX | EMPTY)
    add("chunk", lambda x: x.chunk(3, -1), MATRIX | EMPTY | {"short": [F(2, 2)]})
    add("unbind", lambda x: x.unbind(1), MATRIX | EMPTY)
    add("clone", lambda x: x.clone(), MATRIX | EMPTY | {"0-d": [F()]})
    add("contiguous", lambda x: x.contiguous(), MATRIX | EMPTY)
    add("to float64", lambda x: x.to(torch.float64), MATRIX | EMPTY | {"ints": [I([1, 2])]})
    add("to float32", lambda x: x.to(torch.float32), MATRIX | {"bools": [B([True, False])]})
    add("to int64", lambda x: x.to(torch.int64), {"floats": [D([1.9, -1.9, 0.5])]})
    add("to bool", lambda x: x.to(torch.bool), {"floats": [D([1.5, 0.0, float("nan")])], "ints": [I([0, 5])]})
    join = {"vectors": [F(2), F(3, seed=1)], "matrices": [F(2, 3), F(1, 3, seed=1)], "empty": [F(0), F(2, seed=1)], "float and int": [F(2), I([1, 2])]}
    add("cat", lambda a, b: torch.cat([a, b]), join | {"transposed": [F(2, 3, layout=T), F(2, 3, seed=1)]})
    add("cat last", lambda a, b: torch.cat([a, b, a], -1), {"matrices": [F(2, 3), F(2, 1, seed=1)]})
    add("stack", lambda a, b: torch.stack([a, b]), {"vectors": [F(2), F(2, seed=1)], "0-d": [F(), F(seed=1)], "empty": [F(0), F(0)]})
    add("stack last", lambda a, b: torch.stack([a, b, a], -1), {"matrices": [F(2, 3), F(2, 3, seed=1)]})
    add("repeat", lambda x: x.repeat(2, 1, 2), {"matrix": [F(2, 3)], "vector": [F(2)], "0-d": [F()]} | EMPTY)
    add("tril", lambda x: x.tril(), MATRIX | CUBE | EMPTY)
    add("triu", lambda x: x.triu(1), MATRIX | CUBE | EMPTY)
    add("views of views", lambda x: x.transpose(0, 1)[1:].reshape(-1)[::2], MATRIX)
    # Writing through views.
    add("view add_", lambda x: (lambda y: (y[1].add_(2), y)[1])(x.clone()), MATRIX)
    add("view mul_", lambda x: (lambda y: (y[:, 1:].mul_(y[0, 0].clone()), y)[1])(x * 2), {"matrix": [F(3, 4)]})
    add("view copy_", lambda x, v: (lambda y: (y[:, 1].copy_(v), y)[1])(x.clone()), {"matrix": [F(3, 4), F(3, seed=1)], "number": [F(3, 4), F(seed=1)]})
    add("transposed view zero_", lambda x: (lambda y: (y.t()[1].zero_(), y * y)[1])(x * 1), {"matrix": [F(3, 4)]})
    add("broadcast_tensors", torch.broadcast_tensors, {"matrices": [F(2, 1), F(3, seed=1)], "0-d": [F(), F(2, seed=1)], "empty": [F(0, 1), F(3, seed=1)]})
    add("sum_to_size", lambda x: x.sum_to_size(3, 1), {"matrix": [F(3, 4)], "cube": [F(2, 3, 4)]})
