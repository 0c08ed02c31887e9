import torch
from make_parity import spread, tensor_to_json
from torch import optim

STEPS = 20
KEPT = (1, 2, 3, 10, 20)


def optimizers():
    """Every optimizer by name."""
    yield "SGD", lambda p: optim.SGD(p, lr=0.1)
    yield "SGD momentum", lambda p: optim.SGD(p, lr=0.1, momentum=0.9)
    yield "SGD dampening", lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.5)
    yield "SGD nesterov", lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True)
    yield "SGD weight_decay", lambda p: optim.SGD(p, lr=0.1, weight_decay=0.1)
    yield "SGD maximize", lambda p: optim.SGD(p, lr=0.1, momentum=0.5, weight_decay=0.1, maximize=True)
    yield "SGD dampening maximize", lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.5, weight_decay=0.1, maximize=True)
    yield "SGD nesterov maximize", lambda p: optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.1, nesterov=True, maximize=True)
    yield "SGD groups", lambda p: optim.SGD([{"params": p[:1]}, {"params": p[1:], "lr": 0.01, "momentum": 0.0}], lr=0.1, momentum=0.9)
    yield "Adam", lambda p: optim.Adam(p)
    yield "Adam options", lambda p: optim.Adam(p, lr=0.05, betas=(0.8, 0.9), eps=1e-3)
    yield "Adam weight_decay", lambda p: optim.Adam(p, lr=0.05, weight_decay=0.1)
    yield "Adam amsgrad", lambda p: optim.Adam(p, lr=0.05, amsgrad=True)
    yield "Adam maximize", lambda p: optim.Adam(p, lr=0.05, amsgrad=True, weight_decay=0.1, maximize=True)
    yield "Adam groups", lambda p: optim.Adam([{"params": p[:1]}, {"params": p[1:], "betas": (0.5, 0.6), "amsgrad": True}], lr=0.05)
    yield "AdamW", lambda p: optim.AdamW(p)
    yield "AdamW options", lambda p: optim.AdamW(p, lr=0.05, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.5)
    yield "AdamW amsgrad", lambda p: optim.AdamW(p, lr=0.05, amsgrad=True)
    yield "AdamW maximize", lambda p: optim.AdamW(p, lr=0.05, maximize=True)
    yield "RMSprop", lambda p: optim.RMSprop(p)
    yield "RMSprop options", lambda p: optim.RMSprop(p, lr=0.02, alpha=0.8, eps=1e-3)
    yield "RMSprop momentum", lambda p: optim.RMSprop(p, lr=0.02, momentum=0.9)
    yield "RMSprop centered", lambda p: optim.RMSprop(p, lr=0.02, centered=True)
    yield "RMSprop weight_decay", lambda p: optim.RMSprop(p, lr=0.02, weight_decay=0.1)
    yield "RMSprop all", lambda p: optim.RMSprop(p, lr=0.02, momentum=0.5, centered=True, weight_decay=0.1, maximize=True)


def schedules():
    """Every schedule by name, with what its step() is given."""
    s = optim.lr_scheduler
    epochs = [None] * 16
    yield "StepLR", lambda o: s.StepLR(o, 3), epochs
    yield "StepLR gamma", lambda o: s.StepLR(o, 2, gamma=0.5), epochs
    yield "MultiStepLR", lambda o: s.MultiStepLR(o, [2, 5, 5, 9], gamma=0.5), epochs
    yield "ExponentialLR", lambda o: s.ExponentialLR(o, 0.9), epochs
    yield "CosineAnnealingLR", lambda o: s.CosineAnnealingLR(o, 5), epochs
    yield "CosineAnnealingLR eta_min", lambda o: s.CosineAnnealingLR(o, 6, eta_min=0.05), epochs
    yield "LambdaLR", lambda o: s.LambdaLR(o, lambda epoch: 1 / (1 + epoch)), epochs
    metrics = [1.0, 0.9, 0.9, 0.89999, 0.95, 0.8, 0.85, 0.85, 0.85, 0.85, 0.85, 0.7, 0.75, 0.75, 0.75, 0.75]
    yield "ReduceLROnPlateau", lambda o: s.ReduceLROnPlateau(o, patience=1), metrics
    yield "ReduceLROnPlateau options", lambda o: s.ReduceLROnPlateau(o, factor=0.5, patience=0, threshold=0.05, threshold_mode="abs", cooldown=2, min_lr=0.02), metrics
    yield "ReduceLROnPlateau max", lambda o: s.ReduceLROnPlateau(o, mode="max", factor=0.5, patience=2), metrics


def train(make, dtype):
    """The parameters after some of the steps: two of a small network, one whose gradient is 0, one that has none."""
    start = [spread(3, 2, seed=1), spread(2, seed=2), spread(2, seed=3), spread(2, seed=4)]
    weight, bias, still, untouched = parameters = [p.to(dtype).requires_grad_() for p in start]
    x, target = spread(5, 3, seed=5).to(dtype), spread(5, 2, seed=6, low=-0.5, high=0.5).to(dtype)
    optimizer = make(parameters)
    after = {}
    for step in range(1, STEPS + 1):
        optimizer.zero_grad(set_to_none=True)
        loss = ((torch.tanh(x @ weight + bias) - target) ** 2).mean() + (still * 0).sum()
        loss.backward()
        if step % 3 == 0:
            bias.grad = None  # a step without it
        optimizer.step()
        if step in KEPT:
            after[str(step)] = [tensor_to_json(p) for p in parameters]
    return after


def learning_rates(make, metrics):
    """The learning rates of two groups, at the start and after each epoch."""
    parameters = [torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)]
    optimizer = optim.SGD([{"params": parameters[:1]}, {"params": parameters[1:], "lr": 0.3}], lr=0.1)
    schedule = make(optimizer)
    rates = [[g["lr"] for g in optimizer.param_groups]]
    for metric in metrics:
        optimizer.step()
        schedule.step() if metric is None else schedule.step(metric)
        rates.append([g["lr"] for g in optimizer.param_groups])
    return rates


def add_cases(family):
    for name, make in optimizers():
        expected = {str(d)[6:]: train(make, d) for d in (torch.float64, torch.float32)}
        family.cases.append({"function": name, "expected": expected})
    for name, make, metrics in schedules():
        case = {"function": name, "rates": learning_rates(make, metrics)}
        if metrics[0] is not None:
            case["metrics"] = metrics
        family.cases.append(case)
