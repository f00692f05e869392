"""Answers to lesson 01 by a stranger who knew the notebook alone.

Right or wrong was judged before any verdict; what a verdict may lead with was filled in after.
"""

import torch
from torch import nn
from torch.nn import functional as F

from .judged import right, wrong

# ---------------------------------------------------------------- join


@wrong("join", "joins y before x", "wrong_order")
def _(x, y, dim):
    return torch.cat([y, x], dim=dim)


@wrong("join", "always joins dimension 1, whatever dim says", "joins_the_channels")
def _(x, y, dim):
    return torch.cat([x, y], dim=1)


@wrong("join", "stack makes a new dimension in place of joining one", "stacks")
def _(x, y, dim):
    return torch.stack([x, y], dim)


@wrong("join", "joins rightly but still returns a tuple with dim in it")
def _(x, y, dim):
    return torch.cat([x, y], dim=dim), dim


@wrong("join", "hstack joins dimension 1, so dims 2 and 3 are wrong")
def _(x, y, dim):
    return torch.vstack([x, y]) if dim == 0 else torch.hstack([x, y])


@wrong("join", "prints the joined tensor and returns None")
def _(x, y, dim):
    print(torch.cat([x, y], dim))


@right("join")
def _(x, y, dim):
    return torch.concat((x, y), axis=dim)


@right("join")
def _(x, y, dim):
    return torch.stack([*x.unbind(dim), *y.unbind(dim)], dim)


@right("join")
def _(x, y, dim):
    shape = list(x.shape)
    shape[dim] += y.shape[dim]
    joined = x.new_zeros(shape)
    joined.narrow(dim, 0, x.shape[dim]).copy_(x)
    joined.narrow(dim, x.shape[dim], y.shape[dim]).copy_(y)
    return joined


# ---------------------------------------------------------------- concat_shape


@wrong(
    "concat_shape",
    "zip cuts the longer shape, so different numbers of entries pass",
    "forgets_the_length",
)
def _(first, second, dim):
    out = []
    for index, (a, b) in enumerate(zip(first, second, strict=False)):
        if index == dim:
            out.append(a + b)
        elif a != b:
            raise ValueError("sizes differ")
        else:
            out.append(a)
    return tuple(out)


@wrong("concat_shape", "takes four entries for granted: IndexError at shorter shapes")
def _(first, second, dim):
    if len(first) != len(second):
        raise ValueError
    for i in range(4):
        if i != dim and first[i] != second[i]:
            raise ValueError
    return tuple(first[i] + second[i] if i == dim else first[i] for i in range(4))


@wrong("concat_shape", "lets a size of 1 broadcast, as an add does")
def _(first, second, dim):
    if len(first) != len(second):
        raise ValueError
    out = []
    for i, (a, b) in enumerate(zip(first, second, strict=False)):
        if i == dim:
            out.append(a + b)
        elif a == b or 1 in (a, b):
            out.append(max(a, b))
        else:
            raise ValueError
    return tuple(out)


@wrong("concat_shape", "assert raises an AssertionError, not a ValueError")
def _(first, second, dim):
    assert len(first) == len(second)
    out = list(first)
    for i in range(len(first)):
        if i == dim:
            out[i] = first[i] + second[i]
        else:
            assert first[i] == second[i], "can't be joined"
    return tuple(out)


@wrong("concat_shape", "checks the entries before dim only, not those behind it")
def _(first, second, dim):
    if len(first) != len(second) or first[:dim] != second[:dim]:
        raise ValueError("these can't be joined")
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


@wrong("concat_shape", "demands equal shapes in the joined dimension as well")
def _(first, second, dim):
    if first != second:
        raise ValueError("shapes differ")
    out = list(first)
    out[dim] = 2 * out[dim]
    return tuple(out)


@right("concat_shape")
def _(first, second, dim):
    n = len(first)
    if n != len(second) or not -n <= dim < n:
        raise ValueError

    def go(one, other, steps):
        (a, *rest), (b, *others) = one, other
        if steps == 0:
            if rest != others:
                raise ValueError
            return (a + b, *rest)
        if a != b:
            raise ValueError
        return (a, *go(rest, others, steps - 1))

    return go(first, second, dim % n)


@right("concat_shape")
def _(first, second, dim):
    if dim not in range(-len(first), len(first)):
        raise ValueError("no such dimension")
    joined = dim % len(first)
    sizes = [{a, b} for a, b in zip(first, second, strict=True)]  # strict: ValueError
    del sizes[joined]
    if any(len(size) > 1 for size in sizes):
        raise ValueError("they differ elsewhere")
    return tuple(a + b * (i == joined) for i, (a, b) in enumerate(zip(first, second, strict=False)))


@right("concat_shape")
def _(first, second, dim):
    if len(first) != len(second):
        raise ValueError("different numbers of entries")
    try:
        parts = [torch.empty(shape, device="meta") for shape in (first, second)]
        return tuple(torch.cat(parts, dim).shape)
    except (RuntimeError, IndexError) as error:
        raise ValueError(str(error)) from None


# ---------------------------------------------------------------- forward


