"""Exercise 9.5: Channels read."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "9.5",
    "Channels read",
    kind="function",
    minutes=7,
    difficulty=2,
    importance=2,
    hints=(
        ("Where do I start?", "Write down, layer by layer, how wide its input is. Then add up."),
        (
            "One-shot: what does the second layer read?",
            "Only the k channels of the layer before it; the input is read by the first layer "
            "and, at the end, by the 1x1 convolution.",
        ),
    ),
)
def channels_read(answer):
    cases = [
        (*shape, one_shot)
        for shape in [(64, 6, 32), (7, 1, 5), (16, 4, 12), (3, 5, 2)]
        for one_shot in (False, True)
    ]
    expect.same_results(answer, _counted, cases)


def _counted(num_input_features, num_layers, growth_rate, one_shot):
    sources = [num_input_features]
    read = 0
    for _ in range(num_layers):
        read += sources[-1] if one_shot else sum(sources)
        sources.append(growth_rate)
    return read + (sum(sources) if one_shot else 0)


@channels_read.solves(
    because="Dense: each layer reads all before it. One-shot: each reads one source, and the "
    "1x1 convolution at the end reads everything once."
)
def _(num_input_features, num_layers, growth_rate, one_shot):
    c, n, k = num_input_features, num_layers, growth_rate
    if one_shot:
        return c + (n - 1) * k + (c + n * k)
    return n * c + k * sum(range(n))


@channels_read.rejects(says="In the one-shot block the 1x1 convolution at the end reads, too.")
def forgets_the_join(c, n, k, one_shot):
    return c + (n - 1) * k if one_shot else n * c + k * n * (n - 1) // 2


@channels_read.rejects(says="A dense layer reads the block's input, too, not its fellows alone.")
def forgets_the_input(c, n, k, one_shot):
    return c + (n - 1) * k + (c + n * k) if one_shot else k * n * (n - 1) // 2


@channels_read.rejects(says="No layer of a dense block reads what it makes itself.")
def reads_itself(c, n, k, one_shot):
    return c + (n - 1) * k + (c + n * k) if one_shot else n * c + k * n * (n + 1) // 2


@channels_read.rejects(says="Both blocks are counted alike here; `one_shot` changes who reads.")
def always_dense(c, n, k, one_shot):
    return n * c + k * n * (n - 1) // 2


@channels_read.rejects(says="This is how wide the block ends; the reads of its layers are asked.")
def the_width(c, n, k, one_shot):
    return c + n * k


@channels_read.accepts
def by_a_loop(c, n, k, one_shot):
    widths = [c + i * k for i in range(n)]
    return c + k * (n - 1) + widths[-1] + k if one_shot else sum(widths)
