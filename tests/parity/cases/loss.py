import torch
import torch.nn.functional as functional
from make_parity import B, D, F, I

INF, NAN = float("inf"), float("nan")
REDUCTIONS = ("mean", "sum", "none")
PAIR = {"matrix": [F(3, 4), F(3, 4, seed=1)], "0-d": [F(), F(seed=1)], "empty": [F(0, 3), F(0, 3)], "equal": [D([1.0, 2.0]), D([1.0, 2.5])],
        "transposed": [F(3, 4, layout="transposed"), F(3, 4, seed=1)], "nan": [D([NAN, 1.0]), D([1.0, 2.0])], "infinite": [D([INF, 1.0]), D([1.0, -INF])],
        "constant target": [F(2, 3), F(2, 3, seed=1, grad=False)], "long": [F(37), F(37, seed=1)], "kinks": [D([1.0, -1.0, 0.25, -0.25, 0.0]), D([0.0, 0.0, 0.0, 0.0, 0.0])]}
BROADCAST = {"broadcast": [F(2, 3), F(3, seed=1)]}
ONE_HOT = D([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], grad=False)
P = {"matrix": [F(2, 3, low=0.03, high=0.97), F(2, 3, seed=1, low=0, high=1, grad=False)], "one-hot": [F(2, 3, low=0.03, high=0.97), ONE_HOT],
     "exact": [D([0.0, 1.0, 0.0, 1.0]), D([0.0, 1.0, 1.0, 0.0], grad=False)], "nearly": [D([1e-30, 1.0 - 2.0**-20]), D([1.0, 0.0], grad=False)],
     "target with gradient": [F(2, 3, low=0.03, high=0.97), F(2, 3, seed=1, low=0.1, high=0.9)], "0-d": [F(low=0.3, high=0.6), F(low=0.1, high=0.9, grad=False)],
     "empty": [F(0), F(0, grad=False)], "long": [F(37, low=0.03, high=0.97), F(37, seed=1, low=0, high=1, grad=False)]}
LOGITS = {"matrix": [F(2, 3), F(2, 3, seed=1, low=0, high=1, grad=False)], "one-hot": [F(2, 3, low=-9, high=9), ONE_HOT], "large": [D([800.0, -800.0, 800.0]), D([1.0, 1.0, 0.0], grad=False)],
          "edges": [D([INF, -INF, 0.0, NAN]), D([1.0, 0.0, 0.5, 1.0], grad=False)], "target with gradient": [F(2, 3), F(2, 3, seed=1, low=0, high=1)],
          "0-d": [F(), F(low=0.1, high=0.9, grad=False)], "long": [F(37, low=-9, high=9), F(37, seed=1, low=0, high=1, grad=False)], "empty": [F(0, 3), F(0, 3, grad=False)]}
WEIGHT = F(3, seed=3, low=0.5, high=2, grad=False)
CLASSES = F(4, seed=3, low=0.5, high=2, grad=False)
INDEX = {"batch": [F(3, 4), I([0, 3, 1])], "batch 1": [F(1, 4), I([2])], "vector": [F(4), I(2)], "ignored": [F(3, 4), I([0, -100, 1])], "all ignored": [F(2, 4), I([-100, -100])],
         "empty": [F(0, 4), I(torch.zeros(0))], "transposed": [F(3, 4, layout="transposed"), I([3, 3, 3])]}
