"""The exercises of lesson 01, "Add vs concat"."""

import torch
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "1.1",
    "Adding two lists",
    kind="predict",
    minutes=1,
    hints=(
        "X and Y are lists here, not tensors. What does + do to [1] and [2]?",
        "Python joins lists: first all elements of X, then all elements of Y.",
    ),
)
def list_sum(answer):
    first, second = [[1, 2], [3, 4]], [[5, 6], [7, 8]]
    expect.guess(answer, first + second)


list_sum.solves(
    [[1, 2], [3, 4], [5, 6], [7, 8]],
    because="`+` joins Python lists. Only arrays and tensors add element by element.",
)
list_sum.rejects(
    [[6, 8], [10, 12]],
    says="So says the article, but + adds element by element on tensors, not on lists.",
)
list_sum.rejects(
    [[1, 2, 5, 6], [3, 4, 7, 8]],
    says="This joins row by row. + joins the outer lists and leaves the rows alone.",
)


@exercise(
    "1.2",
    "Find the bug: a stray 0",
    kind="bug",
    minutes=3,
    hints=(
        "What does the function return, one thing or two?",
        "Which call should get the number of the dimension: cat, or the one around it?",
    ),
)
def join(answer):
    x, y = expect.noise(2, 3, 3, 5), expect.noise(2, 3, 3, 5, seed=1)
    for dim in (1, 0, 3, 2):
        expect.same_values(answer(x, y, dim), torch.cat([x, y], dim), given=f"dim={dim}")


@join.solves
def _(x, y, dim):
    return torch.cat([x, y], dim=dim)


@join.rejects(says="This is still a pair: the tensor and, beside it, a number that cat never saw.")
def unmended(x, y, dim):
    return torch.cat([x, y]), dim


@join.rejects(says="`cat` got no dimension, so it joined dimension 0 whatever was asked for.")
def ignores_the_dimension(x, y, dim):
    return torch.cat([x, y])


@join.rejects(says="`stack` puts a new dimension in; cat makes an existing one longer.")
def stacks(x, y, dim):
    return torch.stack([x, y], dim=dim)


@join.rejects(says="`y` comes first here. The order of the list is the order of the result.")
def wrong_order(x, y, dim):
    return torch.cat([y, x], dim=dim)


@exercise(
    "1.3",
    "Shape of a concatenation",
    kind="predict",
    minutes=1,
    hints=(
        "Three of the four sizes stay as they are.",
        "Dimension 1 holds the channels: how many do both tensors have together?",
    ),
)
def concat_channels(answer):
    expect.guess(
        answer, tuple(torch.cat([torch.zeros(2, 3, 4, 5), torch.zeros(2, 6, 4, 5)], 1).shape)
    )


concat_channels.solves((2, 9, 4, 5), because="3 + 6 channels; batch, height and width are shared.")
concat_channels.rejects(
    (4, 9, 8, 10), says="Only the joined dimension grows; the others must agree."
)
concat_channels.rejects((4, 3, 4, 5), says="Dimension 0 is the batch; dimension 1 was asked for.")
concat_channels.rejects((2, 18, 4, 5), says="The channels stand one after the other: 3 and 6 more.")


@exercise(
    "1.4",
    "The rule of concat",
    kind="function",
    minutes=8,
    hints=(
        "Which sizes must be equal? Look at every dimension but one.",
        "Copy the first shape into a list, and change one entry of it.",
    ),
)
def concat_shape(answer):
    cases = [
        ((2, 3, 7, 5), (2, 6, 7, 5), 1),
        ((2, 3, 7, 5), (4, 3, 7, 5), 0),
        ((2, 3, 7, 5), (2, 3, 7, 6), 3),
        ((8, 2), (8, 11), 1),
    ]
    for first, second, dim in cases:
        joined = torch.cat([torch.empty(first), torch.empty(second)], dim)
        expect.equal(answer(first, second, dim), tuple(joined.shape))
    refused = [
        ((2, 3, 7, 5), (2, 6, 7, 4), 1),
        ((2, 3, 7, 5), (3, 3, 7, 5), 1),
        ((2, 3, 7, 5), (2, 3, 8, 5), 3),
        ((2, 3), (2, 3, 1), 1),
    ]
    for first, second, dim in refused:
        expect.raises_value_error(answer, first, second, dim, naming="shape")


