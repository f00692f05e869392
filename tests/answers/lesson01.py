"""Lesson 01: join, concat_shape, forward, adding_weights."""

import functools
import itertools

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .judged import right, wrong

# join


@right("join")
def _(x, y, dim):
    return torch.cat((x, y), dim)


@right("join")
def _(x, y, dim):
    return torch.concatenate([x, y], axis=dim)


@right("join")
def _(x, y, dim):
    shape = list(x.shape)
    shape[dim] += y.shape[dim]
    out = x.new_empty(shape)
    out.narrow(dim, 0, x.shape[dim]).copy_(x)
    out.narrow(dim, x.shape[dim], y.shape[dim]).copy_(y)
    return out


@right("join")
def _(x, y, dim):
    return torch.cat([x.transpose(0, dim), y.transpose(0, dim)]).transpose(0, dim)


@wrong("join", "a list with one tensor", "unmended")
def _(x, y, dim):
    return [torch.cat([x, y], dim)]


@wrong("join", "the bracket closes too early and the number is dropped", "ignores_the_dimension")
def _(x, y, dim):
    return (torch.cat([x, y]), dim)[0]


@wrong("join", "joins the channels when asked for rows")
def _(x, y, dim):
    return torch.cat([x, y], dim=1 if dim == 2 else dim)


@wrong("join", "a numpy array")
def _(x, y, dim):
    return np.concatenate([x.detach().numpy(), y.detach().numpy()], axis=dim)


@wrong("join", "back from numpy: no gradient")
def _(x, y, dim):
    return torch.tensor(np.concatenate([x.detach().numpy(), y.detach().numpy()], axis=dim))


@wrong("join", "always the last dimension")
def _(x, y, dim):
    return torch.cat([x, y], dim=-1)


@wrong("join", "counts dimensions from the end")
def _(x, y, dim):
    return torch.cat([x, y], dim=-dim)


@wrong("join", "x twice")
def _(x, y, dim):
    return torch.cat([x, x], dim=dim)


@wrong("join", "stacks and flattens, which interleaves")
def _(x, y, dim):
    return torch.stack([x, y], dim=dim + 1).flatten(dim, dim + 1)


@wrong("join", "cut from its graph")
def _(x, y, dim):
    return torch.cat([x.data, y.data], dim=dim)


@wrong("join", "nothing comes back")
def _(x, y, dim):
    torch.cat([x, y], dim=dim)


@wrong("join", "rounds to half precision on the way")
def _(x, y, dim):
    return torch.cat([x.half(), y.half()], dim=dim).to(x.dtype)


@wrong("join", "y is overwritten")
def _(x, y, dim):
    out = torch.cat([x, y], dim=dim)
    with torch.no_grad():
        y.zero_()
    return out


@wrong("join", "converts to float32 whatever comes in")
def _(x, y, dim):
    return torch.cat([x, y], dim=dim).float()


@wrong("join", "sorts the two by their first value", "wrong_order")
def _(x, y, dim):
    pair = sorted([x, y], key=lambda t: float(t.flatten()[0]))
    return torch.cat(pair, dim=dim)


# concat_shape


@right("concat_shape")
def _(first, second, dim):
    if not 0 <= dim < len(first):
        raise ValueError("dim")
    first, second = list(first), list(second)
    a, b = first.pop(dim), second.pop(dim) if dim < len(second) else None
    if first != second or b is None:
        raise ValueError("can't be joined")
    first.insert(dim, a + b)
    return tuple(first)


@right("concat_shape")
def _(first, second, dim):
    try:
        return tuple(torch.cat([torch.zeros(first), torch.zeros(second)], dim=dim).shape)
    except Exception as error:
        raise ValueError(str(error)) from error


@right("concat_shape")
def _(first, second, dim):
    if len(first) != len(second) or dim >= len(first) or dim < -len(first):
        raise ValueError("no")
    dim %= len(first)
    out = []
    for i, (a, b) in enumerate(zip(first, second, strict=True)):
        if i == dim:
            out.append(a + b)
        elif a == b:
            out.append(a)
        else:
            raise ValueError(f"{a} and {b} differ")
    return out


@right("concat_shape")
def _(first, second, dim):
    a, b = np.array(first), np.array(second)
    if a.size != b.size or dim not in range(a.size):
        raise ValueError("sizes")
    keep = np.arange(a.size) != dim
    if (a[keep] != b[keep]).any():
        raise ValueError("differ")
    return torch.Size(np.where(keep, a, a + b).tolist())