POSITIONS = {"positions": [F(2, 4, 3), I([[0, 1, 3], [2, 2, -100]])], "grid": [F(1, 4, 2, 2), I([[[0, 1], [2, 3]]])]}
EDGES = {"large": [D([[1000.0, 0.0, 0.0, 0.0], [-1000.0, 0.0, 0.0, 0.0]]), I([1, 0])], "infinite": [D([[-INF, 0.0, 1.0, 2.0]]), I([2])], "impossible": [D([[-INF, 0.0, 1.0, 2.0]]), I([0])]}
MANY = {"many classes": [F(2, 37), I([36, 3])]}
PROBABILITIES = {"batch": [F(2, 4), D([[0.25, 0.25, 0.5, 0.0], [0.0, 1.0, 0.0, 0.0]], grad=False)], "vector": [F(4), D([0.25, 0.25, 0.5, 0.0], grad=False)],
                 "with gradient": [F(2, 4), F(2, 4, seed=1, low=0, high=1)], "positions": [F(2, 4, 3), F(2, 4, 3, seed=1, low=0, high=0.5, grad=False)],
                 "empty": [F(0, 4), F(0, 4, grad=False)], "large": [D([[1000.0, 0.0, 0.0, -1000.0]]), D([[0.25, 0.25, 0.5, 0.0]], grad=False)]}


def with_input(inputs_by_name, extra):
    return {name: inputs + [extra] for name, inputs in inputs_by_name.items()}


