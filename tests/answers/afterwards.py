"""A set of its own, over all lessons, written after the checks had been mended on the others."""

import math
from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .judged import right, wrong


def several(exercise: str, **answers):
    """Wrong answers under a reason each."""
    for why, made in answers.items():
        told, made = (made[:-1], made[-1]) if isinstance(made, tuple) else ((), made)
        wrong(exercise, why.replace("_", " "), *told)(made)


# lesson 01

right("join")(lambda x, y, dim: torch.cat(tensors=[x, y], dim=int(dim)))
right("join")(lambda x, y, dim: torch.cat(list((x, y)), dim % x.dim()))
several(
    "join",
    adds_dim=lambda x, y, dim: torch.cat([x, y], dim=1) + dim,
    the_number_first=("unmended", lambda x, y, dim: (dim, torch.cat([x, y]))),
    a_dict=lambda x, y, dim: {"result": torch.cat([x, y], dim)},
    y_only=lambda x, y, dim: y,
    dimension_two=lambda x, y, dim: torch.cat([x, y], 2),
    joins_both_ways=lambda x, y, dim: torch.cat([torch.cat([x, y], dim), torch.cat([y, x], dim)]),
    detached_y=lambda x, y, dim: torch.cat([x, y.detach()], dim),
    vstack=("ignores_the_dimension", lambda x, y, dim: torch.vstack([x, y])),
    requires_equal_shapes=lambda x, y, dim: torch.stack([x, y], dim).flatten(dim, dim + 1),
)


@right("concat_shape")
def _(first, second, dim):
    if len(first) != len(second):
        raise ValueError
    if dim > len(first) - 1:
        raise ValueError
    for i, a in enumerate(first):
        if i == dim:
            continue
        if a != second[i]:
            raise ValueError(f"Sizes differ at {i}")
    result = [s for s in first]
    result[dim] = result[dim] + second[dim]
    return tuple(result)


def length_of_first(first, second, dim):
    if dim >= len(first):
        raise ValueError
    for i in range(len(first)):
        if i < len(second) and i != dim and first[i] != second[i]:
            raise ValueError
    return (*first[:dim], first[dim] + (second[dim] if dim < len(second) else 0), *first[dim + 1 :])


def one_may_differ(first, second, dim):
    if len(first) != len(second) or dim >= len(first):
        raise ValueError
    if sum(a != b for a, b in zip(first, second, strict=True)) > 1:
        raise ValueError
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


def any_smaller(first, second, dim):
    if len(first) != len(second) or dim >= len(first):
        raise ValueError
    if any(a < b for i, (a, b) in enumerate(zip(first, second, strict=True)) if i != dim):
        raise ValueError
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


def changes_argument(first, second, dim):
    first += (0,)
    return first


def only_last_dims(first, second, dim):
    if len(first) != len(second) or dim >= len(first):
        raise ValueError
    if first[2:] != second[2:] and dim < 2:
        raise ValueError
    return (*first[:dim], first[dim] + second[dim], *first[dim + 1 :])


several(
    "concat_shape",
    lengths_by_the_first=length_of_first,
    one_difference_anywhere=one_may_differ,
    smaller_second_fits=any_smaller,
    nonsense=changes_argument,
    height_and_width_alone=only_last_dims,
    number_of_entries=lambda a, b, dim: math.prod(a) + math.prod(b),
    a_boolean=lambda a, b, dim: a[:dim] + a[dim + 1 :] == b[:dim] + b[dim + 1 :],
    broadcast_shapes=lambda a, b, dim: tuple(torch.broadcast_shapes(a, b)),
)


def tidy_forward(x, layers, rule):
    outs = [x]
    for h in layers:
        if rule == "plain":
            outs = [h(outs[-1])]
        elif rule == "residual":
            outs = [h(outs[-1]) + outs[-1]]
        else:
            outs.append(h(torch.cat(outs, dim=1)))
    return torch.cat(outs, dim=1)


right("forward")(tidy_forward)


def elif_missing(x, layers, rule):
    for h in layers:
        if rule == "plain":
            x = h(x)
        x = x + h(x) if rule == "residual" else torch.cat([x, h(x)], 1)
    return x


def adds_sum_of_all(x, layers, rule):
    if rule != "residual":
        return tidy_forward(x, layers, rule)
    total = x
    for h in layers:
        x = h(x) + total
        total = total + x
    return x


def dense_with_input_doubled(x, layers, rule):
    if rule != "dense":
        return tidy_forward(x, layers, rule)
    seen = [x]
    for h in layers:
        seen.append(h(torch.cat(seen, 1)))
    return torch.cat([x, *seen], 1)


def stops_at_two(x, layers, rule):
    return tidy_forward(x, layers[:2], rule)


