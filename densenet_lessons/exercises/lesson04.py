"""The exercises of lesson 04, "Architectures"."""

from torch import nn
from torch.nn import functional as F

from densenet_lessons.arithmetic import (
    IMAGENET_NETS,
    DenseNetSpec,
    block_sides,
    count_parameters,
    depth_of,
    operations,
)
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "4.1",
    "A column of Table 1",
    kind="function",
    minutes=8,
    hints=(
        "Keep a running width and a running side. What does a block do to each, and a transition?",
        "The stem has two steps with stride 2: its convolution and its pool.",
        "There is one transition less than there are blocks, and the paper rounds down.",
    ),
)
def table_column(answer):
    cases = [
        (224, 64, (6, 12, 24, 16), 32, 0.5),
        (64, 9, (2, 3, 1), 4, 0.7),
        (32, 7, (3,), 5, 0.5),
        (128, 16, (2, 5), 12, 1.0),
    ]
    for size, width, block_config, growth_rate, compression in cases:
        spec = DenseNetSpec(growth_rate, block_config, width, compression=compression)
        leaving = [out for _, out in spec.block_ends()]
        right = list(zip(leaving, block_sides(spec, size), strict=True))
        column = answer(size, width, block_config, growth_rate, compression)
        expect.equal(column, right)
        whole = not any(isinstance(number, float) for pair in column for number in pair)
        expect.that(whole, "channels and sides are whole numbers; use // to divide", actual=column)


@table_column.solves(because="Blocks widen, transitions halve the side; the stem halves it twice.")
def _(image_size, num_init_features, block_config, growth_rate, compression):
    width, side = num_init_features, image_size // 4
    column = []
    for num_layers in block_config:
        width += num_layers * growth_rate
        column.append((width, side))
        width, side = int(compression * width), side // 2
    return column


@table_column.rejects(says="The stem's pool is forgotten: it halves the side once more.")
def stem_halves_once(size, c0, blocks, k, theta):
    column, side = [], size // 2
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((c0, side))
        c0, side = int(theta * c0), side // 2
    return column