def add_cases(family):
    add = family.add
    for r in REDUCTIONS:
        add(f"mse_loss {r}", lambda x, y, r=r: functional.mse_loss(x, y, reduction=r), PAIR | BROADCAST)
        add(f"l1_loss {r}", lambda x, y, r=r: functional.l1_loss(x, y, reduction=r), PAIR | BROADCAST)
        for beta in (1.0, 0.25):
            add(f"smooth_l1_loss {r} beta {beta:g}", lambda x, y, r=r, b=beta: functional.smooth_l1_loss(x, y, reduction=r, beta=b), PAIR | BROADCAST)
        # PyTorch 2 takes l1_loss for a beta of 0; 1.13 gives the slope -1 where both are equal.
        add(f"smooth_l1_loss {r} beta 0", lambda x, y, r=r: functional.l1_loss(x, y, reduction=r), PAIR | BROADCAST)
        add(f"binary_cross_entropy {r}", lambda x, y, r=r: functional.binary_cross_entropy(x, y, reduction=r), P)
        add(f"binary_cross_entropy weight {r}", lambda x, y, w, r=r: functional.binary_cross_entropy(x, y, w, reduction=r), with_input({k: P[k] for k in ("matrix", "one-hot")}, WEIGHT))
        bce = functional.binary_cross_entropy_with_logits
        add(f"binary_cross_entropy_with_logits {r}", lambda x, y, r=r: bce(x, y, reduction=r), LOGITS)
        few = {k: LOGITS[k] for k in ("matrix", "one-hot")}
        add(f"binary_cross_entropy_with_logits weight {r}", lambda x, y, w, r=r: bce(x, y, w, reduction=r), with_input(few, WEIGHT))
        add(f"binary_cross_entropy_with_logits pos_weight {r}", lambda x, y, w, r=r: bce(x, y, pos_weight=w, reduction=r), with_input(few, WEIGHT))
        add(f"binary_cross_entropy_with_logits both weights {r}", lambda x, y, w, p, r=r: bce(x, y, w, pos_weight=p, reduction=r), with_input(with_input(few, WEIGHT), F(2, 1, seed=4, low=0.5, high=2, grad=False)))
        nll = lambda x, y, w=None, **o: functional.nll_loss(x.log_softmax(0 if x.dim() == 1 else 1), y, w, **o)
        add(f"nll_loss {r}", lambda x, y, r=r: nll(x, y, reduction=r), INDEX | POSITIONS | EDGES)
        add(f"nll_loss weight {r}", lambda x, y, w, r=r: nll(x, y, w, reduction=r), with_input(INDEX | POSITIONS, CLASSES))
        add(f"nll_loss ignore 3 {r}", lambda x, y, r=r: nll(x, y, reduction=r, ignore_index=3), {"batch": INDEX["batch"], "grid": POSITIONS["grid"]})
        cross = functional.cross_entropy
        add(f"cross_entropy {r}", lambda x, y, r=r: cross(x, y, reduction=r), INDEX | POSITIONS | EDGES | MANY)
        add(f"cross_entropy weight {r}", lambda x, y, w, r=r: cross(x, y, w, reduction=r), with_input(INDEX | POSITIONS, CLASSES))
        add(f"cross_entropy ignore 0 {r}", lambda x, y, r=r: cross(x, y, reduction=r, ignore_index=0), {"batch": INDEX["batch"], "vector": INDEX["vector"]})
        add(f"cross_entropy smoothing {r}", lambda x, y, r=r: cross(x, y, reduction=r, label_smoothing=0.1), INDEX | POSITIONS | MANY)
        add(f"cross_entropy smoothing weight {r}", lambda x, y, w, r=r: cross(x, y, w, reduction=r, label_smoothing=0.25), with_input(INDEX | POSITIONS, CLASSES))
        add(f"cross_entropy smoothing 1 {r}", lambda x, y, r=r: cross(x, y, reduction=r, label_smoothing=1.0), {"batch": INDEX["batch"], "ignored": INDEX["ignored"]})
        add(f"cross_entropy smoothing weight ignore 0 {r}", lambda x, y, w, r=r: cross(x, y, w, reduction=r, ignore_index=0, label_smoothing=0.25), with_input({"batch": INDEX["batch"], "grid": POSITIONS["grid"]}, CLASSES))
        add(f"cross_entropy probabilities {r}", lambda x, y, r=r: cross(x, y, reduction=r), PROBABILITIES | {"many classes": [F(2, 37), F(2, 37, seed=1, low=0, high=0.125)]})
        add(f"cross_entropy probabilities weight {r}", lambda x, y, w, r=r: cross(x, y, w, reduction=r), with_input(PROBABILITIES, CLASSES))
        add(f"cross_entropy probabilities smoothing {r}", lambda x, y, r=r: cross(x, y, reduction=r, label_smoothing=0.1), PROBABILITIES)
        add(f"cross_entropy probabilities smoothing weight {r}", lambda x, y, w, r=r: cross(x, y, w, reduction=r, label_smoothing=0.25), with_input(PROBABILITIES, CLASSES))
    norm = {"matrix": [F(3, 4)], "vector": [F(4)], "cube": [F(2, 3, 4)], "transposed": [F(3, 4, layout="transposed")], "equal": [D([[2.0, 2.0, 2.0, 2.0]])], "away from 0": [F(2, 4, low=2, high=4)],
            "no rows": [F(0, 4)], "nan": [D([[NAN, 1.0, 2.0, 3.0]])], "infinite": [D([[INF, 1.0, 2.0, 3.0]])]}
    affine = [F(4, seed=1), F(4, seed=2)]
    add("layer_norm", lambda x: functional.layer_norm(x, (4,)), norm)
    add("layer_norm weight", lambda x, w: functional.layer_norm(x, (4,), w), with_input(norm, affine[0]))
    add("layer_norm affine", lambda x, w, b: functional.layer_norm(x, (4,), w, b), {k: v + affine for k, v in norm.items()})
    add("layer_norm eps", lambda x, w, b: functional.layer_norm(x, (4,), w, b, 0.5), {k: v + affine for k, v in norm.items()})
    add("layer_norm dims", lambda x, w, b: functional.layer_norm(x, (3, 4), w, b), {"cube": [F(2, 3, 4), F(3, 4, seed=1), F(3, 4, seed=2)]})
    add("layer_norm long", lambda x, w, b: functional.layer_norm(x, (37,), w, b), {"rows": [F(2, 37), F(37, seed=1), F(37, seed=2)]})
    add("layer_norm constant input", lambda x, w, b: functional.layer_norm(x, (4,), w, b), {"matrix": [F(3, 4, grad=False)] + affine})
    add("dropout eval", lambda x: functional.dropout(x, 0.3, training=False), {"matrix": [F(2, 3)]})
    add("dropout 0", lambda x: functional.dropout(x, 0.0), {"matrix": [F(2, 3)]})
    add("dropout 1", lambda x: functional.dropout(x, 1.0), {"matrix": [F(2, 3)]})