def residual_of_dense(x, layers, rule):
    out = tidy_forward(x, layers, rule)
    return out + 1e-3 if rule == "residual" else out


def pairs(x, layers, rule):
    if rule != "dense":
        return tidy_forward(x, layers, rule)
    seen = [x]
    for h in layers:
        seen.append(h(torch.cat(seen[-2:], 1)))
    return torch.cat(seen, 1)


several(
    "forward",
    elif_is_missing=elif_missing,
    sum_of_sums=adds_sum_of_all,
    input_twice=dense_with_input_doubled,
    two_layers_at_most=stops_at_two,
    small_offset=residual_of_dense,
    last_two_alone=pairs,
    always_dense=lambda x, layers, rule: tidy_forward(x, layers, "dense"),
    always_plain=("never_adds", lambda x, layers, rule: tidy_forward(x, layers, "plain")),
    rule_in_capitals=lambda x, layers, rule: tidy_forward(x, layers, rule.upper()),
    mean_over_images=lambda x, layers, rule: tidy_forward(x, layers, rule) - x.mean(),
)

right("adding_weights")(
    lambda channels: torch.einsum("oc,k->okc", torch.eye(channels), torch.ones(2)).reshape(
        channels, -1, 1, 1
    )
)
several(
    "adding_weights",
    identity_kernel_alone=lambda c: torch.eye(c)[:, :, None, None],
    flat=lambda c: torch.eye(c).repeat(1, 2).flatten(),
    three_dimensions=lambda c: torch.eye(c).repeat(1, 2)[:, :, None],
    halves_of_y=lambda c: torch.cat([torch.eye(c), torch.eye(c) * 0.5], 1)[:, :, None, None],
    one_too_wide=lambda c: torch.eye(c, 2 * c + 1)[:, :, None, None],
    eye_of_wide=("copies_x", lambda c: torch.eye(c, 2 * c)[:, :, None, None]),
    half_precision=lambda c: torch.eye(c).repeat(1, 2)[:, :, None, None].half(),
    noise=lambda c: torch.eye(c).repeat(1, 2)[:, :, None, None] + 0.01 * torch.rand(1),
)

# lesson 02


class Named(nn.Module):
    def __init__(self, num_input_features, growth_rate):
        super().__init__()
        steps = OrderedDict(norm=nn.BatchNorm2d(num_input_features), relu=nn.ReLU())
        steps["conv"] = nn.Conv2d(num_input_features, growth_rate, 3, padding="same", bias=False)
        self.steps = nn.Sequential(steps)

    def forward(self, x):
        return self.steps(x)


right("dense_layer")(Named)


class Sub(Named):
    """A right layer to change."""


def subclass(forward=None, init=None):
    class Changed(Sub):
        def __init__(self, c, k):
            super().__init__(c, k)
            if init is not None:
                init(self, c, k)

        def forward(self, x):
            return self.steps(x) if forward is None else forward(self, x)

    return Changed


def set_step(index, make):
    return lambda m, c, k: m.steps.__setitem__(index, make(c, k))


several(
    "dense_layer",
    sigmoid=subclass(init=set_step(1, lambda c, k: nn.Sigmoid())),
    relu6=subclass(init=set_step(1, lambda c, k: nn.ReLU6())),
    bias_of_zeros=(
        "HasBias",
        subclass(init=set_step(2, lambda c, k: nn.Conv2d(c, k, 3, padding=1))),
    ),
    circular=subclass(
        init=set_step(
            2, lambda c, k: nn.Conv2d(c, k, 3, padding=1, bias=False, padding_mode="circular")
        )
    ),
    wide_kernel=subclass(
        init=set_step(2, lambda c, k: nn.Conv2d(c, k, (3, 1), padding=(1, 0), bias=False))
    ),
    one_more_layer=subclass(init=lambda m, c, k: m.steps.append(nn.BatchNorm2d(k))),
    unused_layer=subclass(init=lambda m, c, k: m.add_module("more", nn.Linear(3, 3))),
    turned_image=subclass(lambda m, x: m.steps(x.transpose(2, 3)).transpose(2, 3)),
    flipped=subclass(lambda m, x: m.steps(x.flip(3)).flip(3)),
    norm_of_the_batch_always=subclass(lambda m, x: m.train() and m.steps(x)),
    adds_itself=subclass(lambda m, x: m.steps(x) + m.steps(x)),
    per_image=subclass(lambda m, x: torch.cat([m.steps(one[None]) for one in x])),
    only_new_style=subclass(lambda m, x: m.steps(x)[0]),
    checkpoint_of_old_values=subclass(lambda m, x: m.__dict__.setdefault("old", m.steps(x))),
)