@table_column.rejects(
    says="These are the transitions' outputs; what leaves the blocks is asked for."
)
def after_the_transitions(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0, side = int(theta * (c0 + num_layers * k)), side // 2
        column.append((c0, side))
    return column


@table_column.rejects(
    says="The transitions shrink the maps here, but theta must cut the width too."
)
def no_compression(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((c0, side))
        side = side // 2
    return column


@table_column.rejects(says="Theta is applied to what a block adds; it acts on the whole width.")
def compresses_the_growth(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        column.append((c0 + num_layers * k, side))
        c0, side = c0 + int(theta * num_layers * k), side // 2
    return column


@table_column.rejects(says="The width starts again from the stem in each turn of the loop.")
def starts_again(size, c0, blocks, k, theta):
    column, entering, side = [], c0, size // 4
    for num_layers in blocks:
        column.append((entering + num_layers * k, side))
        entering, side = int(theta * (c0 + num_layers * k)), side // 2
    return column


@table_column.rejects(says="A transition keeps floor(theta * m): rounded down, not to the nearest.")
def rounds(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((c0, side))
        c0, side = round(theta * c0), side // 2
    return column


@table_column.accepts
def with_powers_of_two(size, c0, blocks, k, theta):
    widths = []
    for num_layers in blocks:
        entering = int(theta * widths[-1] + 1e-9) if widths else c0
        widths.append(entering + num_layers * k)
    return [(width, size // 2 ** (2 + index)) for index, width in enumerate(widths)]


@exercise(
    "4.2",
    "Find the bug: every shape fits",
    kind="bug",
    minutes=6,
    hints=(
        "Write down the widths that enter blocks 1, 2, 3 and 4, once by hand and once as the "
        "code computes them.",
        "Which variable holds the width that a transition reads, and which one does the bug use?",
    ),
)
def body(answer):
    def make_block(num_layers, width, growth_rate):
        return nn.Conv2d(width, width + num_layers * growth_rate, 1)

    def make_transition(width, kept):
        return nn.Sequential(nn.Conv2d(width, kept, 1), nn.AvgPool2d(2))

    for width, growth_rate, blocks in [(64, 32, (4, 4, 4, 4)), (7, 5, (3, 1, 2))]:
        given = f"{width}, {growth_rate}, {blocks}"
        net = answer(make_block, make_transition, width, growth_rate, blocks)
        expect.is_module(net, given=given)
        parts = list(net.children())
        expect.equal(len(parts), 2 * len(blocks) - 1, given=given, what="number of parts")
        widths, x = [], expect.noise(2, width, 16, 24)
        for part in parts:
            x = part(x)
            expect.is_tensor(x, given=given, what="output of a part")
            widths.append(x.shape[1])
        spec = DenseNetSpec(growth_rate, blocks, width)
        ends = spec.block_ends()
        right = [end for index, (_, end) in enumerate(ends) for end in (end, *_next(ends, index))]
        expect.equal(widths, right, given=given, what="list of widths")


def _next(ends, index):
    """The width that enters the block after block ``index``, if there is one."""
    return [entering for entering, _ in ends[index + 1 : index + 2]]


@body.solves(because="The count is carried on: what leaves one part is what the next one reads.")
def _(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < len(block_config):
            net.append(make_transition(width, width // 2))
            width = width // 2
    return net


@body.rejects(says="Each transition still computes from the stem: its count is reset in the loop.")
def unmended(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < len(block_config):
            kept = (num_channels + num_layers * growth_rate) // 2
            net.append(make_transition(width, kept))
            width = kept
    return net


@body.rejects(says="Now a transition follows the last block too, where only the head belongs.")
def transition_at_the_end(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for num_layers in block_config:
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        net.append(make_transition(width, width // 2))
        width = width // 2
    return net


@body.rejects(says="The transitions keep all channels now; half of them should go.")
def keeps_everything(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < len(block_config):
            net.append(make_transition(width, width))
    return net


@body.rejects(says="Only the growth is halved here; a transition halves the whole width.")
def halves_the_growth(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        kept = width + num_layers * growth_rate // 2
        width += num_layers * growth_rate
        if index < len(block_config):
            net.append(make_transition(width, kept))
            width = kept
    return net


@exercise(
    "4.3",
    "The head",
    kind="module",
    minutes=8,
    hints=(
        "The last block ends with raw convolution outputs: nothing has normalised them yet.",
        "Four steps. Only the first and the last one have parameters.",
        "`x.mean((2, 3))` is the average over all positions.",
    ),
)
def head(answer):
    reference = nn.Sequential(
        nn.BatchNorm2d(7), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(7, 5)
    )
    expect.same_module(answer(7, 5), reference, expect.noise(3, 7, 4, 6))


@head.solves(because="BN - ReLU - global average pool - linear, and logits come out.")
class Head(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        x = F.relu(self.norm(x))
        x = F.adaptive_avg_pool2d(x, 1).flatten(1)
        return self.classifier(x)


@head.rejects(says="The last norm is forgotten; without it the block's raw outputs are averaged.")
class NoNorm(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(F.relu(x).mean((2, 3)))


@head.rejects(says="The ReLU after the last norm is forgotten.")
class NoRelu(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(self.norm(x).mean((2, 3)))


@head.rejects(says="The ReLU stands before the norm; DenseNet normalises first.")
class ReluFirst(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(self.norm(F.relu(x)).mean((2, 3)))


@head.rejects(says="The ReLU acts on the average here; it belongs before the pool.")
class ReluAfterThePool(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(F.relu(self.norm(x).mean((2, 3))))


@head.rejects(says="This takes the maximum of each map; the paper takes the average.")
class MaxPool(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(F.relu(self.norm(x)).amax((2, 3)))


@head.rejects(says="The softmax belongs to the loss; the net gives logits.")
class WithSoftmax(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(F.relu(self.norm(x)).mean((2, 3))).softmax(1)


@head.accepts
class AllModules(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.steps = nn.Sequential(
            nn.BatchNorm2d(num_features),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(num_features, num_classes),
        )

    def forward(self, x):
        return self.steps(x)


@exercise(
    "4.4",
    "Find the bug: too many parameters",
    kind="bug",
    minutes=4,
    hints=(
        "Print the names in the state dict of one batch norm. Which of them does training learn?",
        "A module lists what an optimiser may change with one method.",
    ),
)
def number_of_parameters(answer):
    small = nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.Flatten(), nn.Linear(7, 2))
    convolution, norm, linear = 5 * 3 * 3 * 3 + 5, 5 + 5, 2 * 7 + 2
    expect.equal(answer(small), convolution + norm + linear, given="a small net with one norm")
    expect.equal(answer(nn.BatchNorm2d(11)), 22, given="nn.BatchNorm2d(11)")


@number_of_parameters.solves(because="Running statistics and counters are buffers, not learned.")
def _(net):
    return sum(parameter.numel() for parameter in net.parameters())


@number_of_parameters.rejects(
    says="This still counts the buffers: running means, running variances and counters."
)
def whole_state_dict(net):
    return sum(tensor.numel() for tensor in net.state_dict().values())


@number_of_parameters.rejects(says="`num_batches_tracked`, a counter, is a buffer too.")
def leaves_the_counters(net):
    return sum(t.numel() for name, t in net.state_dict().items() if "running" not in name)


@number_of_parameters.rejects(says="This counts tensors; each holds many parameters.")
def counts_tensors(net):
    return len(list(net.parameters()))


@number_of_parameters.rejects(says="A norm's scale and shift, and each bias, are parameters too.")
def matrices_alone(net):
    return sum(p.numel() for p in net.parameters() if p.dim() > 1)


@number_of_parameters.rejects(says="The biases are left out; norms and classifier learn one each.")
def weights_alone(net):
    return sum(p.numel() for name, p in net.named_parameters() if name.endswith("weight"))


@number_of_parameters.accepts
def without_buffers(net):
    buffers = {name for name, _ in net.named_buffers()}
    return sum(t.numel() for name, t in net.state_dict().items() if name not in buffers)


@exercise(
    "4.5",
    "The number in the name",
    kind="function",
    minutes=5,
    hints=(
        "L counts what has a weight matrix: convolutions and the linear layer, no norms, no pools.",
        "How many convolutions has one dense layer, with a bottleneck and without?",
        "Three things stand outside the blocks: what comes before, between and after them.",
    ),
)
def depth(answer):
    cases = [
        ((6, 12, 24, 16), True),
        ((12, 12, 12), False),
        ((16, 16, 16), True),
        ((5,), True),
        ((2, 3), False),
    ]
    for block_config, bottleneck in cases:
        expect.equal(
            answer(block_config, bottleneck), depth_of(block_config, bottleneck=bottleneck)
        )


@depth.solves(because="Convolutions of the layers, one for each transition, stem and classifier.")
def _(block_config, bottleneck):
    per_layer = 2 if bottleneck else 1
    transitions = len(block_config) - 1
    return per_layer * sum(block_config) + transitions + 2


@depth.rejects(says="A bottleneck layer has two convolutions, and each counts.")
def one_a_layer(block_config, bottleneck):
    return sum(block_config) + len(block_config) + 1


@depth.rejects(says="Stem, transitions and classifier are left out; they have weights too.")
def layers_alone(block_config, bottleneck):
    return (2 if bottleneck else 1) * sum(block_config)


@depth.rejects(says="The transitions are left out; each has a 1x1 convolution.")
def no_transitions_counted(block_config, bottleneck):
    return (2 if bottleneck else 1) * sum(block_config) + 2


@depth.rejects(says="One short: count the stem's convolution and the classifier, both.")
def one_short(block_config, bottleneck):
    return (2 if bottleneck else 1) * sum(block_config) + len(block_config)


@depth.rejects(says="One too many: no transition follows the last block.")
def one_transition_too_many(block_config, bottleneck):
    return (2 if bottleneck else 1) * sum(block_config) + len(block_config) + 2


@depth.rejects(says="Without a bottleneck a layer has one convolution, not two.")
def always_two(block_config, bottleneck):
    return 2 * sum(block_config) + len(block_config) + 1


@depth.accepts
def by_counting_up(block_config, bottleneck):
    layers = 1
    for num_layers in block_config:
        layers += num_layers * (2 if bottleneck else 1)
        layers += 1
    return layers


@exercise(
    "4.6",
    "The true name of DenseNet-264",
    kind="predict",
    minutes=2,
    hints=(
        "Table 1 gives it blocks of 6, 12, 64 and 48 layers, with bottlenecks.",
        "Use your `depth`, or count by hand: two convolutions a layer, and what is outside.",
    ),
)
def name_of_264(answer):
    expect.guess(answer, depth_of(IMAGENET_NETS["densenet264"].block_config))


name_of_264.solves(265, because="2 * 130 + 3 + 2. By the rule of the others, 264 is one short.")
name_of_264.rejects(264, says="So the paper prints it. Does the rule agree?")
name_of_264.rejects(260, says="These are the layers inside the blocks alone.")
name_of_264.rejects(135, says="A bottleneck layer has two convolutions.")


@exercise(
    "4.7",
    "The stem behind 27.2M",
    kind="predict",
    minutes=5,
    hints=(
        "Build a DenseNetSpec for each candidate and hand it to `count_parameters`.",
        "Plain layers: bn_size=None. No compression: compression=1.0. Ten classes, small inputs.",
    ),
)
def stem_width(answer):
    counts = {
        width: count_parameters(
            DenseNetSpec(
                growth_rate=24,
                block_config=(32, 32, 32),
                num_init_features=width,
                bn_size=None,
                compression=1.0,
                num_classes=10,
                small_inputs=True,
            )
        )
        for width in (16, 24, 48)
    }
    right = [width for width, count in counts.items() if f"{count / 1e6:.1f}" == "27.2"]
    expect.guess(answer, right[0])


stem_width.solves(16, because="27,249,082 parameters; k channels would give 27.5M, 2k 28.1M.")
stem_width.rejects(48, says="So does the authors' code, 2k, but it gives 28.1M and not 27.2M.")
stem_width.rejects(24, says="A stem of k channels gives 27.5M.")


@exercise(
    "4.8",
    "A small image in the wrong stem",
    kind="predict",
    minutes=2,
    hints=(
        "Count the steps with stride 2: two in the stem, then one in each transition.",
        "How many transitions lie before the fourth block?",
    ),
)
def small_in_large_stem(answer):
    side = block_sides(IMAGENET_NETS["densenet121"], 32)[-1]
    expect.guess(answer, (side, side))


small_in_large_stem.solves((1, 1), because="32 is halved five times: 16, 8, 4, 2, 1.")
small_in_large_stem.rejects(
    4, says="One halving is missing; the stem's convolution and its pool both halve."
)
small_in_large_stem.rejects(
    16, says="So it is with the transitions alone; the stem halves twice before."
)
small_in_large_stem.rejects((7, 7), says="So it is with 224 pixels.")
small_in_large_stem.rejects(
    (8, 8), says="That is what the CIFAR stem leaves, or this one's first block."
)


@exercise(
    "4.9",
    "Read the summary",
    kind="plot",
    minutes=3,
    hints=(
        "Blocks are the lines named DenseBlock, in their order.",
        "Compare the last two columns, each for itself.",
    ),
)
def largest_blocks(answer):
    totals = {"parameters": [0] * 4, "macs": [0] * 4}
    for step in operations(IMAGENET_NETS["densenet121"], 224):
        if "denseblock" in step.name:
            block = int(step.name.split("denseblock")[1][0]) - 1
            totals["parameters"][block] += step.parameters
            totals["macs"][block] += step.macs
    expect.guess(answer, tuple(1 + values.index(max(values)) for values in totals.values()))


largest_blocks.solves(
    (3, 1), because="Block 3 has the most weights, block 1 the most positions to use them at."
)
largest_blocks.rejects((1, 3), says="The right two, the other way round: parameters come first.")
largest_blocks.rejects((3, 3), says="Parameters, yes. For the multiply-adds read the last column.")
largest_blocks.rejects((1, 1), says="Multiply-adds, yes. For parameters read the column Param #.")
largest_blocks.rejects(
    (4, 1), says="Block 4 has wide layers, but fewer of them than another block."
)


@exercise(
    "4.10",
    "Level",
    kind="plot",
    minutes=4,
    hints=(
        "Zoom to block 2, and look for the row with two bars of one length.",
        "Zoom to the layer, and compare the two convolutions in the table below the drawing.",
    ),
)
def level_layers(answer):
    right = []
    for block in (2, 3):
        macs = {}
        for step in operations(IMAGENET_NETS["densenet121"], 224):
            if f"denseblock{block}." in step.name and step.kind == "conv":
                macs.setdefault(step.name.rpartition(".")[0], []).append(step.macs)
        level = [index for index, (one, three) in enumerate(macs.values(), 1) if one == three]
        right += level
    expect.guess(answer, tuple(right))


level_layers.solves(
    (6, 2), because="Both read 288 = 9k channels, and 288 * 4k = 9 * 4k * k; below, 3x3 costs more."
)
level_layers.rejects((2, 6), says="The right two, the other way round: block 2 comes first.")
level_layers.rejects((5, 1), says="Counted from 0? Layers are counted from 1, as in the panel.")
level_layers.rejects((7, 3), says="One too far: there the 1x1 convolution is ahead already.")
