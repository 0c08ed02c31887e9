import copy

import torch
from make_parity import D, F, I, run, spread, tensor_to_json
from torch import nn

X4, X43 = {"batch": [F(3, 4)], "vector": [F(4)]}, {"batch": [F(2, 4, 3)]}
X4_BATCH = {"batch": [F(3, 4)]}
IMAGES = {"images": [F(2, 2, 5, 4)], "one image": [F(2, 5, 4)]}
PAIR = {"matrix": [F(3, 4), F(3, 4, seed=1, grad=False)]}
P = {"matrix": [F(2, 3, low=0.03, high=0.97), F(2, 3, seed=1, low=0, high=1, grad=False)]}
INDEX = {"batch": [F(3, 4), I([0, 3, 1])]}


def modules():
    """Every module by name, with its inputs."""
    yield "Linear", nn.Linear(4, 2), X4
    yield "Linear without bias", nn.Linear(4, 2, bias=False), X4
    yield "Identity", nn.Identity(), X4
    yield "Flatten", nn.Flatten(), X43
    yield "Flatten dims", nn.Flatten(0, 1), X43
    yield "Unflatten", nn.Unflatten(1, (2, 2)), X43
    yield "Sigmoid", nn.Sigmoid(), X4
    yield "Tanh", nn.Tanh(), X4
    yield "ReLU", nn.ReLU(), X4
    yield "LeakyReLU", nn.LeakyReLU(), X4
    yield "LeakyReLU 0.02", nn.LeakyReLU(0.02), X4
    yield "Softmax", nn.Softmax(dim=-1), X4
    yield "LogSoftmax", nn.LogSoftmax(dim=-1), X4
    yield "Softplus", nn.Softplus(1.0, 20.0), X4  # floats, as the defaults of PyTorch 2 are
    yield "Softplus options", nn.Softplus(2.5, 1.5), X4
    yield "Dropout", nn.Dropout(0.25).eval(), X4
    yield "LayerNorm", nn.LayerNorm(4), X4
    yield "LayerNorm dims", nn.LayerNorm((4, 3), eps=0.001), X43
    yield "LayerNorm plain", nn.LayerNorm(4, elementwise_affine=False), X4
    yield "Conv2d", nn.Conv2d(2, 3, 3), IMAGES
    yield "Conv2d options", nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2, bias=False), IMAGES
    yield "Conv2d same", nn.Conv2d(2, 1, (2, 3), padding="same"), IMAGES
    yield "Conv2d valid", nn.Conv2d(2, 1, 2, padding="valid", dilation=2), IMAGES
    yield "MaxPool2d", nn.MaxPool2d(2), IMAGES
    yield "MaxPool2d options", nn.MaxPool2d((3, 2), stride=(2, 1), padding=1, dilation=(1, 2), ceil_mode=True), IMAGES
    yield "AvgPool2d", nn.AvgPool2d((2, 3)), IMAGES
    yield "AvgPool2d options", nn.AvgPool2d(3, 2, (1, 0), ceil_mode=True, count_include_pad=False), IMAGES
    yield "AvgPool2d divisor", nn.AvgPool2d(2, divisor_override=3), IMAGES
    yield "BatchNorm1d", nn.BatchNorm1d(4), {"rows": [F(3, 4)], "sequences": [F(2, 4, 3)]}
    yield "BatchNorm1d evaluation", nn.BatchNorm1d(4).eval(), X4_BATCH
    yield "BatchNorm1d momentum", nn.BatchNorm1d(4, eps=0.001, momentum=0.25), X4_BATCH
    yield "BatchNorm1d cumulative", nn.BatchNorm1d(4, momentum=None), X4_BATCH
    yield "BatchNorm1d plain", nn.BatchNorm1d(4, affine=False), X4_BATCH
    yield "BatchNorm1d without running statistics", nn.BatchNorm1d(4, track_running_stats=False).eval(), X4_BATCH
    yield "BatchNorm2d", nn.BatchNorm2d(2), {"images": [F(2, 2, 4, 3)]}
    yield "BatchNorm2d evaluation", nn.BatchNorm2d(2).eval(), {"images": [F(2, 2, 4, 3)]}
    yield "MSELoss", nn.MSELoss(), PAIR
    yield "MSELoss sum", nn.MSELoss(reduction="sum"), PAIR
    yield "MSELoss none", nn.MSELoss(reduction="none"), PAIR
    yield "L1Loss", nn.L1Loss(), PAIR
    yield "L1Loss sum", nn.L1Loss(reduction="sum"), PAIR
    yield "L1Loss none", nn.L1Loss(reduction="none"), PAIR
    yield "SmoothL1Loss", nn.SmoothL1Loss(beta=0.5), PAIR
    yield "SmoothL1Loss sum", nn.SmoothL1Loss(reduction="sum"), PAIR
    yield "SmoothL1Loss none", nn.SmoothL1Loss(reduction="none"), PAIR
    yield "BCELoss", nn.BCELoss(), P
    yield "BCELoss weight", nn.BCELoss(torch.tensor([0.5, 1.0, 2.0]), reduction="sum"), P
    yield "BCELoss none", nn.BCELoss(reduction="none"), P
    yield "BCEWithLogitsLoss", nn.BCEWithLogitsLoss(pos_weight=torch.tensor([0.5, 1.0, 2.0])), {"matrix": [F(2, 3), P["matrix"][1]]}
    yield "BCEWithLogitsLoss weight", nn.BCEWithLogitsLoss(torch.tensor([0.5, 1.0, 2.0]), reduction="sum"), {"matrix": [F(2, 3), P["matrix"][1]]}
    yield "BCEWithLogitsLoss none", nn.BCEWithLogitsLoss(reduction="none"), {"matrix": [F(2, 3), P["matrix"][1]]}
    yield "NLLLoss", nn.NLLLoss(torch.tensor([1.0, 2.0, 0.5, 0.25])), INDEX
    yield "NLLLoss options", nn.NLLLoss(ignore_index=3, reduction="sum"), INDEX
    yield "NLLLoss none", nn.NLLLoss(reduction="none"), INDEX
    yield "CrossEntropyLoss", nn.CrossEntropyLoss(), INDEX
    yield "CrossEntropyLoss options", nn.CrossEntropyLoss(torch.tensor([1.0, 2.0, 0.5, 0.25]), ignore_index=3, reduction="sum", label_smoothing=0.1), INDEX
    yield "CrossEntropyLoss none", nn.CrossEntropyLoss(reduction="none"), INDEX
    # The networks of the tutorial, smaller.
    yield "baseline", nn.Sequential(nn.Linear(4, 3), nn.Sigmoid(), nn.Linear(3, 2), nn.Sigmoid()), X4
    yield "leakyrelu", nn.Sequential(nn.Linear(4, 3), nn.LeakyReLU(0.02), nn.Linear(3, 2), nn.LeakyReLU(0.02)), X4
    yield "layernorm", nn.Sequential(nn.Linear(4, 3), nn.Sigmoid(), nn.LayerNorm(3), nn.Linear(3, 2), nn.Sigmoid()), X4
    yield "all", nn.Sequential(nn.Linear(4, 3), nn.LeakyReLU(0.02), nn.LayerNorm(3), nn.Linear(3, 2), nn.Sigmoid()), X4
    yield "cnn", nn.Sequential(nn.Conv2d(1, 2, 3, stride=2), nn.LeakyReLU(0.02), nn.BatchNorm2d(2), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3), nn.Sigmoid()), {"images": [F(2, 1, 9, 9)]}
    yield "nested", nn.Sequential(nn.Sequential(nn.Linear(4, 3), nn.Tanh()), nn.Sequential(nn.Sequential(nn.Linear(3, 3)), nn.Softmax(-1))), X4