class TidyBlock(nn.Module):
    def __init__(self, num_layers, num_input_features, growth_rate, make_layer):
        super().__init__()
        self.layers = nn.ModuleList()
        width = num_input_features
        for _ in range(num_layers):
            self.layers.append(make_layer(width))
            width += growth_rate

    def forward(self, x):
        outputs = [x]
        for layer in self.layers:
            outputs.append(layer(torch.cat(outputs, dim=1)))
        return torch.cat(outputs, dim=1)


right("dense_block")(TidyBlock)


def reblock(forward):
    return type("Block", (TidyBlock,), {"forward": forward})


def alternating(self, x):
    for i, layer in enumerate(self.layers):
        new = layer(x)
        x = torch.cat([x, new] if i % 2 == 0 else [new, x], 1)
    return x


def skip_second_gradient(self, x):
    for i, layer in enumerate(self.layers):
        x = torch.cat([x.detach() if i == 1 else x, layer(x)], 1)
    return x


def clipped(self, x):
    return TidyBlock.forward(self, x.clamp(-2, 2))


def trailing(self, x):
    return TidyBlock.forward(self, x)[:, : x.shape[1] + 5]


several(
    "dense_block",
    order_alternates=reblock(alternating),
    one_gradient_cut=reblock(skip_second_gradient),
    clamps=reblock(clipped),
    cut_to_five_new=reblock(trailing),
    normalises=reblock(lambda self, x: F.layer_norm(TidyBlock.forward(self, x), x.shape[-1:])),
    requires_square=reblock(lambda self, x: TidyBlock.forward(self, x.transpose(2, 3))),
    returns_x=reblock(lambda self, x: x),
    last_mean=reblock(lambda self, x: TidyBlock.forward(self, x).mean((2, 3))),
    every_other_image=reblock(lambda self, x: TidyBlock.forward(self, x[::2])),
)

right("run_block")(
    lambda x, layers: layers[0](x) if False else TidyBlock.forward(_Holder(layers), x)
)


class _Holder:
    def __init__(self, layers):
        self.layers = layers


several(
    "run_block",
    alternating=lambda x, layers: alternating(_Holder(layers), x),
    adds=lambda x, layers: sum((layer(x) for layer in layers), x),
    reads_x_alone=lambda x, layers: torch.cat([x, *(layer(x) for layer in layers)], 1),
    returns_features=lambda x, layers: [x],
    copies_layers=lambda x, layers: TidyBlock.forward(
        _Holder([__import__("copy").deepcopy(layer) for layer in layers]), x
    ),
    fifth_cut=lambda x, layers: TidyBlock.forward(_Holder(layers), x.clamp(max=2)),
    set_to_eval_and_back=lambda x, layers: (
        TidyBlock.forward(_Holder([layer.eval() for layer in layers]), x)
        + 0 * sum(layer.train().training for layer in layers)
    ),
    sorted_layers=lambda x, layers: TidyBlock.forward(
        _Holder(sorted(layers, key=id)[::-1]), x[:, :1]
    ),
)

right("block_weights")(
    lambda num_input_features, num_layers, growth_rate: np.sum(
        9 * growth_rate * (num_input_features + growth_rate * np.arange(num_layers))
    )
)
several(
    "block_weights",
    average_width=lambda c, n, k: 9 * k * n * (c + c + n * k) // 2,
    two_ends=lambda c, n, k: 9 * k * (c + c + (n - 1) * k),
    no_first=lambda c, n, k: sum(9 * k * (c + i * k) for i in range(1, n)),
    squares=lambda c, n, k: sum(9 * (c + i * k) ** 2 for i in range(n)),
    per_filter=lambda c, n, k: sum(9 * (c + i * k) for i in range(n)),
    with_stem=lambda c, n, k: sum(9 * k * (c + i * k) for i in range(n)) + 27 * c,
    eight=lambda c, n, k: sum(8 * k * (c + i * k) for i in range(n)),
    tuple_=lambda c, n, k: (sum(9 * k * (c + i * k) for i in range(n)), "weights"),
)

# lesson 03

