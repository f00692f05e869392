"""Exercise 4.6: The number in the name."""

from densenet_lessons.densenet import depth_of
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "4.6",
    "The number in the name",
    kind="function",
    minutes=4,
    difficulty=2,
    importance=2,
    hints=(
        (
            "What counts?",
            "L counts convolutions and the linear layer, and neither norms nor pools.",
        ),
        (
            "What is in one layer?",
            "How many convolutions has one dense layer, with a bottleneck and without?",
        ),
        (
            "My depth is too small",
            "Three things stand outside the blocks: what comes before, between and after them.",
        ),
    ),
)
def depth(answer):
    cases = [
        ((6, 12, 24, 16), True),
        ((12, 12, 12), False),
        ((16, 16, 16), True),
        ((5,), True),
        ((2, 3), False),
        ((6, 12, 64, 48), True),
        ((30, 40, 30, 30), True),
        ((6, 12, 24, 16), False),
        ((1, 2, 3, 4, 5), True),
    ]

    def paper(block_config, bottleneck):
        return depth_of(block_config, bottleneck=bottleneck)

    expect.same_results(answer, paper, cases)


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


@depth.rejects(says="DenseNet-264 is told apart here; the rule gives 265, as for any other net.")
def with_an_exception(block_config, bottleneck):
    depth = (2 if bottleneck else 1) * sum(block_config) + len(block_config) + 1
    return 264 if depth == 265 else depth


@depth.accepts
def by_counting_up(block_config, bottleneck):
    layers = 1
    for num_layers in block_config:
        layers += num_layers * (2 if bottleneck else 1)
        layers += 1
    return layers
