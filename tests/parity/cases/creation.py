import torch
from make_parity import F, I

NONE = {"no inputs": []}
LIKE = {"float": [F(2, 3, grad=False)], "transposed": [F(2, 3, grad=False, layout="transposed")], "int": [I([1, 2])], "empty": [F(0, 2, grad=False)]}


def add_cases(family):
    add = family.add
    add("arange end", lambda: torch.arange(5), NONE)
    add("arange real end", lambda: torch.arange(2.5), NONE)
    add("arange start end", lambda: torch.arange(-2, 3), NONE)
    add("arange step", lambda: torch.arange(1, 10, 3), NONE)
    add("arange down", lambda: torch.arange(5, 0, -2), NONE)
    add("arange real step", lambda: torch.arange(0, 1, 0.1), NONE)
    add("arange dtype", lambda: torch.arange(3, dtype=torch.float64), NONE)
    add("arange nothing", lambda: torch.arange(0), NONE)
    add("linspace", lambda: torch.linspace(-1, 1, 7), NONE)
    add("linspace down", lambda: torch.linspace(3, 0, 4, dtype=torch.float64), NONE)
    add("linspace none", lambda: torch.linspace(3, 5, 0), NONE)
    add("linspace one", lambda: torch.linspace(3, 5, 1), NONE)
    add("eye", lambda: torch.eye(3), NONE)
    add("eye of nothing", lambda: torch.eye(0), NONE)
    add("eye rectangle", lambda: torch.eye(2, 4), NONE)
    add("zeros", lambda: torch.zeros(2, 0, 3), NONE)
    add("ones", lambda: torch.ones(2, 3, dtype=torch.int64), NONE)
    add("full float", lambda: torch.full((2,), 1.5), NONE)
    add("full int", lambda: torch.full((2,), 7), NONE)
    add("full dtype", lambda: torch.full((2, 0), 1, dtype=torch.float64), NONE)
    add("full bool", lambda: torch.full((), True), NONE)
    add("tensor ints", lambda: torch.tensor([[1, 2], [3, 4]]), NONE)
    add("tensor floats", lambda: torch.tensor([0.1, 2.0]), NONE)
    add("tensor bools", lambda: torch.tensor([True, False]), NONE)
    add("tensor number", lambda: torch.tensor(3.5), NONE)
    add("zeros_like", torch.zeros_like, LIKE)
    add("ones_like", torch.ones_like, LIKE)
    add("full_like", lambda x: torch.full_like(x, 3), LIKE)
    add("zeros_like dtype", lambda x: torch.zeros_like(x, dtype=torch.int64), LIKE)
    add("full_like dtype", lambda x: torch.full_like(x, 2.5, dtype=torch.float64), LIKE)
    add("ones_like dtype", lambda x: torch.ones_like(x, dtype=torch.bool), LIKE)