right("pointwise")(lambda x, weight: F.conv2d(x, weight[..., None, None], bias=None, stride=1))
several(
    "pointwise",
    keeps_height_first=lambda x, w: torch.einsum("nchw,oc->hwno", x, w),
    pixel_mean=lambda x, w: torch.einsum("nchw,oc->no", x, w)[:, :, None, None].expand(
        -1, -1, *x.shape[2:]
    ),
    first_channel=lambda x, w: torch.einsum("nhw,o->nohw", x[:, 0], w[:, 0]),
    padded=lambda x, w: F.conv2d(x, w[:, :, None, None], padding=1),
    strided=lambda x, w: F.conv2d(x, w[:, :, None, None], stride=2),
    bias_one=lambda x, w: F.conv2d(x, w[:, :, None, None]) + 1,
    normalised=lambda x, w: torch.einsum("nchw,oc->nohw", x, w / w.norm(dim=1, keepdim=True)),
    squared=lambda x, w: torch.einsum("nchw,oc,oc->nohw", x, w, w),
    view=lambda x, w: (w @ x.reshape(x.shape[1], -1)).reshape(x.shape[0], -1, *x.shape[2:]),
    under_no_grad=lambda x, w: torch.no_grad()(torch.einsum)("nchw,oc->nohw", x, w),
    list_of_images=lambda x, w: [torch.einsum("chw,oc->ohw", one, w) for one in x],
)


def bottle(c, k, b, **changed):
    made = OrderedDict(
        norm1=nn.BatchNorm2d(c),
        relu1=nn.ReLU(),
        conv1=nn.Conv2d(c, b * k, 1, bias=False),
        norm2=nn.BatchNorm2d(b * k),
        relu2=nn.ReLU(),
        conv2=nn.Conv2d(b * k, k, 3, padding=1, bias=False),
    )
    for name, make in changed.items():
        made[name] = make(c, k, b)
    return nn.Sequential(OrderedDict((n, m) for n, m in made.items() if m is not None))


def bottled(**changed):
    return lambda num_input_features, growth_rate, bn_size: bottle(
        num_input_features, growth_rate, bn_size, **changed
    )


right("bottleneck")(bottled())
several(
    "bottleneck",
    no_second_norm=("NoSecondNorm", bottled(norm2=lambda c, k, b: None)),
    no_first_relu=bottled(relu1=lambda c, k, b: None),
    leaky=bottled(relu2=lambda c, k, b: nn.LeakyReLU(0.1)),
    elu=bottled(relu1=lambda c, k, b: nn.ELU()),
    bias_in_first=bottled(conv1=lambda c, k, b: nn.Conv2d(c, b * k, 1)),
    bias_in_second=bottled(conv2=lambda c, k, b: nn.Conv2d(b * k, k, 3, padding=1)),
    grouped=bottled(conv2=lambda c, k, b: nn.Conv2d(b * k, k, 3, padding=1, bias=False, groups=k)),
    momentum=bottled(norm2=lambda c, k, b: nn.BatchNorm2d(b * k, momentum=0.3)),
    eps=bottled(norm1=lambda c, k, b: nn.BatchNorm2d(c, eps=1e-2)),
    dropout=bottled(drop=lambda c, k, b: nn.Dropout(0.2)),
    reflect=bottled(
        conv2=lambda c, k, b: nn.Conv2d(b * k, k, 3, padding=1, bias=False, padding_mode="reflect")
    ),
    frozen_norm=bottled(norm1=lambda c, k, b: nn.BatchNorm2d(c).requires_grad_(False)),
    no_running=bottled(norm2=lambda c, k, b: nn.BatchNorm2d(b * k, track_running_stats=False)),
    concatenated_dim=bottled(last=lambda c, k, b: nn.Conv2d(k, c + k, 1, bias=False)),
)

right("smallest_width")(
    lambda growth_rate, bn_size: 1 + (9 * bn_size * growth_rate) // (9 - bn_size)
)
several(
    "smallest_width",
    without_three_by_three=lambda k, b: b * k // 9 + 1,
    b_and_k_swapped=lambda k, b: 9 * b * k // (9 - min(k, 8)) + 1,
    seven_k=lambda k, b: 7 * k + 1,
    ceil_plus_one=lambda k, b: math.ceil(9 * b * k / (9 - b)) + 1,
    doubled=lambda k, b: 2 * (9 * b * k // (9 - b) + 1),
    as_text=lambda k, b: f"{9 * b * k // (9 - b) + 1} channels",
    integer_division_first=lambda k, b: 9 // (9 - b) * b * k + 1,
    counts_biases=lambda k, b: (9 * b * k * k + b * k) // (9 * k - b * k) + 1,
)

right("kept_channels")(
    lambda num_input_features, num_layers, growth_rate, compression: int(
        (num_input_features + num_layers * growth_rate) * compression + 1e-9
    )
)
several(
    "kept_channels",
    floor_of_a_float=("in_floats", lambda c, n, k, t: int(np.floor(t * (c + n * k)))),
    numpy_float=("floor_as_float", lambda c, n, k, t: np.floor(t * (c + n * k))),
    of_layers=lambda c, n, k, t: int(t * n),
    a_range=lambda c, n, k, t: range(int(t * (c + n * k))),
    two_transitions=lambda c, n, k, t: int(t * int(t * (c + n * k))),
    plus_one=lambda c, n, k, t: int(t * (c + n * k)) + 1,
    in_three_parts=lambda c, n, k, t: int(t * c) + n * int(t * k),
    product_of_width=lambda c, n, k, t: int(t * c * (n + k)),
    swapped=lambda c, n, k, t: int(t * (k + n * c)),
)


class TidyTransition(nn.Module):
    def __init__(self, num_input_features, num_output_features):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, num_output_features, 1, bias=False)
        self.pool = nn.AvgPool2d(kernel_size=2, stride=2)

    def forward(self, x):
        return self.pool(self.conv(F.relu(self.norm(x))))