def add_cases(family):
    for name, module, inputs_by_name in modules():
        for i, parameter in enumerate(module.parameters()):
            parameter.data = spread(*parameter.shape, seed=10 + i, low=-1, high=1)
        for i, (buffer_name, buffer) in enumerate(module.named_buffers()):
            if buffer_name.endswith("batches_tracked"):
                buffer.fill_(2)
            elif "running" in buffer_name:
                buffer.copy_(spread(*buffer.shape, seed=20 + i, low=0.5, high=2))
        state = {n: t.to(torch.float64) for n, t in copy.deepcopy(module.state_dict()).items()}
        for case, inputs in inputs_by_name.items():
            expected = {}
            for dtype in (torch.float64, torch.float32):
                module.to(dtype)
                module.load_state_dict(state)
                module.zero_grad()
                results = run(module, inputs, dtype) | {"parameter grads": {n: tensor_to_json(p.grad) for n, p in module.named_parameters()}}
                buffers = {n: tensor_to_json(b) for n, b in module.named_buffers() if n in state}
                expected[str(dtype)[6:]] = results | ({"buffers": buffers} if buffers else {})
            state_json = {n: tensor_to_json(t) for n, t in state.items()}
            family.cases.append({"function": name, "case": case, "repr": repr(module), "state": state_json, "inputs": [i.to_json() for i in inputs], "expected": expected})
