"""Answers to lesson 07 by a stranger who knew the notebook alone.

Right or wrong was judged before any verdict; what a verdict may lead with was filled in after.
"""

import math

import numpy as np
import torch
import torch.utils.checkpoint
from torch.nn import functional as F

from .judged import right, wrong

# ---------------------------------------------------------------- source_weights


@wrong(
    "source_weights",
    "takes the mean first and the absolute value after it, so signs cancel",
    "sign_off_too_late",
)
def _(weight, widths):
    return [part.mean().abs().item() for part in weight.split(list(widths), dim=1)]


@wrong("source_weights", "cuts the channels into equal parts whatever widths says")
def _(weight, widths):
    return [part.abs().mean().item() for part in weight.chunk(len(widths), dim=1)]


@wrong("source_weights", "returns sums, so a wide source looks more read", "sums")
def _(weight, widths):
    return [part.abs().sum().item() for part in weight.split(list(widths), dim=1)]


@wrong(
    "source_weights", "returns the root of the mean square, not the mean absolute weight", "squares"
)
def _(weight, widths):
    return [part.square().mean().sqrt().item() for part in weight.split(list(widths), dim=1)]


@wrong(
    "source_weights", "divides by filters and channels alone, which is right for 1x1 kernels only"
)
def _(weight, widths):
    found, start = [], 0
    for width in widths:
        part = weight[:, start : start + width].abs().sum()
        found.append(part.item() / (weight.shape[0] * width))
        start += width
    return found


@wrong("source_weights", "abs_() changes the caller's weights in place")
def _(weight, widths):
    with torch.no_grad():
        weight.abs_()
        return [part.mean().item() for part in weight.split(list(widths), dim=1)]


@right("source_weights")
def _(weight, widths):
    a_channel = weight.detach().abs().mean(dim=(0, 2, 3))
    ends = np.cumsum(widths)
    return [
        float(a_channel[end - width : end].mean()) for width, end in zip(widths, ends, strict=False)
    ]


@right("source_weights")
def _(weight, widths):
    parts = torch.split(weight.detach(), list(widths), dim=1)
    return [F.l1_loss(part, torch.zeros_like(part)).item() for part in parts]


@right("source_weights")
def _(weight, widths):
    columns = weight.detach().transpose(0, 1).flatten(1).tolist()  # a list a channel
    columns.reverse()
    found = []
    for width in widths:
        values = [abs(value) for _ in range(width) for value in columns.pop()]
        found.append(math.fsum(values) / len(values))
    return found


# ---------------------------------------------------------------- move_factor


@wrong(
    "move_factor",
    "forgets the norm's shift, so the output changes where beta is not zero",
    "forgets_the_shift",
)
def _(layer, start, stop, factor):
    with torch.no_grad():
        layer.conv1.weight[:, start:stop] *= factor
        layer.norm1.weight[start:stop] /= factor


@wrong(
    "move_factor",
    "scales filters (dimension 0) instead of channels (dimension 1)",
    "slices_the_filters",
)
def _(layer, start, stop, factor):
    with torch.no_grad():
        layer.conv1.weight[start:stop] *= factor
        layer.norm1.weight[start:stop] /= factor
        layer.norm1.bias[start:stop] /= factor


@wrong("move_factor", "includes the channel stop")
def _(layer, start, stop, factor):
    read = slice(start, stop + 1)
    with torch.no_grad():
        layer.conv1.weight[:, read] *= factor
        layer.norm1.weight[read] /= factor
        layer.norm1.bias[read] /= factor


@wrong("move_factor", "divides scale and shift of all channels, not of the moved ones alone")
def _(layer, start, stop, factor):
    with torch.no_grad():
        layer.conv1.weight[:, start:stop] *= factor
        layer.norm1.weight /= factor
        layer.norm1.bias /= factor


@wrong(
    "move_factor", "leaves requires_grad False on the layer's parameters, so they never learn again"
)
def _(layer, start, stop, factor):
    for parameter in (layer.conv1.weight, layer.norm1.weight, layer.norm1.bias):
        parameter.requires_grad_(False)
    layer.conv1.weight[:, start:stop] *= factor
    layer.norm1.weight[start:stop] /= factor
    layer.norm1.bias[start:stop] /= factor


@wrong("move_factor", "moves the factor the other way: conv1's weights get smaller", "wrong_way")
def _(layer, start, stop, factor):
    with torch.no_grad():
        layer.conv1.weight[:, start:stop] /= factor
        layer.norm1.weight[start:stop] *= factor
        layer.norm1.bias[start:stop] *= factor


@right("move_factor")
def _(layer, start, stop, factor):
    state = layer.state_dict()  # detached, but the same memory
    state["conv1.weight"][:, start:stop].mul_(factor)
    for name in ("norm1.weight", "norm1.bias"):
        state[name][start:stop].div_(factor)


@right("move_factor")
@torch.no_grad()
def _(layer, start, stop, factor):
    factors = torch.ones_like(layer.norm1.weight)
    factors[start:stop] = factor
    layer.norm1.weight.div_(factors)
    layer.norm1.bias.div_(factors)
    layer.conv1.weight.mul_(factors[None, :, None, None])


