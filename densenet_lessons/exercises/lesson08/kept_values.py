"""Exercise 8.2: What a block keeps."""

from densenet_lessons.densenet import block_widths
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "8.2",
    "What a block keeps",
    minutes=6,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Layer l reads k0 + (l - 1) * k channels. What do its two norms and its two "
            "convolutions keep?",
        ),
        (
            "My number is too small",
            "Each norm keeps what it reads, and so does each convolution: four tensors a layer.",
        ),
        (
            "How do I add up the widths?",
            "A loop over the layers will do; add to a running total, and widen by the growth rate.",
        ),
    ),
)
def kept_values(answer):
    for c0, n, k, b in [(64, 6, 32, 4), (16, 1, 12, 4), (7, 3, 5, 2), (24, 16, 12, 4)]:
        right = sum(2 * width + 2 * b * k for width in block_widths(c0, n, k)[:-1])
        expect.equal(answer(c0, n, k, b), right, given=f"{n} layers, k0 = {c0}, k = {k}, b = {b}")


@kept_values.solves(because="Each layer keeps its c channels twice and its b·k channels twice.")
def _(num_input_features, num_layers, growth_rate, bn_size):
    total, width = 0, num_input_features
    for _layer in range(num_layers):
        total += 2 * width + 2 * bn_size * growth_rate
        width += growth_rate
    return total


@kept_values.accepts
def closed_form(c0, n, k, b):
    return 2 * n * c0 + k * n * (n - 1) + 2 * n * b * k


@kept_values.rejects(says="The normalised copy is missing: conv1 keeps what it reads, too.")
def without_the_copies(c0, n, k, b):
    return sum(c0 + i * k + 2 * b * k for i in range(n))


@kept_values.rejects(says="The bottleneck is missing: norm2 and conv2 keep b·k channels each.")
def without_bottlenecks(c0, n, k, b):
    return sum(2 * (c0 + i * k) for i in range(n))


@kept_values.rejects(says="Every layer is as wide as the first one here; the inputs grow by k.")
def all_as_wide_as_the_first(c0, n, k, b):
    return n * (2 * c0 + 2 * b * k)


@kept_values.rejects(says="One layer too far: the first layer reads k0 channels, not k0 + k.")
def one_layer_late(c0, n, k, b):
    return sum(2 * (c0 + (i + 1) * k) + 2 * b * k for i in range(n))


@kept_values.rejects(says="The two bottleneck tensors count twice: before norm2 and before conv2.")
def bottleneck_once(c0, n, k, b):
    return sum(2 * (c0 + i * k) + b * k for i in range(n))


@kept_values.rejects(says="This is the last layer alone; the bytes of all layers wait together.")
def last_layer_only(c0, n, k, b):
    return 2 * (c0 + (n - 1) * k) + 2 * b * k
