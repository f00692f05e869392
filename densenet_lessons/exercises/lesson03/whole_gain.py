"""Exercise 3.10: When the whole net gains."""

from densenet_lessons.costs import operations
from densenet_lessons.densenet import (
    DenseNetSpec,
)
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


def _first_gain(quantity: str) -> int:
    """Layers a block from which the panel's net with bottlenecks is the smaller one."""
    num_layers = 0
    totals = [1, 0]  # with the bottleneck, without
    while totals[0] >= totals[1]:
        num_layers += 1
        totals = []
        for bn_size in (4, None):
            spec = DenseNetSpec(32, (num_layers,) * 2, 64, bn_size, 0.5, small_inputs=True)
            steps = [
                step
                for step in operations(spec, 56)
                if "denseblock" in step.name or "transition" in step.name
            ]
            totals.append(sum(getattr(step, quantity) for step in steps))
    return num_layers


@exercise(
    "3.10",
    "When the whole net gains",
    kind="plot",
    minutes=5,
    difficulty=2,
    importance=1,
    hints=(
        (
            "How do I use the panel?",
            "Move the layers up one at a time and watch the two pairs of bars, not the crosses.",
        ),
        (
            "The two numbers differ: why?",
            "The parameters change over first. Why would the multiply-adds need more layers?",
        ),
    ),
)
def whole_gain(answer):
    right = (_first_gain("parameters"), _first_gain("macs"))
    if type(answer) not in (tuple, list) or len(answer) != 2:
        expect.guess(answer, right)
    hits = [mine == number for mine, number in zip(answer, right, strict=True)]
    state = {
        (True, False): "the number for parameters is right, the one for multiply-adds is not.",
        (False, True): "the number for multiply-adds is right, the one for parameters is not.",
    }.get(tuple(hits), "neither number is right yet.")
    expect.that(all(hits), state, actual=answer)


whole_gain.solves(
    (9, 10),
    because="Most layers that lose are in block 1, where each weight works on four times as many "
    "pixels; so the multiply-adds turn later.",
)
whole_gain.rejects((10, 9), says="The order is parameters, then multiply-adds.")
whole_gain.rejects(
    (5, 5), says="From here on one layer gains; what the others lose must be paid back first."
)
whole_gain.rejects(
    (7, 7), says="From here on a layer of block 1 gains too, but the sum over all layers loses."
)