@right("move_factor")
def _(layer, start, stop, factor):
    for channel in range(start, stop):
        layer.norm1.weight.data[channel] /= factor
        layer.norm1.bias.data[channel] /= factor
        layer.conv1.weight.data.select(1, channel).mul_(factor)


# ---------------------------------------------------------------- silent_input


@wrong(
    "silent_input",
    "takes this batch's mean instead of the norm's running mean, so the norm doesn't put out beta",
    "at_the_batch_mean",
)
def _(x, norm, start, stop):
    x = x.clone()
    x[:, start:stop] = x[:, start:stop].mean((0, 2, 3), keepdim=True)
    return x


@wrong("silent_input", "one mean over all silent channels instead of each channel's own")
def _(x, norm, start, stop):
    x = x.clone()
    x[:, start:stop] = norm.running_mean[start:stop].mean()
    return x


@wrong(
    "silent_input",
    "puts in beta, which is what shall come out of the norm, not what goes in",
    "at_the_shift",
)
def _(x, norm, start, stop):
    x = x.clone()
    x[:, start:stop] = norm.bias.detach()[start:stop, None, None]
    return x


@wrong("silent_input", "drops the clone, so the caller's x is changed", "in_place")
def _(x, norm, start, stop):
    x[:, start:stop] = norm.running_mean[start:stop, None, None]
    return x


@wrong("silent_input", "takes the first running means instead of those from start on")
def _(x, norm, start, stop):
    x = x.clone()
    x[:, start:stop] = norm.running_mean[: stop - start].view(1, -1, 1, 1)
    return x


@wrong(
    "silent_input",
    "each image keeps its own mean, so the silence still tells images apart",
    "at_the_image_mean",
)
def _(x, norm, start, stop):
    x = x.clone()
    x[:, start:stop] = x[:, start:stop].mean((2, 3), keepdim=True)
    return x


@right("silent_input")
def _(x, norm, start, stop):
    numbers = torch.arange(x.shape[1], device=x.device)
    silent = ((numbers >= start) & (numbers < stop)).view(1, -1, 1, 1)
    return torch.where(silent, norm.running_mean.view(1, -1, 1, 1), x)


@right("silent_input")
def _(x, norm, start, stop):
    n, _, height, width = x.shape
    middle = norm.running_mean[start:stop].reshape(-1, 1, 1).expand(n, -1, height, width)
    return torch.cat([x[:, :start], middle, x[:, stop:]], dim=1)


@right("silent_input")
def _(x, norm, start, stop):
    x = x + 0
    for channel in range(start, stop):
        x[:, channel] = float(norm.running_mean[channel])
    return x


# ---------------------------------------------------------------- rank_correlation


@wrong(
    "rank_correlation",
    "argsort once gives the order of the positions, not the ranks",
    "sorted_once",
)
def _(x, y):
    x, y = x.argsort().float(), y.argsort().float()
    x, y = x - x.mean(), y - y.mean()
    return ((x * y).sum() / (x.square().sum() * y.square().sum()).sqrt()).item()


@wrong(
    "rank_correlation", "ranks x alone and correlates the ranks with the raw y", "one_side_alone"
)
def _(x, y):
    ranks = x.argsort().argsort().to(x.dtype)
    return torch.corrcoef(torch.stack([ranks, y]))[0, 1].item()


@wrong(
    "rank_correlation",
    "takes no mean from the ranks, so it is a cosine and always positive",
    "not_centred",
)
def _(x, y):
    x, y = x.argsort().argsort().float(), y.argsort().argsort().float()
    return ((x * y).sum() / (x.square().sum() * y.square().sum()).sqrt()).item()


@wrong("rank_correlation", "writes the ranks into the caller's tensors")
def _(x, y):
    x[:] = x.argsort().argsort().to(x.dtype)
    y[:] = y.argsort().argsort().to(y.dtype)
    a, b = x - x.mean(), y - y.mean()
    return ((a * b).sum() / (a.square().sum() * b.square().sum()).sqrt()).item()


@wrong(
    "rank_correlation", "this is Kendall's tau (pairs in the same order), another rank correlation"
)
def _(x, y):
    agree = torch.sign(x[:, None] - x) * torch.sign(y[:, None] - y)
    return (agree.sum() / (len(x) * (len(x) - 1))).item()


@wrong("rank_correlation", "the short formula divides by n cubed instead of n (n^2 - 1)")
def _(x, y):
    n = len(x)
    apart = (x.argsort().argsort() - y.argsort().argsort()).square().sum().item()
    return 1 - 6 * apart / n**3


@right("rank_correlation")
def _(x, y):
    n = len(x)
    apart = (x.argsort().argsort() - y.argsort().argsort()).square().sum().item()
    return 1 - 6 * apart / (n * (n * n - 1))


@right("rank_correlation")
def _(x, y):
    ranks = [(values[:, None] > values).sum(1).double() for values in (x, y)]
    return torch.corrcoef(torch.stack(ranks))[0, 1]


