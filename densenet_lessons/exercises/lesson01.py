"""The exercises of lesson 01, "Add vs concat"."""

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "1.1",
    "Plus, in plain Python",
    kind="predict",
    minutes=1,
    hints=(
        "What are X and Y: tensors, arrays, lists? What does `[1] + [2]` give?",
        "Python joins lists: first all elements of X, then all elements of Y.",
    ),
)
def list_sum(answer):
    first, second = [[1, 2], [3, 4]], [[5, 6], [7, 8]]
    if isinstance(answer, (str, torch.Tensor)):
        kind = "string" if isinstance(answer, str) else "tensor"
        expect.that(False, f"a {kind} is not it. Write a list of lists: `[[...], ...]`.")
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
list_sum.rejects(
    [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
    says="This is a list of the two lists. + makes one list of all their rows.",
)
list_sum.rejects(
    [1, 2, 3, 4, 5, 6, 7, 8],
    says="The rows stay lists: + joins only the outer level.",
)


@exercise(
    "1.2",
    "Find the bug: a stray 0",
    kind="bug",
    minutes=2,
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


@join.rejects(says="This is a pair: a bracket closes before the number, so cat never saw it.")
def still_a_pair(x, y, dim):
    return torch.cat([x, y]), 0


@join.rejects(says="This joins dimension 0 whatever was asked for; `dim` is not used.")
def ignores_the_dimension(x, y, dim):
    return torch.cat([x, y])


@join.rejects(says="This joins dimension 1 whatever was asked for; `dim` is not used.")
def joins_the_channels(x, y, dim):
    return torch.cat([x, y], dim=1)


@join.rejects(says="`cat` wants its tensors in one list or tuple: `[x, y]`.")
def without_a_list(x, y, dim):
    return torch.cat(x, y, dim)


@join.rejects(says="This adds. The two were to be joined.")
def adds(x, y, dim):
    return x + y


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
concat_channels.rejects((4, 9, 4, 5), says="Only one dimension grows; the batch stays at 2.")
concat_channels.rejects((2, 3, 4, 5), says="These are a's channels alone; b's stand beside them.")
concat_channels.rejects((2, 6, 4, 5), says="These are b's channels alone; a's stand beside them.")
concat_channels.rejects((2, 9, 4), says="The result has four dimensions, as a and b have.")
concat_channels.rejects((2, 18, 4, 5), says="The channels stand one after the other: 3 and 6 more.")


@exercise(
    "1.4",
    "The rule of concat",
    kind="function",
    minutes=6,
    hints=(
        "Which sizes must be equal? Look at every dimension but one.",
        "Copy the first shape into a list, and change one entry of it.",
        "Can two shapes be joined if one has three entries and the other two?",
    ),
)
def concat_shape(answer):
    fitting = [
        ((2, 3, 7, 5), (2, 6, 7, 5), 1),
        ((2, 3, 7, 5), (4, 3, 7, 5), 0),
        ((2, 3, 7, 5), (2, 3, 7, 6), 3),
        ((8, 2), (8, 11), 1),
    ]
    for first, second, dim in fitting:
        joined = torch.cat([torch.empty(first), torch.empty(second)], dim)
        try:
            got = answer(first, second, dim)
        except ValueError:
            message = f"a ValueError was raised, but only dimension {dim} differs: they fit."
            expect.that(False, message, actual=ValueError)
        expect.equal(got, tuple(joined.shape))
    unfit = [
        ((2, 3, 7, 5), (2, 6, 7, 4), 1, "dimension 3 differs, 5 and 4"),
        ((2, 3, 7, 5), (3, 3, 7, 5), 1, "dimension 0 differs, 2 and 3"),
        ((2, 3, 7, 5), (2, 3, 8, 5), 3, "dimension 2 differs, 7 and 8"),
        ((2, 3), (2, 3, 1), 1, "one has two dimensions, the other three"),
        ((2, 3, 1), (2, 3), 1, "one has three dimensions, the other two"),
    ]
    for first, second, dim, why in unfit:
        try:
            got = answer(first, second, dim)
        except ValueError:
            got = ValueError
        message = f"no ValueError was raised, but these can't be joined: {why}."
        expect.that(got is ValueError, message, actual=got)


@concat_shape.solves
def _(first, second, dim):
    if len(first) != len(second):
        raise ValueError("the shapes have different lengths")
    for axis in range(len(first)):
        if axis != dim and first[axis] != second[axis]:
            raise ValueError(f"the shapes differ in dimension {axis}")
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


@concat_shape.rejects(says="This compares as if `dim` were always 1.")
def always_compares_for_channels(first, second, dim):
    for axis in range(len(first)):
        if axis != 1 and first[axis] != second[axis]:
            raise ValueError("shapes differ")
    shape = list(first)
    shape[dim] = first[dim] + second[dim]
    return tuple(shape)


@concat_shape.rejects(says="A shape may have any number of entries; this expects four.")
def expects_four(first, second, dim):
    for axis in range(4):
        if axis != dim and first[axis] != second[axis]:
            raise ValueError("shapes differ")
    shape = list(first)
    shape[dim] = first[dim] + second[dim]
    return tuple(shape)


@concat_shape.rejects(
    says="Shapes that can't be joined get a result too: nothing compares the rest."
)
def never_refuses(first, second, dim):
    shape = list(first)
    shape[dim] = first[dim] + second[dim]
    return tuple(shape)


@concat_shape.rejects(says="`zip` stops at the end of the shorter shape: compare the lengths too.")
def forgets_the_length(first, second, dim):
    pairs = list(enumerate(zip(first, second, strict=False)))
    if any(axis != dim and a != b for axis, (a, b) in pairs):
        raise ValueError("shapes differ")
    return tuple(a + b if axis == dim else a for axis, (a, b) in pairs)


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
    "Three rules",
    kind="function",
    minutes=8,
    hints=(
        "Start with one rule. What does the next layer see: the newest features, a sum, or a list?",
        "For the dense rule, what stands in the list before the first layer has run?",
        "Feature maps are joined along the channels: which dimension is that?",
    ),
)
def forward(answer):
    x = expect.noise(2, 3, 6, 5)
    cases = [("plain", 2, 3), ("residual", 3, 3), ("dense", 2, 3), ("dense", 4, 2), ("dense", 3, 2)]
    for rule, number, made in cases:
        layers = _layers(number, made)
        want = x
        for layer in layers:
            new = layer(want)
            if rule == "dense":
                want = torch.cat([want, new], dim=1)
            else:
                want = want + new if rule == "residual" else new
        given = f'rule "{rule}", {number} layers that make {made} channels each'
        before = x.clone()
        expect.same_values(answer(x, layers, rule), want, given=given)
        expect.unchanged(x, before, given=given)


def _layers(number, made):
    # Cut to the channels that come in, so that a wrong input gives a value and not an error.
    kernels = [expect.noise(made, 3 + made * number, 1, 1, seed=i) for i in range(number)]
    return [
        lambda x, kernel=kernel: F.conv2d(x, kernel[:, : x.shape[1]]).sigmoid()
        for kernel in kernels
    ]


@forward.solves
def _(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(torch.cat(features, dim=1)))
        elif rule == "residual":
            x = layer(x) + x
        else:
            x = layer(x)
    return torch.cat(features, dim=1) if rule == "dense" else x


@forward.rejects(says="The loop is left after the first layer: `return` stands too far in.")
def returns_too_early(x, layers, rule):
    for layer in layers:
        if rule == "plain":
            return layer(x)
        x = layer(x) + x if rule == "residual" else torch.cat([x, layer(x)], dim=1)
    return x


@forward.rejects(says="The plain rule keeps nothing: what came in is replaced, not added to.")
def always_adds(x, layers, rule):
    for layer in layers:
        x = torch.cat([x, layer(x)], dim=1) if rule == "dense" else layer(x) + x
    return x


@forward.rejects(says="The residual rule adds what *this* layer received, not the network's input.")
def adds_the_first_input(x, layers, rule):
    first = x
    for layer in layers:
        new = layer(x)
        if rule == "dense":
            x = torch.cat([x, new], dim=1)
        else:
            x = new + first if rule == "residual" else new
    return x


@forward.rejects(says="The residual rule adds at every layer, not once at the end.")
def adds_once(x, layers, rule):
    first = x
    for layer in layers:
        x = torch.cat([x, layer(x)], dim=1) if rule == "dense" else layer(x)
    return x + first if rule == "residual" else x


@forward.rejects(says="Under the residual rule nothing is added here: old features get lost.")
def never_adds(x, layers, rule):
    for layer in layers:
        x = torch.cat([x, layer(x)], dim=1) if rule == "dense" else layer(x)
    return x


@forward.rejects(
    says="Under the dense rule this hands on the newest channels alone. A layer reads all so far."
)
def chains(x, layers, rule):
    for layer in layers:
        x = layer(x) + x if rule == "residual" else layer(x)
    return x


@forward.rejects(says="Under the dense rule this adds. Old and new are to stand side by side.")
def adds_in_dense(x, layers, rule):
    for layer in layers:
        x = layer(x) if rule == "plain" else x + layer(x)
    return x


@forward.rejects(says="Every layer reads the input alone here. It should read all earlier outputs.")
def reads_the_input_only(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(x))
        else:
            features = [layer(features[0]) + (features[0] if rule == "residual" else 0)]
    return torch.cat(features, dim=1)


@forward.rejects(says="The newest channels come first here. The paper keeps the oldest first.")
def newest_first(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(torch.cat(features, dim=1)))
        else:
            features = [layer(features[0]) + (features[0] if rule == "residual" else 0)]
    return torch.cat(features[::-1], dim=1)


@forward.rejects(says="Each layer reads newest first here, so its weights meet wrong channels.")
def newest_first_inside(x, layers, rule):
    for layer in layers:
        new = layer(x)
        if rule == "dense":
            x = torch.cat([new, x], dim=1)
        else:
            x = new + x if rule == "residual" else new
    return x


@forward.rejects(says="The input is missing in the dense result: x0 belongs to the list too.")
def forgets_the_input(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(torch.cat(features, dim=1)))
        else:
            features = [layer(features[0]) + (features[0] if rule == "residual" else 0)]
    return torch.cat(features[1:] if rule == "dense" else features, dim=1)


@forward.rejects(says="Only the last layer's channels come back; the dense rule returns them all.")
def returns_the_last(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(torch.cat(features, dim=1)))
        else:
            features = [layer(features[0]) + (features[0] if rule == "residual" else 0)]
    return features[-1]


@forward.rejects(says="This returns the list itself; join it along the channels.")
def returns_the_list(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(torch.cat(features, dim=1)))
        else:
            features = [layer(features[0]) + (features[0] if rule == "residual" else 0)]
    return features if rule == "dense" else features[0]


@forward.rejects(says="A layer takes one tensor: join the list before you hand it over.")
def hands_over_the_list(x, layers, rule):
    features = [x]
    for layer in layers:
        if rule == "dense":
            features.append(layer(features))
        else:
            features = [layer(features[0]) + (features[0] if rule == "residual" else 0)]
    return torch.cat(features, dim=1)


@forward.rejects(says="Dimension 0 is the batch. The channels are dimension 1.")
def joins_the_batch(x, layers, rule):
    for layer in layers:
        if rule == "dense":
            x = torch.cat([x, layer(x)], dim=0)
        else:
            x = layer(x) + (x if rule == "residual" else 0)
    return x


@forward.accepts
def running_concatenation(x, layers, rule):
    for layer in layers:
        new = layer(x)
        if rule == "residual":
            new = new + x
        x = torch.cat([x, new], dim=1) if rule == "dense" else new
    return x


@exercise(
    "1.6",
    "Connections of five layers",
    kind="predict",
    minutes=1,
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
connections.rejects(20, says="Two layers share one link, not two; and the input has links as well.")
connections.rejects(30, says="Each link is counted twice here.")
connections.rejects(21, says="There are five readers, not six: the input reads nothing.")
connections.rejects(6, says="Six things stand in the row; the links between them were asked for.")


@exercise(
    "1.7",
    "Thirty residual layers",
    kind="predict",
    minutes=2,
    hints=(
        "One residual step turns x into w * x + x. By which factor does that multiply x?",
        "The same factor stands there thirty times. Is it below 1, equal to 1, or above 1?",
    ),
)
def residual_slopes(answer):
    found = []
    for w in (0, 0.5, -0.5):
        x = torch.ones((), requires_grad=True)
        end = x
        for _ in range(30):
            end = end + w * end
        slope = torch.autograd.grad(end, x)[0].item()
        found.append("stays" if slope == 1 else "vanishes" if slope < 1 else "explodes")
    if type(answer) is str:
        expect.that(False, "three words are asked for: write a tuple of them.", actual=answer)
    if type(answer) in (tuple, list):
        words = all(type(word) is str for word in answer)
        expect.that(words, 'write words in quotes: "vanishes", "stays" or "explodes".')
        answer = tuple(word.strip().lower() for word in answer)
    expect.guess(answer, tuple(found))


residual_slopes.solves(
    ("stays", "explodes", "vanishes"),
    because="Each step multiplies by 1 + w, so the slope is 1, 1.5 or 0.5, to the power of 30.",
)
residual_slopes.rejects(
    ("stays", "stays", "stays"),
    says="The way around the layers carries 1, but the ways through them are added to it.",
)
residual_slopes.rejects(
    ("vanishes", "vanishes", "vanishes"),
    says="This is the plain network. Here x is added to each layer's output.",
)
residual_slopes.rejects(
    ("vanishes", "explodes", "vanishes"),
    says="With w = 0, what is left of w * x + x?",
)
residual_slopes.rejects(
    ("stays", "explodes", "explodes"),
    says="A negative w works against x: what is x - 0.5 * x?",
)
residual_slopes.rejects(
    ("stays", "explodes", "stays"),
    says="With w = -0.5 each layer takes half of x away, thirty times.",
)
residual_slopes.rejects(
    ("stays", "vanishes", "vanishes"),
    says="For w = 0.5 the sum w * x + x is more than x, not less.",
)


@exercise(
    "1.8",
    "Slopes in a list",
    kind="predict",
    minutes=2,
    hints=(
        "Write x_1 and x_2 as multiples of x. What does layer 2 read?",
        "With w = 1, layer 2 adds up x_0 and x_1.",
    ),
)
def list_slopes(answer):
    x = torch.ones((), requires_grad=True)
    entries = [x]
    for _ in range(2):
        entries.append(torch.stack(entries).sum())
    slopes = [torch.autograd.grad(entry, x, retain_graph=True)[0].item() for entry in entries]
    expect.guess(answer, tuple(slopes))


list_slopes.solves(
    (1, 1, 2),
    because="Two paths lead from x_2 back to x: through layer 2 alone, and through layers 2 and 1.",
)
list_slopes.rejects((1, 1, 1), says="Layer 2 reads x_1 and x_0, so x reaches it in two ways.")
list_slopes.rejects((1, 2, 4), says="These are the running sums. Each entry is one layer's output.")
list_slopes.rejects((1, 2, 3), says="Layer 1 reads x_0 alone, so x_1 is just w * x.")
list_slopes.rejects((1, 2, 2), says="The sum x_0 + x_1 is right for x_2; x_1 itself is w * x_0.")
list_slopes.rejects((0, 1, 2), says="The first entry is x itself. How much does x change with x?")
list_slopes.rejects((1, 1, 0), says="Layer 2 reads x_0 and x_1, and both depend on x.")
list_slopes.rejects((0, 0, 1), says="All three entries depend on x; the first one is x itself.")


@exercise(
    "1.9",
    "Concat that imitates add",
    kind="function",
    minutes=6,
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
        kind = str(weight.dtype)
        expect.that(kind == "torch.float32", f"the dtype is {kind}, not float32.", actual=kind)
        got = F.conv2d(torch.cat([x, y], 1), weight)
        expect.same_values(got, x + y, what="1x1 convolution of [x, y]")


@adding_weights.solves
def _(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, identity], dim=1)[:, :, None, None]


@adding_weights.rejects(says="These weights copy x and ignore y.")
def copies_x(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, torch.zeros(channels, channels)], dim=1)[:, :, None, None]


@adding_weights.rejects(says="These weights copy y and ignore x.")
def copies_y(channels):
    identity = torch.eye(channels)
    return torch.cat([torch.zeros(channels, channels), identity], dim=1)[:, :, None, None]


@adding_weights.rejects(says="This is x - y: the weights of y have the wrong sign.")
def subtracts(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, -identity], dim=1)[:, :, None, None]


@adding_weights.rejects(says="Channel i of x meets the opposite channel of y here.")
def mirrored(channels):
    identity = torch.eye(channels)
    return torch.cat([identity, identity.flip(0)], dim=1)[:, :, None, None]


@adding_weights.rejects(
    says="`conv2d` wants weights of its input's dtype, float32; these are whole."
)
def whole_numbers(channels):
    identity = torch.eye(channels, dtype=torch.int64)
    return torch.cat([identity, identity], dim=1)[:, :, None, None]


@adding_weights.rejects(
    says="`stack` adds a dimension; the two belong side by side in dimension 1."
)
def stacks_identities(channels):
    identity = torch.eye(channels)
    return torch.stack([identity, identity], dim=1)[:, :, None, None]


@adding_weights.rejects(
    says="This is a layer with random weights; the weights alone were asked for."
)
def returns_a_layer(channels):
    return nn.Conv2d(2 * channels, channels, kernel_size=1, bias=False)


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