@wrong("concat_shape", "a RuntimeError instead of a ValueError")
def _(first, second, dim):
    return tuple(torch.cat([torch.zeros(first), torch.zeros(second)], dim=dim).shape)


@wrong("concat_shape", "returns None where they don't fit", "never_refuses")
def _(first, second, dim):
    if len(first) != len(second) or dim >= len(first):
        return None
    for i in range(len(first)):
        if i != dim and first[i] != second[i]:
            return None
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


@wrong("concat_shape", "returns the error instead of raising it")
def _(first, second, dim):
    for i in range(min(len(first), len(second))):
        if i != dim and first[i] != second[i]:
            return ValueError("differ")
    if len(first) != len(second) or dim >= len(first):
        return ValueError("differ")
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


@wrong("concat_shape", "compares products of the rest, so 7x5 fits 5x7", "compares_sorted")
def _(first, second, dim):
    if len(first) != len(second) or dim not in range(len(first)):
        raise ValueError("lengths")
    one, two = first[:dim] + first[dim + 1 :], second[:dim] + second[dim + 1 :]
    if np.prod(one) != np.prod(two):
        raise ValueError("differ")
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


@wrong("concat_shape", "compares as sets", "compares_sorted")
def _(first, second, dim):
    if len(first) != len(second) or dim not in range(len(first)):
        raise ValueError("lengths")
    if set(first[:dim] + first[dim + 1 :]) != set(second[:dim] + second[dim + 1 :]):
        raise ValueError("differ")
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


@wrong("concat_shape", "compares only what stands before dim")
def _(first, second, dim):
    if len(first) != len(second) or dim not in range(len(first)):
        raise ValueError("lengths")
    if first[:dim] != second[:dim]:
        raise ValueError("differ")
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


@wrong("concat_shape", "compares only what stands after dim")
def _(first, second, dim):
    if len(first) != len(second) or dim not in range(len(first)):
        raise ValueError("lengths")
    if first[dim + 1 :] != second[dim + 1 :]:
        raise ValueError("differ")
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


@wrong("concat_shape", "takes the larger size in the joined dimension")
def _(first, second, dim):
    if len(first) != len(second) or dim not in range(len(first)):
        raise ValueError("lengths")
    for i in range(len(first)):
        if i != dim and first[i] != second[i]:
            raise ValueError("differ")
    return (*first[:dim], max(first[dim], second[dim]), *first[dim + 1 :])


@wrong("concat_shape", "an assert, so an AssertionError")
def _(first, second, dim):
    assert len(first) == len(second)
    assert all(a == b for i, (a, b) in enumerate(zip(first, second, strict=True)) if i != dim)
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


@wrong("concat_shape", "demands exactly one difference", "refuses_equal_sizes")
def _(first, second, dim):
    if len(first) != len(second) or dim not in range(len(first)):
        raise ValueError("lengths")
    if [i for i in range(len(first)) if first[i] != second[i]] != [dim]:
        raise ValueError("differ")
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


@wrong("concat_shape", "returns a string")
def _(first, second, dim):
    return str(tuple(torch.cat([torch.zeros(first), torch.zeros(second)], dim=dim).shape))


@wrong("concat_shape", "wraps a dim that is too large")
def _(first, second, dim):
    if len(first) != len(second):
        raise ValueError("lengths")
    dim %= len(first)
    for i in range(len(first)):
        if i != dim and first[i] != second[i]:
            raise ValueError("differ")
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


@wrong("concat_shape", "an IndexError for a dim that is too large")
def _(first, second, dim):
    if len(first) != len(second):
        raise ValueError("lengths")
    for i in range(len(first)):
        if i != dim and first[i] != second[i]:
            raise ValueError("differ")
    shape = list(first)
    shape[dim] += second[dim]
    return tuple(shape)


@wrong("concat_shape", "zip with strict, so the joined dimension must agree as well")
def _(first, second, dim):
    return tuple(
        a + b if i == dim else a
        for i, (a, b) in enumerate(zip(first, second, strict=True))
        if a == b or i == dim
    )


@wrong("concat_shape", "prints instead of raising", "never_refuses")
def _(first, second, dim):
    for i, (a, b) in enumerate(zip(first, second, strict=False)):
        if a != b and i != dim:
            print(f"dimension {i} differs")
    return tuple(a + b if i == dim else a for i, (a, b) in enumerate(zip(first, second)))  # noqa: B905


# forward