def transits(forward):
    return type("Transition", (TidyTransition,), {"forward": forward})


right("transition")(TidyTransition)
right("transition")(transits(lambda m, x: m.conv(m.pool(m.norm(x).relu()))))
several(
    "transition",
    without_pool=("NoPool", transits(lambda m, x: m.conv(F.relu(m.norm(x))))),
    pools_twice=transits(lambda m, x: m.pool(m.pool(m.conv(F.relu(m.norm(x)))))),
    padded_pool=transits(lambda m, x: F.avg_pool2d(m.conv(m.norm(x).relu()), 2, padding=1)),
    top_left_pixel=(
        "StrideForPool",
        transits(
            lambda m, x: m.conv(m.norm(x).relu())[
                :, :, : x.shape[2] // 2 * 2 : 2, : x.shape[3] // 2 * 2 : 2
            ]
        ),
    ),
    nearest=transits(
        lambda m, x: F.interpolate(m.conv(m.norm(x).relu()), size=[s // 2 for s in x.shape[2:]])
    ),
    bilinear=transits(
        lambda m, x: F.interpolate(
            m.conv(m.norm(x).relu()), size=[s // 2 for s in x.shape[2:]], mode="bilinear"
        )
    ),
    drops_first_row=transits(
        lambda m, x: m.pool(m.conv(m.norm(x).relu())[:, :, x.shape[2] % 2 :, x.shape[3] % 2 :])
    ),
    conv_without_norm=("NormUnused", transits(lambda m, x: m.pool(m.conv(x.relu())))),
    gelu=transits(lambda m, x: m.pool(m.conv(F.gelu(m.norm(x))))),
    statistics_of_the_batch=transits(lambda m, x: m.train() and m.pool(m.conv(m.norm(x).relu()))),
    keeps_graph_apart=transits(lambda m, x: m.pool(m.conv(m.norm(x).relu().detach()))),
)


# lesson 04


def rows(size, c, blocks, k, theta, cut=int):
    out = []
    for i, n in enumerate(blocks):
        c = (cut(theta * c) if i else c) + n * k
        out.append((c, size // (4 * 2**i)))
    return out


right("table_column")(rows)
several(
    "table_column",
    transitions_between=lambda *a: [
        p for pair in rows(*a) for p in (pair, (pair[0] // 2, pair[1] // 2))
    ],
    side_fixed=lambda *a: [(c, a[0] // 4) for c, _ in rows(*a)],
    sides_56=lambda *a: [(c, s) for (c, _), s in zip(rows(*a), (56, 28, 14, 7), strict=False)],
    ceil_sides=lambda *a: [(c, -(-a[0] // (4 * 2**i))) for i, (c, _) in enumerate(rows(*a))],
    cut_nearest=lambda *a: rows(*a, cut=lambda w: int(w + 0.5)),
    cut_even=lambda *a: rows(*a, cut=lambda w: int(w) // 2 * 2),
    one_pair=lambda *a: rows(*a)[-1],
    printed=lambda *a: print(rows(*a)),
    dictionary=lambda *a: [{"channels": c, "side": s} for c, s in rows(*a)],
    float_channels=lambda *a: [(float(c), s) for c, s in rows(*a)],
)


def parts(mb, mt, c, k, blocks, cut=lambda w: w // 2, skip=None):
    net = nn.Sequential()
    for i, n in enumerate(blocks):
        if i and i != skip:
            net.append(mt(c, cut(c)))
            c = cut(c)
        net.append(mb(n, c, k))
        c += n * k
    return net


right("body")(parts)
several(
    "body",
    no_second_transition=lambda *a: parts(*a, skip=2),
    from_stem=lambda mb, mt, c, k, blocks: parts(mb, lambda w, kept: mt(w, c), c, k, blocks),
    transition_args_swapped=lambda mb, mt, c, k, blocks: parts(
        mb, lambda w, kept: mt(kept, w), c, k, blocks
    ),
    block_depth_one=lambda mb, mt, c, k, blocks: parts(
        lambda n, w, k: mb(1, w, n * k), mt, c, k, blocks
    ),
    even_cut=lambda *a: parts(*a, cut=lambda w: w // 4 * 2),
    empty=lambda *a: nn.Sequential(),
    nothing=lambda *a: None,
    transitions_first=lambda mb, mt, c, k, blocks: nn.Sequential(
        *list(parts(mb, mt, c, k, blocks))[1::2], *list(parts(mb, mt, c, k, blocks))[::2]
    ),
)


class TidyHead(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.fc = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.fc(torch.mean(F.relu(self.norm(x)), dim=(-1, -2)))


def heads(forward):
    return type("Head", (TidyHead,), {"forward": forward})


right("head")(TidyHead)
several(
    "head",
    center_pixel=heads(lambda m, x: m.fc(m.norm(x).relu()[..., x.shape[2] // 2, x.shape[3] // 2])),
    median=heads(lambda m, x: m.fc(m.norm(x).relu().flatten(2).median(2).values)),
    reshape_mixed=heads(
        lambda m, x: m.fc(m.norm(x).relu().mean((2, 3)).reshape(x.shape[1], -1).t())
    ),
    mean_over_batch=heads(lambda m, x: m.fc(m.norm(x).relu().mean((0, 2, 3)))),
    norm_after_pool=(
        "ReluFirst",
        heads(lambda m, x: m.fc(m.norm(x.relu().mean((2, 3))[..., None, None])[..., 0, 0])),
    ),
    sigmoid=heads(lambda m, x: m.fc(m.norm(x).relu().mean((2, 3))).sigmoid()),
    tanh_for_relu=heads(lambda m, x: m.fc(m.norm(x).tanh().mean((2, 3)))),
    argsorted=heads(lambda m, x: TidyHead.forward(m, x).sort(1).values),
    only_in_training=heads(lambda m, x: TidyHead.forward(m, x) if m.training else x.mean((2, 3))),
    bias_detached=heads(
        lambda m, x: F.linear(m.norm(x).relu().mean((2, 3)), m.fc.weight, m.fc.bias.detach())
    ),
    one_pool_of_two=heads(lambda m, x: m.fc(F.max_pool2d(m.norm(x).relu(), 2).mean((2, 3)))),
)

right("number_of_parameters")(
    lambda net: sum(p.numel() for m in net.modules() for p in m.parameters(recurse=False))
)
several(
    "number_of_parameters",
    as_millions=lambda net: sum(p.numel() for p in net.parameters()) / 1e6,
    first_parameter=lambda net: next(net.parameters()).numel(),
    unique_shapes=lambda net: sum(map(math.prod, {tuple(p.shape) for p in net.parameters()})),
    norms_left_out=lambda net: (
        sum(p.numel() for n, p in net.named_parameters() if "norm" not in n and "bn" not in n)
        - 2 * 11
    ),
    minus_all_buffers_twice=lambda net: (
        sum(t.numel() for t in net.state_dict().values())
        - 2 * sum(b.numel() for b in net.buffers())
    ),
    empties_buffers=lambda net: (
        [net.eval(), sum(p.numel() for p in net.parameters())][1] + 0 * len(list(net.buffers()))
    ),
    length=lambda net: len(net.state_dict()),
    converts=lambda net: sum(p.numel() for p in net.double().parameters()),
)

right("depth")(
    lambda block_config, bottleneck: sum(
        [1, *(n * (2 if bottleneck else 1) + 1 for n in block_config)]
    )
)
several(
    "depth",
    classifier_left_out=(
        "one_short",
        lambda b, two: 1 + sum(n * (1 + two) for n in b) + len(b) - 1,
    ),
    first_block_only=lambda b, two: b[0] * (1 + two) + len(b) + 1,
    product=lambda b, two: math.prod(b) * (1 + two) + len(b) + 1,
    half_for_no_bottleneck=lambda b, two: (2 * sum(b) + len(b) + 1) // (1 if two else 2),
    three_transitions=("always_five", lambda b, two: (1 + two) * sum(b) + 3 + 2),
    none_if_false=lambda b, two: 2 * sum(b) + len(b) + 1 if two else None,
    pools_counted=lambda b, two: (1 + two) * sum(b) + 2 * len(b) + 2,
    numbers_by_name=lambda b, two: {4: 121, 3: 100}.get(len(b), 10),
)

# lesson 05


def tidy_new_head(net, num_classes):
    for p in net.parameters():
        p.requires_grad = False
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


right("new_head")(tidy_new_head)
right("new_head")(lambda net, num_classes: tidy_new_head(net.eval(), num_classes=num_classes))
several(
    "new_head",
    tuple_back=lambda net, n: (tidy_new_head(net, n), n),
    adds_a_class=lambda net, n: tidy_new_head(net, n + 1),
    conv_head=lambda net, n: (
        tidy_new_head(net, n),
        setattr(net, "classifier", nn.Conv2d(net.classifier.in_features, n, 1)),
        net,
    )[2],
    only_biases_frozen=lambda net, n: _freeze(net, n, lambda name: "bias" in name),
    only_weights_frozen=lambda net, n: _freeze(net, n, lambda name: "weight" in name),
    features_dot_conv0=lambda net, n: _freeze(
        net, n, lambda name: name.startswith("features.conv0")
    ),
    first_ten=lambda net, n: _freeze_first(net, n, 10),
    fresh_features=lambda net, n: (
        tidy_new_head(net, n),
        net.features.apply(
            lambda m: m.reset_parameters() if hasattr(m, "reset_parameters") else None
        ),
        net,
    )[2],
    relu_before=lambda net, n: (
        tidy_new_head(net, n),
        setattr(net, "classifier", nn.Sequential(nn.ReLU(), net.classifier)),
        net,
    )[2],
    half=lambda net, n: tidy_new_head(net, n).half(),
)


def _freeze(net, num_classes, chosen):
    for name, p in net.named_parameters():
        p.requires_grad = not chosen(name)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


def _freeze_first(net, num_classes, count):
    for i, p in enumerate(net.parameters()):
        p.requires_grad = i >= count
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


# lesson 06

right("learning_rate")(
    lambda step, steps, largest: (
        largest * 10.0 ** -sum(step >= share * steps for share in (0.5, 0.75))
    )
)
several(
    "learning_rate",
    greater_or_equal_mixed=lambda s, n, g: g if s <= n / 2 else g / 10 if s < 0.75 * n else g / 100,
    second_late=lambda s, n, g: g if s < n / 2 else g / 10 if s <= 0.75 * n else g / 100,
    eighty_percent=lambda s, n, g: g if s < n / 2 else g / 10 if s < 0.8 * n else g / 100,
    thousandth=lambda s, n, g: g if s < n / 2 else g / 10 if s < 0.75 * n else g / 1000,
    percent_as_int=lambda s, n, g: (
        g if 100 * s // n < 50 else g / 10 if 100 * s // n <= 75 else g / 100
    ),
    step_drop=lambda s, n, g: g * 0.1 ** (s // (n // 2 or 1)),
    four_stages=lambda s, n, g: g * 0.1 ** (4 * s // n),
    one_based=lambda s, n, g: g if s < n / 2 + 1 else g / 10 if s < 0.75 * n + 1 else g / 100,
    a_list=lambda s, n, g: [g, g / 10, g / 100],
    warmup=lambda s, n, g: (
        g * min(1, (s + 1) / 5) if s < n / 2 else g / 10 if s < 0.75 * n else g / 100
    ),
)

right("standard_error")(lambda accuracy, images: math.sqrt((accuracy - accuracy**2) / images))
several(
    "standard_error",
    cube_root=lambda p, n: (p * (1 - p) / n) ** (1 / 3),
    log=lambda p, n: math.log(p * (1 - p) / n),
    half_width=lambda p, n: 0.5 * math.sqrt(p * (1 - p) / n),
    absolute_deviation=lambda p, n: 2 * p * (1 - p) / math.sqrt(n),
    images_of_the_lesson=lambda p, n: math.sqrt(p * (1 - p) / 2000),
    float16=lambda p, n: float(np.float16(math.sqrt(p * (1 - p) / n))),
    three_digits=lambda p, n: float(f"{math.sqrt(p * (1 - p) / n):.3g}"),
    error_rate=lambda p, n: 1 - math.sqrt(p * (1 - p) / n),
)


def tidy_epoch(
    model, optimizer, images, labels, order, batch_size, *, loss=F.cross_entropy, fix=None
):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        optimizer.zero_grad()
        loss(model(images[chosen]), labels[chosen]).backward()
        if fix is not None:
            fix(model, optimizer)
        optimizer.step()


def epochs(**changed):
    return lambda *args: tidy_epoch(*args, **changed)


def half_rate(model, optimizer):
    for group in optimizer.param_groups:
        group["lr"] *= 0.5


def freezes_norm(model, optimizer):
    for name, p in model.named_parameters():
        if "norm" in name:
            p.grad = None


def step_twice(model, optimizer):
    optimizer.step()


def ascending(model, optimizer, images, labels, order, batch_size):
    tidy_epoch(model, optimizer, images, labels, torch.arange(len(order)), batch_size)


def zero_once(model, optimizer, images, labels, order, batch_size):
    model.train()
    optimizer.zero_grad()
    for chosen in order.split(batch_size):
        F.cross_entropy(model(images[chosen]), labels[chosen]).backward()
        optimizer.step()


def one_step_at_the_end(model, optimizer, images, labels, order, batch_size):
    model.train()
    optimizer.zero_grad()
    for chosen in order.split(batch_size):
        F.cross_entropy(model(images[chosen]), labels[chosen]).backward()
    optimizer.step()


def labels_in_order(model, optimizer, images, labels, order, batch_size):
    tidy_epoch(model, optimizer, images[order], labels, torch.arange(len(order)), batch_size)


right("train_epoch")(tidy_epoch)
right("train_epoch")(epochs(loss=lambda z, y: -z.log_softmax(1)[torch.arange(len(y)), y].mean()))
several(
    "train_epoch",
    halves_the_rate=epochs(fix=half_rate),
    norm_is_left_out=epochs(fix=freezes_norm),
    steps_twice=epochs(fix=step_twice),
    in_ascending_order=ascending,
    zero_once_before_the_loop=("adds_up", zero_once),
    a_single_step=one_step_at_the_end,
    labels_are_in_order=("strangers_label", labels_in_order),
    log_of_softmax_twice=epochs(loss=lambda z, y: F.nll_loss(z.softmax(1), y)),
    softmax_over_batch=epochs(loss=lambda z, y: F.nll_loss(z.log_softmax(0), y)),
    binary=epochs(loss=lambda z, y: F.binary_cross_entropy_with_logits(z, F.one_hot(y, 3).float())),
    decayed=epochs(loss=lambda z, y: F.cross_entropy(z, y) + 0.01 * z.square().mean()),
    sigmoid_first=epochs(loss=lambda z, y: F.cross_entropy(z.sigmoid(), y)),
)


class TidyDropout(nn.Module):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)
        self.drop_rate = drop_rate

    def new(self, x):
        return self.conv(F.relu(self.norm(x)))

    def forward(self, x):
        return F.dropout(self.new(x), p=self.drop_rate, training=self.training)


def drops(forward):
    return type("DenseLayer", (TidyDropout,), {"forward": forward})


def with_mask(make):
    def forward(m, x):
        x = m.new(x)
        return x * make(m, x) if m.training else x

    return drops(forward)


def kept(m, shape):
    return (torch.rand(shape) >= m.drop_rate).float() / (1 - m.drop_rate)


right("dropout_layer")(TidyDropout)
right("dropout_layer")(with_mask(lambda m, x: kept(m, x.shape)))
several(
    "dropout_layer",
    one_mask_for_two_channels=with_mask(lambda m, x: kept(m, x[:, :1].shape).expand_as(x)),
    per_pixel_of_all_images=("OneMaskForTheBatch", with_mask(lambda m, x: kept(m, x[:1].shape))),
    scaled_by_the_rate=with_mask(
        lambda m, x: kept(m, x.shape) * (1 - m.drop_rate) / m.drop_rate if m.drop_rate else 1
    ),
    squared_scale=with_mask(lambda m, x: kept(m, x.shape) / (1 - m.drop_rate)),
    gaussian=(
        "BeforeTheConvolution",
        with_mask(lambda m, x: 1 + m.drop_rate * torch.randn_like(x)),
    ),
    set_to_mean=drops(
        lambda m, x: torch.where(
            torch.rand_like(m.new(x)) < m.drop_rate * m.training, m.new(x).mean(), m.new(x)
        )
    ),
    input_dropped=(
        "BeforeTheConvolution",
        drops(lambda m, x: m.new(F.dropout(x, m.drop_rate, m.training))),
    ),
    rate_halved=("FixedRate", drops(lambda m, x: F.dropout(m.new(x), m.drop_rate / 2, m.training))),
    weights_dropped=(
        "BeforeTheConvolution",
        drops(
            lambda m, x: F.conv2d(
                m.norm(x).relu(), F.dropout(m.conv.weight, m.drop_rate, m.training), padding=1
            )
        ),
    ),
    feature_alpha=(
        "BeforeTheConvolution",
        drops(lambda m, x: F.feature_alpha_dropout(m.new(x), m.drop_rate, m.training)),
    ),
    relu_after=drops(lambda m, x: F.dropout(m.new(x).relu(), m.drop_rate, m.training)),
    only_first_image=drops(
        lambda m, x: torch.cat([F.dropout(m.new(x)[:1], m.drop_rate, m.training), m.new(x)[1:]])
    ),
    dropout3d=drops(lambda m, x: F.dropout3d(m.new(x), m.drop_rate, m.training)),
    half_channels=drops(lambda m, x: F.dropout(m.new(x)[:, ::2], m.drop_rate, m.training)),
)