@concat_shape.solves
def _(first, second, dim):
    if len(first) != len(second):
        raise ValueError("shape lengths differ")
    for axis in range(len(first)):
        if axis != dim and first[axis] != second[axis]:
            raise ValueError(f"shapes must agree in dimension {axis}")
    shape = list(first)
    shape[dim] = first[dim] + second[dim]
    return tuple(shape)


@concat_shape.rejects(says="All sizes are added here. Only dimension `dim` grows.")
def adds_all_sizes(first, second, dim):
    return tuple(a + b for a, b in zip(first, second, strict=False))


@concat_shape.rejects(says="This always joins the channels, whatever `dim` is.")
def always_channels(first, second, dim):
    shape = list(first)
    shape[1] = first[1] + second[1]
    return tuple(shape)


@concat_shape.rejects(
    says="Shapes that can't be joined get a result too: nothing compares the rest."
)
def never_refuses(first, second, dim):
    shape = list(first)
    shape[dim] = first[dim] + second[dim]
    return tuple(shape)


@concat_shape.rejects(says="This is the rule of add: concat may differ in the joined dimension.")
def demands_equal_shapes(first, second, dim):
    if first != second:
        raise ValueError("shapes differ")
    return first


@concat_shape.accepts
def asks_torch(first, second, dim):
    try:
        joined = torch.cat([torch.empty(first), torch.empty(second)], dim)
    except RuntimeError as error:
        raise ValueError(f"shapes don't fit: {error}") from error
    return tuple(joined.shape)


@exercise(
    "1.5",
    "The dense rule",
    kind="function",
    minutes=8,
    hints=(
        "Keep a list of everything so far; what stands in it before the first layer?",
        "Each layer reads the concatenation of the whole list, and its result joins the list.",
        "Layers can't be stacked on the batch: which dimension holds the channels?",
    ),
)
def dense_forward(answer):
    def layers(k):
        kernels = [expect.noise(k, 3 + k * index, 1, 1, seed=index) for index in range(3)]
        return [lambda x, w=w: F.conv2d(x, w).sigmoid() for w in kernels]

    x = expect.noise(2, 3, 6, 5)
    for k in (2, 4):
        want = x
        for layer in layers(k):
            want = torch.cat([want, layer(want)], dim=1)
        given = f"3 layers that add {k} channels each"
        before = x.clone()
        expect.same_values(answer(x, layers(k)), want, given=given)
        expect.unchanged(x, before)


@dense_forward.solves
def _(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(torch.cat(features, dim=1)))
    return torch.cat(features, dim=1)


@dense_forward.rejects(
    says="This hands on the newest channels alone. A dense layer reads all so far."
)
def plain_chain(x, layers):
    for layer in layers:
        x = layer(x)
    return x


@dense_forward.rejects(
    says="This adds, as a residual net does. Here old and new stand side by side."
)
def adds(x, layers):
    for layer in layers:
        x = x + layer(x)
    return x


@dense_forward.rejects(
    says="The newest channels come first here. The paper keeps the oldest first."
)
def newest_first(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(torch.cat(features, dim=1)))
    return torch.cat(features[::-1], dim=1)


@dense_forward.rejects(
    says="Each layer reads newest first here, so its weights meet wrong channels."
)
def newest_first_inside(x, layers):
    for layer in layers:
        x = torch.cat([layer(x), x], dim=1)
    return x


@dense_forward.rejects(
    says="The block's input is missing in the result: x0 belongs to the list too."
)
def forgets_the_input(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(torch.cat(features, dim=1)))
    return torch.cat(features[1:], dim=1)


@dense_forward.rejects(
    says="Only the last layer's channels come back. The block returns everything."
)
def returns_the_last(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(torch.cat(features, dim=1)))
    return features[-1]


@dense_forward.rejects(says="Dimension 0 is the batch. The channels are dimension 1.")
def joins_the_batch(x, layers):
    features = [x]
    for layer in layers:
        features.append(layer(torch.cat(features, dim=1)))
    return torch.cat(features, dim=0)


