"""Exercise 4.4: Find the bug: too many parameters."""

import math

from torch import nn

from densenet_lessons.densenet import DenseNet
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "4.4",
    "Find the bug: too many parameters",
    kind="bug",
    minutes=3,
    difficulty=1,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Print the names in the state dict of one batch norm. Which of them does "
            "training learn?",
        ),
        (
            "What does training learn?",
            "A module lists what an optimiser may change with one method.",
        ),
    ),
)
def number_of_parameters(answer):
    def inner(width):
        return nn.Sequential(nn.Conv2d(width, 4, 1), nn.BatchNorm2d(4))

    nets = [
        nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.Flatten(), nn.Linear(7, 2)),
        nn.BatchNorm2d(11),
        nn.Sequential(inner(3), nn.Sequential(inner(4), nn.Linear(4, 6, bias=False))),
        DenseNet(3, (2, 1), 5, num_classes=4, small_inputs=True),
    ]
    expect.same_results(answer, _learned, [(net,) for net in nets])


def _learned(net):
    buffers = {id(buffer) for buffer in net.buffers()}
    state = net.state_dict(keep_vars=True).values()
    return sum(math.prod(tensor.shape) for tensor in state if id(tensor) not in buffers)


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