@wrong(
    "forward",
    "residual adds the network's input each time, not the last sum",
    "adds_the_first_input",
)
def _(x, layers, rule):
    out = x
    features = [x]
    for layer in layers:
        if rule == "plain":
            out = layer(out)
        elif rule == "residual":
            out = layer(out) + x
        else:
            features.append(layer(torch.cat(features, dim=1)))
            out = torch.cat(features, dim=1)
    return out


@wrong("forward", "dense puts the newest channels first", "newest_first_inside")
def _(x, layers, rule):
    for layer in layers:
        new = layer(x)
        if rule == "plain":
            x = new
        elif rule == "residual":
            x = x + new
        else:
            x = torch.cat([new, x], dim=1)
    return x


@wrong("forward", "dense returns the last layer's channels alone, not the list", "returns_the_last")
def _(x, layers, rule):
    if rule == "dense":
        seen = [x]
        for layer in layers:
            seen.append(layer(torch.cat(seen, dim=1)))
        return seen[-1]
    for layer in layers:
        x = layer(x) + x if rule == "residual" else layer(x)
    return x


@wrong("forward", "the residual sum is made in place and changes the caller's x")
def _(x, layers, rule):
    for layer in layers:
        if rule == "plain":
            x = layer(x)
        elif rule == "residual":
            x += layer(x)
        else:
            x = torch.cat((x, layer(x)), 1)
    return x


@wrong("forward", "each dense layer reads only the newest features, not the list")
def _(x, layers, rule):
    features = [x]
    for layer in layers:
        new = layer(features[-1])
        if rule == "residual":
            new = new + features[-1]
        features.append(new)
    return torch.cat(features, dim=1) if rule == "dense" else features[-1]


@wrong("forward", "empties the caller's list of layers", "empties_the_list")
def _(x, layers, rule):
    while layers:
        layer = layers.pop(0)
        if rule == "plain":
            x = layer(x)
        elif rule == "residual":
            x = x + layer(x)
        else:
            x = torch.cat([x, layer(x)], dim=1)
    return x


@right("forward")
def _(x, layers, rule):
    from functools import reduce

    step = {
        "plain": lambda seen, layer: layer(seen),
        "residual": lambda seen, layer: torch.add(seen, layer(seen)),
        "dense": lambda seen, layer: torch.hstack((seen, layer(seen))),
    }[rule]
    return reduce(step, layers, x)


@right("forward")
def _(x, layers, rule):
    def after(number):
        if number == 0:
            return [x]
        seen = after(number - 1)
        if rule == "dense":
            return [*seen, layers[number - 1](torch.cat(seen, dim=1))]
        new = layers[number - 1](seen[0])
        return [new if rule == "plain" else seen[0] + new]

    return torch.cat(after(len(layers)), dim=1)


@right("forward")
def _(x, layers, rule):
    for layer in layers:
        new, old = layer(x), x.shape[1]
        if rule == "dense":  # a wide stream with empty channels
            x = F.pad(x, (0, 0, 0, 0, 0, new.shape[1])) + F.pad(new, (0, 0, 0, 0, old, 0))
        else:
            x = new + (x if rule == "residual" else 0)
    return x


# ---------------------------------------------------------------- adding_weights


@wrong("adding_weights", "all ones: each output is the sum of all channels", "all_ones")
def _(channels):
    return torch.ones(channels, 2 * channels, 1, 1)


@wrong("adding_weights", "halves: the mean of x and y, not the sum", "averages")
def _(channels):
    eye = torch.eye(channels) / 2
    return torch.cat([eye, eye], dim=1)[:, :, None, None]


@wrong("adding_weights", "a rectangular eye takes x and ignores y", "copies_x")
def _(channels):
    return torch.eye(channels, 2 * channels).view(channels, 2 * channels, 1, 1)


@wrong("adding_weights", "adds neighbouring channels 2o and 2o+1, not o and o+C", "interleaved")
def _(channels):
    weights = torch.zeros(channels, 2 * channels, 1, 1)
    for o in range(channels):
        weights[o, 2 * o] = 1
        weights[o, 2 * o + 1] = 1
    return weights


@wrong(
    "adding_weights",
    "whole numbers (int64): conv2d refuses them with float features",
    "whole_numbers",
)
def _(channels):
    eye = torch.eye(channels, dtype=torch.long)
    return torch.cat([eye, eye], dim=1).reshape(channels, 2 * channels, 1, 1)


@wrong(
    "adding_weights", "a matrix without the two kernel dimensions of size 1", "forgets_the_kernel"
)
def _(channels):
    return torch.eye(channels).repeat(1, 2)


@right("adding_weights")
def _(channels):
    weights = nn.init.dirac_(torch.empty(channels, 2 * channels, 1, 1))
    return weights + weights.roll(channels, 1)


@right("adding_weights")
def _(channels):
    rows, columns = torch.arange(channels), torch.arange(2 * channels)
    return (columns % channels == rows[:, None]).float()[..., None, None]


@right("adding_weights")
def _(channels):
    pair = torch.kron(torch.ones(1, 2), torch.eye(channels))
    return pair.reshape(channels, -1, 1, 1)
