"""Exercise 2.9: Weights of a block."""

from densenet_lessons.costs import layer_operations
from densenet_lessons.densenet import block_widths
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.9",
    "Weights of a block",
    kind="function",
    minutes=6,
    difficulty=2,
    importance=2,
    hints=(
        (
            "How many weights has one layer?",
            "One 3x3 kernel for each pair of an input channel and an output channel.",
        ),
        (
            "How wide is each input?",
            "Layer l reads num_input_features + (l - 1) * growth_rate channels. Add up the layers.",
        ),
    ),
)
def block_weights(answer):
    cases = [(16, 1, 12), (16, 4, 12), (5, 3, 2), (24, 6, 12), (3, 2, 7), (64, 5, 32)]
    expect.same_results(answer, _conv_weights, cases)


def _conv_weights(num_input_features, num_layers, growth_rate):
    widths = block_widths(num_input_features, num_layers, growth_rate)[:-1]
    steps = [step for w in widths for step in layer_operations(w, growth_rate, bn_size=None)]
    return sum(step.parameters for step in steps if step.kind == "conv")


@block_weights.solves
def _(num_input_features, num_layers, growth_rate):
    total, width = 0, num_input_features
    for _ in range(num_layers):
        total += 9 * width * growth_rate
        width += growth_rate
    return total


@block_weights.rejects(says="Each layer reads more than the one before: the width grows by k.")
def constant_width(num_input_features, num_layers, growth_rate):
    return num_layers * 9 * num_input_features * growth_rate


@block_weights.rejects(
    says="This is the plain chain: each layer makes the whole next width, not k."
)
def plain_chain(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + i * growth_rate for i in range(num_layers)]
    return sum(9 * width * (width + growth_rate) for width in widths)


@block_weights.rejects(says="A 3x3 kernel has nine weights, not three.")
def side_of_the_kernel(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + i * growth_rate for i in range(num_layers)]
    return sum(3 * width * growth_rate for width in widths)


@block_weights.rejects(says="Biases are counted too, one for each filter. There are none.")
def counts_biases(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + i * growth_rate for i in range(num_layers)]
    return sum(9 * width * growth_rate + growth_rate for width in widths)


@block_weights.rejects(says="This is what the last layer alone has; all layers were asked for.")
def reads_the_newest(num_input_features, num_layers, growth_rate):
    first = 9 * num_input_features * growth_rate
    return first + (num_layers - 1) * 9 * growth_rate * growth_rate


@block_weights.rejects(says="A 3x3 kernel has nine weights, not one.")
def forgets_the_kernel(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + i * growth_rate for i in range(num_layers)]
    return sum(width * growth_rate for width in widths)


@block_weights.rejects(says="The batch norms are counted too. The question is about convolutions.")
def counts_the_norms(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + i * growth_rate for i in range(num_layers)]
    return sum(9 * width * growth_rate + 2 * width for width in widths)


@block_weights.rejects(
    says="The width is raised before the layer reads it; layer 1 reads the input."
)
def one_step_early(num_input_features, num_layers, growth_rate):
    widths = [num_input_features + (i + 1) * growth_rate for i in range(num_layers)]
    return sum(9 * width * growth_rate for width in widths)


@block_weights.accepts
def closed_form(num_input_features, num_layers, growth_rate):
    pairs = num_layers * (num_layers - 1) // 2
    return 9 * growth_rate * (num_layers * num_input_features + pairs * growth_rate)