@right("forward")
def _(x, layers, rule):
    if rule == "plain":
        for h in layers:
            x = h(x)
        return x
    if rule == "residual":
        for h in layers:
            x = x + h(x)
        return x
    if rule == "dense":
        seen = [x]
        for h in layers:
            seen += [h(torch.cat(seen, 1))]
        return torch.cat(seen, 1)
    raise ValueError(rule)


@right("forward")
def _(x, layers, rule):
    step = {
        "plain": lambda x, h: h(x),
        "residual": lambda x, h: torch.add(h(x), x),
        "dense": lambda x, h: torch.hstack([x, h(x)]),
    }[rule]
    return functools.reduce(step, layers, x)


@right("forward")
def _(x, layers, rule):
    if not layers:
        return x
    first, *rest = layers
    new = first(x)
    if rule == "residual":
        new = new + x
    elif rule == "dense":
        new = torch.cat([x, new], dim=-3)
    return mine(new, rest, rule)


def mine(x, layers, rule):
    for h in layers:
        new = h(x)
        if rule == "residual":
            new = new + x
        x = torch.cat((x, new), 1) if rule == "dense" else new
    return x


@right("forward")
def _(x, layers, rule):
    return mine(x, list(layers), rule)


@right("forward")
def _(x, layers, rule):
    return list(itertools.accumulate(layers, lambda seen, h: mine(seen, [h], rule), initial=x))[-1]


@wrong("forward", "dense reads only x and the newest")
def _(x, layers, rule):
    if rule != "dense":
        return mine(x, layers, rule)
    seen, last = [x], x
    for h in layers:
        last = h(torch.cat([x, last], 1) if last is not x else x)
        seen.append(last)
    return torch.cat(seen, 1)


@wrong("forward", "residual in place, so the input changes")
def _(x, layers, rule):
    if rule == "residual":
        for h in layers:
            x += h(x)
        return x
    return mine(x, layers, rule)


@wrong("forward", "residual doubles x")
def _(x, layers, rule):
    if rule == "residual":
        for h in layers:
            x = h(x) + x + x
        return x
    return mine(x, layers, rule)


@wrong("forward", "averages instead of adding")
def _(x, layers, rule):
    if rule == "residual":
        for h in layers:
            x = (h(x) + x) / 2
        return x
    return mine(x, layers, rule)


@wrong("forward", "one layer too few")
def _(x, layers, rule):
    return mine(x, layers[:-1], rule)


@wrong("forward", "starts at the second layer")
def _(x, layers, rule):
    return mine(x, layers[1:], rule)


@wrong("forward", "layers in the wrong order")
def _(x, layers, rule):
    return mine(x, layers[::-1], rule)


@wrong("forward", "reverses the caller's list and back to front again")
def _(x, layers, rule):
    layers.reverse()
    return mine(x, layers[::-1], rule)


@wrong("forward", "no layers give None")
def _(x, layers, rule):
    if layers:
        return mine(x, layers, rule)


@wrong("forward", "no layers fail")
def _(x, layers, rule):
    new = layers[0](x)
    if rule == "residual":
        new = new + x
    elif rule == "dense":
        new = torch.cat([x, new], 1)
    return mine(new, layers[1:], rule)


@wrong("forward", "a ReLU that nobody asked for")
def _(x, layers, rule):
    return mine(x, layers, rule).relu()


@wrong("forward", "dense gives new channels only", "forgets_the_input")
def _(x, layers, rule):
    out = mine(x, layers, rule)
    return out[:, x.shape[1] :] if rule == "dense" else out


@wrong("forward", "detaches what is added")
def _(x, layers, rule):
    if rule == "residual":
        for h in layers:
            x = h(x) + x.detach()
        return x
    return mine(x, layers, rule)


@wrong("forward", "under no_grad")
def _(x, layers, rule):
    with torch.no_grad():
        return mine(x, layers, rule)


@wrong("forward", "a list keeps growing between calls")
def _(x, layers, rule, seen=[]):  # noqa: B006
    if rule == "dense":
        seen.append(x)
        for h in layers:
            seen.append(h(torch.cat(seen, 1)))
        return torch.cat(seen, 1)
    return mine(x, layers, rule)


@wrong("forward", "dense and residual mixed up")
def _(x, layers, rule):
    return mine(x, layers, {"dense": "residual", "residual": "dense"}.get(rule, rule))


@wrong("forward", "joins along the rows")
def _(x, layers, rule):
    if rule == "dense":
        for h in layers:
            x = torch.cat([x, h(x)], 2)
        return x
    return mine(x, layers, rule)