@right("rank_correlation")
def _(x, y):
    places = []
    for values in (x.tolist(), y.tolist()):
        order = sorted(range(len(values)), key=values.__getitem__, reverse=True)
        rank = dict(
            zip(order, range(1, len(values) + 1), strict=False)
        )  # 1 for the largest, in both
        places.append([rank[i] - (len(values) + 1) / 2 for i in range(len(values))])
    a, b = places

    def dot(one, two):
        return sum(map(float.__mul__, one, two))

    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


# ---------------------------------------------------------------- linear_cka


@wrong("linear_cka", "doesn't centre the columns", "not_centred")
def _(x, y):
    return ((y.T @ x).norm() ** 2 / ((x.T @ x).norm() * (y.T @ y).norm())).item()


@wrong("linear_cka", "takes one mean of the whole matrix instead of each column's")
def _(x, y):
    x, y = x - x.mean(), y - y.mean()
    return ((y.T @ x).norm() ** 2 / ((x.T @ x).norm() * (y.T @ y).norm())).item()


@wrong("linear_cka", "centres x alone; the denominator still has the raw y")
def _(x, y):
    x = x - x.mean(0, keepdim=True)
    return ((y.T @ x).norm() ** 2 / ((x.T @ x).norm() * (y.T @ y).norm())).item()


@wrong("linear_cka", "-= centres the caller's tensors in place")
def _(x, y):
    x -= x.mean(0)
    y -= y.mean(0)
    return ((y.T @ x).norm() ** 2 / ((x.T @ x).norm() * (y.T @ y).norm())).item()


@wrong(
    "linear_cka",
    "takes the largest singular value for the norm instead of the root of the sum of squares",
)
def _(x, y):
    x, y = x - x.mean(0), y - y.mean(0)

    def norm(matrix):
        return torch.linalg.matrix_norm(matrix, ord=2)

    return (norm(y.T @ x) ** 2 / (norm(x.T @ x) * norm(y.T @ y))).item()


@wrong(
    "linear_cka", "also divides each column by its spread, which changes the weight of the columns"
)
def _(x, y):
    x, y = (x - x.mean(0)) / x.std(0), (y - y.mean(0)) / y.std(0)
    return ((y.T @ x).norm() ** 2 / ((x.T @ x).norm() * (y.T @ y).norm())).item()


@right("linear_cka")
def _(x, y):
    n = len(x)
    centre = torch.eye(n, dtype=x.dtype) - 1 / n
    a, b = centre @ (x @ x.T) @ centre, centre @ (y @ y.T) @ centre
    return ((a * b).sum() / (a.square().sum() * b.square().sum()).sqrt()).item()


@right("linear_cka")
def _(x, y):
    a, b = (matrix.double() - matrix.double().mean(0) for matrix in (x, y))
    products = {"ab": a.T @ b, "aa": a.T @ a, "bb": b.T @ b}
    size = {name: float(product.square().sum().sqrt()) for name, product in products.items()}
    return size["ab"] * size["ab"] / size["aa"] / size["bb"]


@right("linear_cka")
def _(x, y):
    x, y = x - x.mean(dim=0), y - y.mean(dim=0)
    s, t = torch.linalg.svdvals(x), torch.linalg.svdvals(y)
    both = torch.einsum("np,nq->pq", x, y).pow(2).sum()
    return both / (s.pow(4).sum() * t.pow(4).sum()).sqrt()


# ---------------------------------------------------------------- class_map


@wrong("class_map", "divides by the number of pixels, so the sum and not the mean is the logit")
def _(features, weight, index):
    _, height, width = features.shape
    return torch.einsum("m,mhw->hw", weight[index], features) / (height * width)


@wrong("class_map", "takes the mean over channels instead of the sum", "mean_over_channels")
def _(features, weight, index):
    return (weight[index, :, None, None] * features).mean(0)


@wrong(
    "class_map",
    "cuts off what speaks against the class, so the mean is no longer the logit",
    "cut_at_zero",
)
def _(features, weight, index):
    return (weight[index, :, None, None] * features).sum(0).relu()


@wrong("class_map", "returns the map transposed, width before height")
def _(features, weight, index):
    return torch.einsum("m,mhw->wh", weight[index], features)


@wrong("class_map", "reshapes instead of moving the axis, which mixes channels and pixels")
def _(features, weight, index):
    m, height, width = features.shape
    return (features.reshape(height * width, m) @ weight[index]).view(height, width)


@wrong("class_map", "*= weighs the caller's features in place")
def _(features, weight, index):
    features *= weight[index].detach().view(-1, 1, 1)
    return features.sum(0)


@right("class_map")
def _(features, weight, index):
    return F.conv2d(features[None], weight[index, None, :, None, None])[0, 0]


@right("class_map")
def _(features, weight, index):
    return (weight @ features.flatten(1))[index].unflatten(0, features.shape[1:])


@right("class_map")
def _(features, weight, index):
    said = torch.zeros_like(features[0])
    for one, factor in zip(features, weight[index], strict=False):
        said = said + factor * one
    return said
