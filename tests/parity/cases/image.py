import torch
import torch.nn.functional as nnf
from make_parity import D, F

INF, NAN = float("inf"), float("nan")


def batch_norm(**options):
    """batch_norm with running statistics, and what they are afterwards."""
    def function(x, weight, bias):
        mean, var = torch.tensor([0.5, -1.0, 0.25], dtype=x.dtype), torch.tensor([2.0, 0.5, 1.0], dtype=x.dtype)
        return nnf.batch_norm(x, mean, var, weight, bias, **options), mean, var
    return function


def add_cases(family):
    add = family.add
    images, filters, bias = F(2, 2, 5, 4), F(4, 2, 3, 2, seed=1), F(4, seed=2)
    add("conv2d", lambda x, w, b: nnf.conv2d(x, w, b), {"images": [images, filters, bias], "one image": [F(2, 5, 4), filters, bias], "transposed": [F(2, 2, 5, 4, layout="transposed"), filters, bias], "edges": [D([[[INF, 1.0, 2.0], [0.0, 1.0, NAN], [3.0, -1.0, 2.0]]]), F(2, 1, 2, 2, seed=1, low=0.25), F(2, seed=2)]})
    add("conv2d without bias", lambda x, w: nnf.conv2d(x, w), {"images": [images, filters], "pointwise": [images, F(3, 2, 1, 1, seed=1)], "whole": [images, F(3, 2, 5, 4, seed=1)], "none": [F(0, 2, 5, 4), filters]})
    add("conv2d stride", lambda x, w, b: nnf.conv2d(x, w, b, stride=(2, 3)), {"images": [images, filters, bias]})
    add("conv2d pointwise stride", lambda x, w: nnf.conv2d(x, w, stride=2), {"images": [images, F(3, 2, 1, 1, seed=1)]})
    add("conv2d padding", lambda x, w, b: nnf.conv2d(x, w, b, padding=(2, 1)), {"images": [images, filters, bias]})
    add("conv2d pointwise padding", lambda x, w: nnf.conv2d(x, w, padding=1), {"images": [images, F(3, 2, 1, 1, seed=1)]})
    add("conv2d dilation", lambda x, w: nnf.conv2d(x, w, dilation=(2, 3)), {"images": [images, filters]})
    add("conv2d groups", lambda x, w, b: nnf.conv2d(x, w, b, groups=2), {"images": [images, F(4, 1, 3, 2, seed=1), bias]})
    add("conv2d depthwise", lambda x, w: nnf.conv2d(x, w, padding=1, groups=2), {"images": [images, F(4, 1, 3, 3, seed=1)]})
    add("conv2d all", lambda x, w, b: nnf.conv2d(x, w, b, (2, 1), (3, 2), (1, 2), 2), {"images": [images, F(4, 1, 3, 2, seed=1), bias]})
    add("conv2d same", lambda x, w, b: nnf.conv2d(x, w, b, padding="same"), {"odd": [images, F(4, 2, 3, 3, seed=1), bias], "even": [images, F(4, 2, 2, 4, seed=1), bias]})
    add("conv2d same dilation", lambda x, w: nnf.conv2d(x, w, padding="same", dilation=(3, 1)), {"images": [images, F(4, 2, 2, 3, seed=1)]})
    add("conv2d valid", lambda x, w: nnf.conv2d(x, w, padding="valid"), {"images": [images, filters]})
    grad = F(2, 4, 4, 2, seed=3)
    add("conv2d_input", lambda w, g: torch.nn.grad.conv2d_input((2, 2, 5, 4), w, g, (2, 2), (2, 0)), {"images": [filters, grad]})
    add("conv2d_weight", lambda x, g: torch.nn.grad.conv2d_weight(x, (4, 2, 3, 2), g, (2, 2), (2, 0)), {"images": [images, grad]})

    planes = {"images": [F(2, 1, 5, 6)], "one image": [F(2, 7, 5)], "transposed": [F(1, 2, 6, 5, layout="transposed")]}
    ties = {"ties": [D([[[1.0, 1.0, 2.0], [1.0, 1.0, 2.0], [2.0, 2.0, 0.0]]])], "nan": [D([[[1.0, float("nan"), 2.0], [0.0, 3.0, float("nan")], [-1.0, -2.0, 0.0]]])]}
    none, edges = {"none": [F(0, 1, 4, 4)]}, {"edges": [D([[[INF, 1.0, NAN, 2.0], [1.0, -INF, 0.0, 1.0], [INF, 1.0, 2.0, 3.0], [1.0, 1.0, 4.0, 5.0]]])]}
    low = {"infinite": [D([[[float("-inf")] * 3] * 3], grad=False)]}
    add("max_pool2d", lambda x: nnf.max_pool2d(x, 2), planes | ties | low | none)
    add("max_pool2d stride", lambda x: nnf.max_pool2d(x, (3, 2), 1), planes)
    add("max_pool2d padding", lambda x: nnf.max_pool2d(x, 3, 2, (1, 0)), planes | ties)
    add("max_pool2d dilation", lambda x: nnf.max_pool2d(x, (2, 3), 1, 1, (3, 2)), planes)
    add("max_pool2d ceil_mode", lambda x: nnf.max_pool2d(x, 2, 2, 1, ceil_mode=True), planes)
    add("max_pool2d ceil_mode wide", lambda x: nnf.max_pool2d(x, (4, 3), (3, 4), (2, 1), ceil_mode=True), planes)
    add("max_pool2d_with_indices", lambda x: nnf.max_pool2d(x, 2, 1, 1, return_indices=True), planes | ties | low)
    add("max_pool2d_with_indices dilation", lambda x: nnf.max_pool2d(x, 2, (2, 1), 1, (2, 3), True, True), planes)
    add("avg_pool2d", lambda x: nnf.avg_pool2d(x, 2), planes | edges | none)
    add("avg_pool2d padding", lambda x: nnf.avg_pool2d(x, 3, (2, 1), (1, 0)), planes)
    add("avg_pool2d count_include_pad", lambda x: nnf.avg_pool2d(x, 3, 2, 1, count_include_pad=False), planes)
    add("avg_pool2d ceil_mode", lambda x: nnf.avg_pool2d(x, (2, 3), 2, (1, 1), True), planes)
    add("avg_pool2d ceil_mode wide", lambda x: nnf.avg_pool2d(x, 4, 3, (2, 1), True), planes)
    add("avg_pool2d ceil_mode without padding", lambda x: nnf.avg_pool2d(x, 3, 2, 1, True, False), planes)
    add("avg_pool2d divisor_override", lambda x: nnf.avg_pool2d(x, 3, 2, 1, True, False, 5), planes)

    affine = [F(3, seed=1), F(3, seed=2)]
    batches = {"rows": [F(4, 3), *affine], "sequences": [F(2, 3, 5), *affine], "images": [F(2, 3, 2, 4), *affine], "larger images": [F(1, 3, 5, 4), *affine], "transposed": [F(3, 3, 4, layout="transposed"), *affine], "one image": [F(1, 3, 2, 2), *affine], "nan": [D([[NAN, 1.0, 2.0], [1.0, 3.0, 2.0]]), *affine]}
    add("batch_norm training", batch_norm(training=True), batches)
    add("batch_norm momentum", batch_norm(training=True, momentum=0.75, eps=0.125), batches)
    add("batch_norm evaluation", batch_norm(), batches | {"one row": [F(1, 3), *affine], "none": [F(0, 3), *affine]})
    add("batch_norm plain", lambda x: nnf.batch_norm(x, None, None, training=True), {"rows": [F(4, 3)], "images": [F(2, 3, 2, 4)]})
    add("batch_norm weight", lambda x, w: nnf.batch_norm(x, None, None, w, training=True), {"rows": [F(4, 3), F(3, seed=1)], "images": [F(2, 3, 2, 4), F(3, seed=1)]})
    add("batch_norm bias", lambda x, b: nnf.batch_norm(x, None, None, None, b, training=True), {"rows": [F(4, 3), F(3, seed=1)], "images": [F(2, 3, 2, 4), F(3, seed=1)]})
