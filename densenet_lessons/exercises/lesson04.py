"""The exercises of lesson 04, "Architectures"."""

import math
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.costs import count_parameters, operations
from densenet_lessons.densenet import IMAGENET_NETS, DenseNetSpec, block_sides, depth_of
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "4.1",
    "A column of Table 1",
    kind="function",
    minutes=6,
    hints=(
        "Keep a running width and a running side. What does a block do to each, and a transition?",
        "The stem has two steps with stride 2: its convolution and its pool.",
        "There is one transition less than there are blocks, and the paper rounds down.",
    ),
)
def table_column(answer):
    cases = [
        (224, 64, (6, 12, 24, 16), 32, 0.5),
        (64, 5, (2, 3, 1), 4, 0.7),
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
        expect.that(whole, "channels and sides must be whole numbers, of type int.", actual=column)


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
    says="A transition follows the last block here, and the transitions' outputs are listed."
)
def after_the_transitions(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0, side = int(theta * (c0 + num_layers * k)), side // 2
        column.append((c0, side))
    return column


@table_column.rejects(
    says="These are the transitions' outputs; what leaves the blocks, before them, is asked for."
)
def after_each_transition(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for index, num_layers in enumerate(blocks):
        c0 += num_layers * k
        if index < len(blocks) - 1:
            c0, side = int(theta * c0), side // 2
        column.append((c0, side))
    return column


@table_column.rejects(says="These widths enter the blocks; the widths that leave are asked for.")
def what_enters(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        column.append((c0, side))
        c0, side = int(theta * (c0 + num_layers * k)), side // 2
    return column


@table_column.rejects(says="The pairs are the other way round: channels first, then the side.")
def side_first(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((side, c0))
        c0, side = int(theta * c0), side // 2
    return column


@table_column.rejects(says="A block adds n * k channels to those that enter; they stay in it.")
def replaces_the_width(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 = num_layers * k
        column.append((c0, side))
        c0, side = int(theta * c0), side // 2
    return column


@table_column.rejects(says="The width is halved whatever theta is; theta is an argument.")
def always_halves(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((c0, side))
        c0, side = c0 // 2, side // 2
    return column


@table_column.rejects(says="Each kept width is rounded up here; the paper rounds down.")
def rounds_up(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((c0, side))
        c0, side = math.ceil(theta * c0), side // 2
    return column


@table_column.rejects(says="Channels come in whole numbers: `int(theta * m)` rounds down.")
def keeps_fractions(size, c0, blocks, k, theta):
    column, side = [], size // 4
    for num_layers in blocks:
        c0 += num_layers * k
        column.append((c0, side))
        c0, side = theta * c0, side // 2
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
    minutes=5,
    hints=(
        "Write down the widths that enter blocks 1, 2, 3 and 4, once by hand and once as the "
        "code computes them.",
        "Which variable holds the width that a transition reads, and which one does the bug use?",
    ),
)
def body(answer):
    class Part(nn.Identity):
        """Stands for a block or a transition, and knows what it was asked to be."""

        def __init__(self, says):
            super().__init__()
            self.says = says

    def make_block(num_layers, width, growth_rate):
        return Part(f"block {width} to {width + num_layers * growth_rate}")

    def make_transition(width, kept):
        return Part(f"transition {width} to {kept}")

    for width, growth_rate, blocks in [(64, 32, (4, 4, 4, 4)), (7, 5, (3, 1, 2))]:
        given = f"a stem of {width}, k = {growth_rate}, blocks {blocks}"
        net = answer(make_block, make_transition, width, growth_rate, blocks)
        listed = isinstance(net, (list, tuple))
        words = "the parts stand in a plain list, expected one `nn.Sequential`."
        expect.that(not listed, words, actual="a list", given=given)
        expect.is_module(net, given=given)
        parts = list(net.children())
        expect.equal(len(parts), 2 * len(blocks) - 1, given=given, what="number of parts")
        ends, right = DenseNetSpec(growth_rate, blocks, width).block_ends(), []
        for index, (entering, leaving) in enumerate(ends):
            if index:
                right.append(f"transition {ends[index - 1][1]} to {entering}")
            right.append(f"block {entering} to {leaving}")
        made = [getattr(part, "says", "another module") for part in parts]
        for place, (mine, due) in enumerate(zip(made, right, strict=True), 1):
            words = f"part {place} of {len(right)} is `{mine}`, expected `{due}`."
            expect.that(mine == due, words, actual=made, given=given)


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


@body.rejects(
    says="`width` stays as it was after a transition; the next block reads `kept` channels."
)
def forgets_the_transition(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < len(block_config):
            net.append(make_transition(width, width // 2))
    return net


@body.rejects(says="The parts are right, but in a plain list; PyTorch would not see their weights.")
def a_list(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = [], num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < len(block_config):
            net.append(make_transition(width, width // 2))
            width = width // 2
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
    minutes=6,
    hints=(
        "How does every dense layer and every transition begin? The head begins so, too.",
        "Four steps. Only the first and the last one have parameters.",
        "`x.mean((2, 3))` is the average over all positions.",
    ),
)
def head(answer):
    steps = {"norm": nn.BatchNorm2d(7), "relu": nn.ReLU(), "pool": nn.AdaptiveAvgPool2d(1)}
    steps |= {"flatten": nn.Flatten(), "classifier": nn.Linear(7, 5)}
    reference = nn.Sequential(OrderedDict(steps))
    expect.same_module(answer(7, 5), reference, expect.noise(3, 7, 4, 6))
    single = expect.noise(1, 7, 4, 6)
    given = "a batch of one image"
    expect.same_module(answer(7, 5), reference, single, modes=("eval",), given=given)


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


@head.rejects(says="The norm is made, but `forward` never applies it.")
class NormUnused(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(F.relu(x).mean((2, 3)))


@head.rejects(
    says="The linear layer has a bias in DenseNet; no norm follows that could replace it."
)
class NoBias(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes, bias=False)

    def forward(self, x):
        return self.classifier(F.relu(self.norm(x)).mean((2, 3)))


@head.rejects(says="This pool has a fixed size; the average must go over maps of any size.")
class FixedPool(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        x = F.avg_pool2d(F.relu(self.norm(x)), 7).flatten(1)
        return self.classifier(x)


@head.rejects(says="No pool: the linear layer reads every position, for maps of one size only.")
class NoPool(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features * 49, num_classes)

    def forward(self, x):
        return self.classifier(F.relu(self.norm(x)).flatten(1))


@head.rejects(says="`squeeze()` drops the batch dimension, too, where there is a single image.")
class Squeezes(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        x = F.adaptive_avg_pool2d(F.relu(self.norm(x)), 1).squeeze()
        return self.classifier(x)


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
    minutes=3,
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


@number_of_parameters.rejects(says="Running means and running variances are buffers too.")
def leaves_the_statistics(net):
    return sum(t.numel() for name, t in net.state_dict().items() if "num_batches" not in name)


@number_of_parameters.rejects(
    says="A parameter of an inner module is counted again for each module around it."
)
def counts_twice(net):
    return sum(p.numel() for module in net.modules() for p in module.parameters())


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
small_in_large_stem.rejects((7, 7), says="So it is with 224 pixels.")
small_in_large_stem.rejects((8, 8), says="These are the maps of block 1; block 4 is asked for.")
small_in_large_stem.rejects(
    (2, 2), says="One halving is missing: two steps of the stem and three transitions halve."
)
small_in_large_stem.rejects(
    (4, 4), says="So it is with three halvings. The stem halves twice, and transitions halve too."
)
small_in_large_stem.rejects(
    (0, 0), says="Halved once too often: no transition follows the last block."
)


@exercise(
    "4.6",
    "The number in the name",
    kind="function",
    minutes=4,
    hints=(
        "L counts convolutions and the linear layer, and neither norms nor pools.",
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


@depth.rejects(says="Five outside the blocks is right for four blocks; other nets have others.")
def always_five(block_config, bottleneck):
    return (2 if bottleneck else 1) * sum(block_config) + 5


@depth.rejects(says="This is right for DenseNet-121 alone; count per layer and per transition.")
def for_one_net(block_config, bottleneck):
    return 2 * sum(block_config) + 5


@depth.accepts
def by_counting_up(block_config, bottleneck):
    layers = 1
    for num_layers in block_config:
        layers += num_layers * (2 if bottleneck else 1)
        layers += 1
    return layers


@exercise(
    "4.7",
    "The stem behind 27.2M",
    kind="predict",
    minutes=4,
    hints=(
        "Three calls of `count_parameters`, one for each stem; the rest of the spec stays.",
        "Round each count to 0.1 million, as the paper does, and compare.",
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


stem_width.solves(
    16,
    because="27,249,082 parameters, with 16 as the paper's text has it; k gives 27.5M, 2k 28.1M.",
)
stem_width.rejects(48, says="2k channels, as in the authors' code, give 28.1M and not 27.2M.")
stem_width.rejects(24, says="A stem of k channels gives 27.5M.")


@exercise(
    "4.8",
    "The same question for DenseNet-264",
    kind="predict",
    minutes=3,
    hints=(
        "Work is weights times positions. From block to block, the positions fall to a quarter.",
        "Compare the layers: block 3 has 64 now, with up to 2,304 channels to read, and block 4 "
        "has 48, with up to 2,688.",
    ),
)
def largest_blocks(answer):
    totals = {"parameters": [0] * 4, "macs": [0] * 4}
    for step in operations(IMAGENET_NETS["densenet264"], 224):
        if "denseblock" in step.name:
            block = int(step.name.split("denseblock")[1][0]) - 1
            totals["parameters"][block] += step.parameters
            totals["macs"][block] += step.macs
    expect.guess(answer, tuple(1 + values.index(max(values)) for values in totals.values()))


largest_blocks.solves(
    (4, 3), because="Block 4 has the widest layers, and block 3 enough weights to pass block 1."
)
largest_blocks.rejects((3, 4), says="The right two, the other way round: parameters come first.")
largest_blocks.rejects((3, 1), says="So it is in DenseNet-121. Blocks 3 and 4 have grown since.")
largest_blocks.rejects((4, 1), says="Parameters, yes. Block 1 is unchanged, but others have grown.")
largest_blocks.rejects((3, 3), says="Multiply-adds, yes. Which block has the widest layers?")
largest_blocks.rejects(
    (4, 4), says="Parameters, yes. But a weight of block 4 is used at 49 positions only."
)
largest_blocks.rejects((1, 4), says="The other way round, and block 1 is not the busiest here.")


@exercise(
    "4.9",
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
    (6, 2),
    because="Both read 288 = 9k channels, and 288 * 4k = 9 * 4k * k. With fewer channels the 3x3 "
    "costs more, with more the 1x1. Block 1 ends before 288, block 4 starts beyond it.",
)
level_layers.rejects((2, 6), says="The right two, the other way round: block 2 comes first.")
level_layers.rejects((6, 1), says="Block 2, yes. In block 3 it is another layer.")
level_layers.rejects((6, 3), says="Block 2, yes. In block 3 the 1x1 is ahead at that layer.")
level_layers.rejects((5, 2), says="Block 3, yes. In block 2 the 3x3 is still ahead at that layer.")
level_layers.rejects((5, 1), says="Counted from 0? Layers are counted from 1, as in the panel.")
level_layers.rejects((7, 3), says="One too far: there the 1x1 convolution is ahead already.")


@exercise(
    "4.10",
    "A pretrained net for your own classes",
    kind="function",
    minutes=5,
    hints=(
        "Two things change: which parameters learn, and how many logits come out.",
        "`requires_grad_(False)` on a module freezes all its parameters; a new layer isn't frozen.",
        "The old classifier knows how many features it reads: `in_features`.",
    ),
)
def new_head(answer):
    class Net(nn.Module):
        """A stand-in for a DenseNet, with other widths."""

        def __init__(self, width):
            super().__init__()
            self.features = nn.Sequential(nn.Conv2d(3, width, 3), nn.BatchNorm2d(width))
            self.classifier = nn.Linear(width, 9)

        def forward(self, x):
            return self.classifier(F.relu(self.features(x)).mean((2, 3)))

    for width, num_classes in [(11, 4), (6, 7)]:
        given = f"a net of {width} features and {num_classes} classes"
        net = expect.randomise(Net(width))
        before = {name: t.clone() for name, t in net.features.state_dict().items()}
        adapted = answer(net, num_classes)
        expect.is_module(adapted, given=given)
        expect.that(
            hasattr(adapted, "features") and hasattr(adapted, "classifier"),
            "the net must be returned, with its `features` and its new `classifier`.",
            actual="no net",
            given=given,
        )
        outputs = adapted.eval()(expect.noise(2, 3, 5, 6))
        expect.same_shape(outputs, (2, num_classes), given=given, what="output")
        shapes = {name: tuple(p.shape) for name, p in adapted.classifier.named_parameters()}
        right = {"weight": (num_classes, width), "bias": (num_classes,)}
        expect.equal(shapes, right, given=given, what="new classifier")
        for name, tensor in adapted.features.state_dict().items():
            expect.that(
                torch.equal(tensor, before[name]),
                f"the pretrained `{name}` has changed.",
                actual=name,
                given=given,
            )
        learns = sorted(name for name, p in adapted.named_parameters() if p.requires_grad)
        words = f"these parameters would learn: {', '.join(learns) or 'none'}."
        right = ["classifier.bias", "classifier.weight"]
        expect.that(learns == right, words, actual=learns, given=given)


@new_head.solves(because="The features stay as they were trained; the new classifier learns.")
def _(net, num_classes):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


@new_head.rejects(says="The features would learn, too; freeze them first.")
def freezes_nothing(net, num_classes):
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


@new_head.rejects(says="Nothing would learn: the new classifier is frozen with the rest.")
def freezes_everything(net, num_classes):
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    net.requires_grad_(False)
    return net


@new_head.rejects(says="The old classifier is still there; the new one must take its place.")
def on_top(net, num_classes):
    net.requires_grad_(False)
    net.classifier = nn.Sequential(
        net.classifier, nn.Linear(net.classifier.out_features, num_classes)
    )
    return net


@new_head.rejects(says="1,024 features is DenseNet-121 alone; other nets have other widths.")
def hard_coded(net, num_classes):
    net.requires_grad_(False)
    net.classifier = nn.Linear(1024, num_classes)
    return net


@new_head.rejects(says="The old classifier is kept: the logits are still those of its classes.")
def only_freezes(net, num_classes):
    net.requires_grad_(False)
    net.classifier.requires_grad_(True)
    return net


@new_head.rejects(says="This hands back the new classifier; the whole net is asked for.")
def only_the_classifier(net, num_classes):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net.classifier


@new_head.accepts
def one_by_one(net, num_classes):
    for parameter in net.features.parameters():
        parameter.requires_grad = False
    net.classifier = nn.Linear(net.classifier.weight.shape[1], num_classes)
    return net