@dense_forward.accepts
def running_concatenation(x, layers):
    for layer in layers:
        x = torch.cat([x, layer(x)], dim=1)
    return x


@exercise(
    "1.6",
    "Connections of five layers",
    kind="predict",
    minutes=2,
    hints=(
        "How many sources does layer 1 read? Layer 2? Don't forget the input.",
        "Layer l reads l sources: the input and the l - 1 layers before it. Add up five layers.",
    ),
)
def connections(answer):
    expect.guess(answer, sum(range(1, 6)))


connections.solves(15, because="1 + 2 + 3 + 4 + 5 = L(L + 1) / 2 for L = 5.")
connections.rejects(10, says="These are the links between layers; each layer also reads the input.")
connections.rejects(
    5, says="A chain has one link for each layer. Here each layer reads all before it."
)
connections.rejects(25, says="No layer reads a later one, or itself.")


@exercise(
    "1.7",
    "A gradient through dead layers",
    kind="predict",
    minutes=2,
    hints=(
        "With w = 0 the plain output is 0 whatever x is. How much does it change with x?",
        "In the residual chain, what is left of x + 0 * x, thirty times over?",
    ),
)
def dead_layers(answer):
    x = torch.ones((), requires_grad=True)
    plain = added = x
    for _ in range(30):
        plain, added = 0 * plain, added + 0 * added
    slopes = [torch.autograd.grad(out, x)[0].item() for out in (plain, added)]
    expect.guess(answer, slopes)


dead_layers.solves(
    (0, 1), because="The identity path passes 1, even where the layers pass nothing."
)
dead_layers.rejects((0, 0), says="The residual chain hands x on unchanged, beside the dead layers.")
dead_layers.rejects((1, 1), says="The plain chain has no path around its layers, and they pass 0.")
dead_layers.rejects((0, 30), says="Thirty times an unchanged x is x: the ones multiply, not add.")
dead_layers.rejects((1, 0), says="The order is plain first, then add.")


@exercise(
    "1.8",
    "Concat that imitates add",
    kind="function",
    minutes=8,
    hints=(
        "Weights have shape (out, in, 1, 1). How many channels come in, how many go out?",
        "Output channel i must read channel i of x and channel i of y, both with weight 1.",
        "`torch.eye` gives one identity; two of them side by side are needed.",
    ),
)
def adding_weights(answer):
    for channels in (3, 5, 1):
        x, y = expect.noise(2, channels, 4, 6), expect.noise(2, channels, 4, 6, seed=1)
        weight = answer(channels)
        expect.is_tensor(weight)
        expect.same_shape(weight, (channels, 2 * channels, 1, 1))
        got = F.conv2d(torch.cat([x, y], 1), weight.to(x.dtype))
        expect.same_values(got, x + y, what="1x1 convolution of [x, y]")


@adding_weights.solves
def _(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, identity], dim=1)[:, :, None, None]


@adding_weights.rejects(says="These weights copy x and ignore y.")
def copies_x(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, torch.zeros(channels, channels)], dim=1)[:, :, None, None]


@adding_weights.rejects(says="This is the mean of x and y, half of their sum.")
def averages(channels):
    half = torch.eye(channels) / 2
    return torch.cat([half, half], dim=1)[:, :, None, None]


@adding_weights.rejects(says="Weights are (out, in, 1, 1): here 2C come in and C go out.")
def transposed(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, identity], dim=0)[:, :, None, None]


@adding_weights.rejects(says="Each output reads every channel here, so all outputs are alike.")
def all_ones(channels):
    return torch.ones(channels, 2 * channels, 1, 1)


@adding_weights.rejects(says="Neighbours are added here. y's channel i stands C places after x's.")
def interleaved(channels):
    return torch.eye(channels).repeat_interleave(2, dim=1)[:, :, None, None]


@adding_weights.rejects(
    says="The shape lacks the 1x1 kernel: (C, 2C) is a matrix, conv2d wants four."
)
def forgets_the_kernel(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, identity], dim=1)


@adding_weights.accepts
def entry_by_entry(channels):
    weight = torch.zeros(channels, 2 * channels, 1, 1)
    for channel in range(channels):
        weight[channel, channel] = 1
        weight[channel, channels + channel] = 1
    return weight