@wrong("forward", "written for three layers")
def _(x, layers, rule):
    a, b, c = layers
    return mine(x, [a, b, c], rule)


@wrong("forward", "a sum at the end instead of at each layer")
def _(x, layers, rule):
    if rule == "residual":
        outs = [x]
        for h in layers:
            outs.append(h(outs[-1]))
        return sum(outs)
    return mine(x, layers, rule)


# adding_weights


@right("adding_weights")
def _(channels):
    return torch.cat([torch.eye(channels)] * 2, 1).reshape(channels, 2 * channels, 1, 1)


@right("adding_weights")
def _(channels):
    return torch.eye(channels).repeat(1, 2).unsqueeze(2).unsqueeze(3)


@right("adding_weights")
def _(channels):
    out = torch.zeros(channels, 2 * channels, 1, 1)
    rows = torch.arange(channels)
    out[rows, rows] = out[rows, rows + channels] = 1.0
    return out


@right("adding_weights")
def _(channels):
    return torch.from_numpy(np.tile(np.eye(channels, dtype="float32"), 2))[..., None, None]


@right("adding_weights")
def _(channels):
    conv = nn.Conv2d(2 * channels, channels, 1, bias=False)
    with torch.no_grad():
        conv.weight.zero_()
        for i in range(channels):
            conv.weight[i, i] = conv.weight[i, i + channels] = 1
    return conv.weight


@wrong("adding_weights", "float64, which conv2d refuses on float32", "whole_numbers")
def _(channels):
    return torch.eye(channels, dtype=torch.float64).repeat(1, 2)[:, :, None, None]


@wrong("adding_weights", "a bool tensor", "whole_numbers")
def _(channels):
    return torch.eye(channels).bool().repeat(1, 2)[:, :, None, None]


@wrong("adding_weights", "a numpy array")
def _(channels):
    return np.tile(np.eye(channels, dtype="float32"), 2)[..., None, None]


@wrong("adding_weights", "three channels only")
def _(channels):
    return torch.eye(3).repeat(1, 2)[:, :, None, None]


@wrong("adding_weights", "random weights")
def _(channels):
    return torch.randn(channels, 2 * channels, 1, 1)


@wrong("adding_weights", "the first channel of y is left out")
def _(channels):
    out = torch.eye(channels).repeat(1, 2)[:, :, None, None]
    out[0, channels] = 0
    return out


@wrong("adding_weights", "x + 2 y")
def _(channels):
    eye = torch.eye(channels)
    return torch.cat([eye, 2 * eye], 1)[:, :, None, None]


@wrong("adding_weights", "the kernel is 3x3")
def _(channels):
    out = torch.zeros(channels, 2 * channels, 3, 3)
    out[:, :, 1, 1] = torch.eye(channels).repeat(1, 2)
    return out


@wrong("adding_weights", "y's channels are shifted by one")
def _(channels):
    eye = torch.eye(channels)
    return torch.cat([eye, eye.roll(1, 0)], 1)[:, :, None, None]


@wrong("adding_weights", "a function that adds")
def _(channels):
    return lambda x, y: x + y


@wrong("adding_weights", "a layer with the right weights, not the weights", "returns_a_layer")
def _(channels):
    conv = nn.Conv2d(2 * channels, channels, 1, bias=False)
    conv.weight.data = torch.eye(channels).repeat(1, 2)[:, :, None, None]
    return conv


@wrong("adding_weights", "ones over the number of channels")
def _(channels):
    return torch.full((channels, 2 * channels, 1, 1), 1 / channels)


@wrong("adding_weights", "nested lists")
def _(channels):
    return torch.eye(channels).repeat(1, 2)[:, :, None, None].tolist()


@wrong("adding_weights", "dirac puts x through and nothing of y", "copies_x")
def _(channels):
    return nn.init.dirac_(torch.empty(channels, 2 * channels, 1, 1))


@wrong("adding_weights", "adds each channel to all of the other half")
def _(channels):
    eye = torch.eye(channels)
    return torch.cat([eye, torch.ones(channels, channels)], 1)[:, :, None, None]


@wrong("adding_weights", "the same cached tensor for every number of channels")
def _(channels, cache={}):  # noqa: B006
    return cache.setdefault("w", torch.eye(channels).repeat(1, 2)[:, :, None, None])


@wrong("adding_weights", "the shape of the input of the convolution")
def _(channels):
    return F.pad(torch.eye(channels)[:, :, None, None], (0, 0, 0, 0, 0, 0, 0, channels))
