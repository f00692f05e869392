"""Exercise 4.2: Find the bug: every shape fits."""

from torch import nn

from densenet_lessons.densenet import DenseNetSpec
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "4.2",
    "Find the bug: every shape fits",
    kind="bug",
    minutes=5,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Write down the widths that enter blocks 1, 2, 3 and 4, once by hand and once as the "
            "code computes them.",
        ),
        (
            "Which variable is wrong?",
            "Which variable holds the width that a transition reads, and which one does the "
            "bug use?",
        ),
    ),
)
def body(answer):
    class Part(nn.Identity):
        """Stands for a block or a transition, and knows what it was asked to be."""

        def __init__(self, says):
            super().__init__()
            self.says = says

    def make_block(num_layers, width, growth_rate):
        return Part(f"block of {num_layers}, {width} to {width + num_layers * growth_rate}")

    def make_transition(width, kept):
        return Part(f"transition {width} to {kept}")

    cases = [(64, 32, (4, 4, 4, 4)), (9, 5, (2, 3, 1, 1)), (6, 3, (5,)), (7, 4, (1, 2, 2))]
    for width, growth_rate, blocks in cases:
        with expect.case():
            given = f"a stem of {width}, k = {growth_rate}, blocks {blocks}"
            net = answer(make_block, make_transition, width, growth_rate, blocks)
            kind = "class" if isinstance(net, type) else type(net).__name__
            words = f"a {kind} came back, expected one `nn.Sequential`."
            expect.that(isinstance(net, nn.Sequential), words, actual=kind, given=given)
            ends, right = DenseNetSpec(growth_rate, blocks, width).block_ends(), []
            for index, (entering, leaving) in enumerate(ends):
                if index:
                    right.append(f"transition {ends[index - 1][1]} to {entering}")
                right.append(f"block of {blocks[index]}, {entering} to {leaving}")
            made = [getattr(part, "says", "another module") for part in net.children()]
            words = f"there are {len(made)} parts, expected {len(right)}."
            expect.that(len(made) == len(right), words, actual=made, given=given)
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


@body.rejects(says="A plain list is no module: PyTorch would not see the weights of its parts.")
def a_list(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = [], num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < len(block_config):
            net.append(make_transition(width, width // 2))
            width = width // 2
    return net


@body.rejects(says="A `ModuleList` holds parts, but can't run them; `nn.Sequential` can.")
def a_module_list(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.ModuleList(), num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < len(block_config):
            net.append(make_transition(width, width // 2))
            width = width // 2
    return net


@body.rejects(says="Half of an odd width is rounded up here; the paper rounds down.")
def rounds_up(make_block, make_transition, num_channels, growth_rate, block_config):
    net, width = nn.Sequential(), num_channels
    for index, num_layers in enumerate(block_config, 1):
        net.append(make_block(num_layers, width, growth_rate))
        width += num_layers * growth_rate
        if index < len(block_config):
            net.append(make_transition(width, (width + 1) // 2))
            width = (width + 1) // 2
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
